/* letter.h: a frozen message with slots where a person's own data goes; filling one is a splice.
 * Pure. */
#ifndef MAIL_LETTER_H
#define MAIL_LETTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sign.h"
#include "base/splice.h"
#include "base/str.h"

/*
 * While a message is made, a slot travels through templates and encoders as a mark: the byte 0x01
 * and a letter. Nothing else may hold 0x01 (text_clean removes it from what strangers wrote;
 * letter_freeze refuses other controls), and every encoder in mail/ carries marks through:
 * quoted-printable puts each between soft line breaks.
 */
enum letter_slot {
	LETTER_TO = 'o', /* header: the mailbox, `Ann <ann@example.org>`, encoded and folded */
	LETTER_MESSAGE_ID = 'm', /* header: <...> */
	LETTER_DATE = 'd',       /* header: the issue's, set when it is planned */
	LETTER_TOKEN = 't',      /* header or body: the member token, in a URL */
	LETTER_NAME = 'n',       /* plain text body: the name, or "reader" */
	LETTER_NAME_HTML = 'N',
	LETTER_EMAIL = 'e', /* plain text body: the shown address */
	LETTER_EMAIL_HTML = 'E',
	LETTER_CONFIRM = 'c', /* body of a note: a token of the note's own kind, in a URL */
};

/* The mark of a slot as text, for templates: a static string. */
struct str letter_mark(enum letter_slot slot);

/*
 * One person's values, unescaped; letter_fill escapes and encodes each for the place it goes to. An
 * empty name becomes "reader".
 */
struct letter_values {
	struct str name;        /* text_clean has been over it */
	struct str email;       /* envelope form */
	struct str email_shown; /* U-labels */
	struct str message_id;  /* with < and > */
	struct str date;        /* RFC 5322 */
	struct str token;       /* base64url */
	struct str confirm;     /* base64url, or empty */
};

struct letter_part {
	struct str frozen;     /* bytes before the slot */
	enum letter_slot slot; /* 0 in the last part: no slot follows */
	bool header;           /* the slot stands in the header of the message */
};

struct letter {
	struct str bytes; /* the whole thing with marks: what is stored and hashed */
	struct letter_part *parts;
	size_t count;
	size_t frozen_size; /* bytes without the slots' values */
};

/*
 * Check and index a message with marks; borrows `bytes`. Asserts nothing about strangers: it
 * returns -1 (ERR_DATA) when bytes hold a control other than CR LF pairs, TAB and marks, an octet
 * over 0x7e, a line over 998, a line that begins with '.', a mark that is not known or stands in a
 * place it may not, or no empty line.
 */
int letter_freeze(struct str bytes, struct arena *a, struct letter *out, struct err *e);

/*
 * Append one person's message to b: CRLF lines, no line beginning with '.', 7-bit unless `email`
 * needs SMTPUTF8. -1 (ERR_DATA) when a value is missing or holds what its place cannot take (CR,
 * LF, NUL and other controls anywhere: RELIABILITY H1, I2). Same values, same bytes.
 */
int letter_fill(
	const struct letter *l, const struct letter_values *v, struct buf *b, struct err *e);

/* The same without copying what is frozen: the letter's bytes must outlive *out, which the caller
 * frees. */
int letter_splice(
	const struct letter *l, const struct letter_values *v, struct splice **out, struct err *e);

/* The letter with every personal slot blanked, as the archive and previews show it: name "reader",
 * token "-", and so on. */
int letter_blank(const struct letter *l, struct str date, struct buf *b, struct err *e);

/* The hash of the frozen bytes, 64 hex digits and a NUL: the edition's name. */
void letter_hash(const struct letter *l, char out[static SIGN_HEX]);

#endif
