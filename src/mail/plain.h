/* plain.h: a message of text alone, from the program to one person who runs it. Pure. */
#ifndef MAIL_PLAIN_H
#define MAIL_PLAIN_H

#include "base/buf.h"
#include "base/str.h"

struct plain {
	struct str from_name, from_email, to; /* envelope forms */
	struct str subject;
	struct str date, message_id; /* as their headers have them */
	struct str text;             /* UTF-8, LF */
};

/* The whole message, quoted-printable, in CRLF lines. It says that a program wrote it, so that
 * nothing answers by itself (RFC 3834). */
void plain_write(const struct plain *m, struct buf *out);

#endif
