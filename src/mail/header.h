/* header.h: header fields, each written by the rules of its own kind (RFC 5322, 2047, 2369, 2919,
 * 8058). Pure. */
#ifndef MAIL_HEADER_H
#define MAIL_HEADER_H

#include "base/buf.h"
#include "base/str.h"

/*
 * Names are constants in our code (RELIABILITY H2). Values were cleaned by text_clean; a CR, LF,
 * NUL or other control in one is a bug in the caller (asserted). Each call writes one whole field,
 * folded at 78 where white space allows, ending in CRLF.
 */

/* Free text: Subject. Non-ASCII, and ASCII that looks like an encoded word, as RFC 2047 words of at
 * most 75, whole characters each. */
void header_text(struct buf *out, const char *name, struct str value);

/* One mailbox: display name as atoms, quoted string or encoded words (never inside quotes), then
 * <address>. Empty name: no brackets needed, but written. */
void header_mailbox(struct buf *out, const char *name, struct str display, struct str address);

/* Only the mailbox, as it stands behind "To: ", folded; what letter_fill puts into LETTER_TO. */
void header_mailbox_value(struct buf *out, size_t column, struct str display, struct str address);

/* Structured values made by us (Message-ID, Date, List-Id, URLs in brackets): never encoded, folded
 * only between `items`, never right after the colon. */
void header_items(struct buf *out, const char *name, const struct str *items, size_t n,
	const char *separator);
void header_raw(struct buf *out, const char *name, struct str value);

/* `List-Id: Phrase <id>`. */
void header_list_id(struct buf *out, struct str phrase, struct str id);

#endif
