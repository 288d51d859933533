/* inspect.h: one message read back as a strict stranger reads it: by RFC 5322, 2045 to 2047, 2369 and
 * 8058, and by nothing that we know of how it was made. Pure. */
#ifndef MAIL_INSPECT_H
#define MAIL_INSPECT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { INSPECT_PARTS = 64 };

/* A leaf of the tree. */
struct inspect_part {
	struct str type;       /* "text/html", lower case */
	struct str content_id; /* without < >; empty: none */
	struct str body;       /* decoded; texts have LF line ends */
};

struct inspected {
	struct str header; /* as it came, with CRLF, without the empty line */
	struct str body;
	struct str subject;     /* decoded */
	struct str to;          /* the address */
	struct str unsubscribe; /* the one https: (or http:) URI of List-Unsubscribe, or empty */
	struct inspect_part parts[INSPECT_PARTS];
	size_t part_count;
	size_t longest_line; /* octets, without CRLF */
};

/*
 * Read a message with CRLF lines. -1 (ERR_DATA) with the first thing that is wrong and its line:
 * other line ends, a line over 998, control characters, an octet over 0x7e (in the header too, but
 * for `utf8`: SMTPUTF8), what SMTP or mbox would change, a header field that is malformed, missing,
 * empty or there twice, a date that is none, more than one recipient, an encoding that is not exact,
 * text that is no UTF-8, a tree that is not alternative { plain, html | related { html, pictures } },
 * a picture that nothing shows or that is not there. Bodies live in the arena, the rest in `bytes`.
 */
int inspect_read(
	struct str bytes, bool utf8, struct arena *a, struct inspected *out, struct err *e);

/* The decoded body of the first part of that type, or empty. */
struct str inspect_body(const struct inspected *m, const char *type);

/* The fields of a header one after the other, unfolded values still in them. False at its end, or
 * where there is no field. */
bool inspect_field(struct str *rest, struct str *name, struct str *value);

#endif
