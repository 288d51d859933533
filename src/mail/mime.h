/* mime.h: the tree of a message's parts, written out (RFC 2045, 2046, 2183, 2387). Pure. */
#ifndef MAIL_MIME_H
#define MAIL_MIME_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

/* An embedded picture; cid.h makes them. */
struct mime_picture {
	struct str bytes;
	const char *type;    /* "image/png" */
	struct str filename; /* letters, digits, '-', '_' and one dot */
	struct str cid;      /* without < > */
};

/*
 * Append the MIME headers and body of text + HTML (+ pictures): multipart/alternative { text/plain,
 * text/html | multipart/related }. Text and HTML are UTF-8 with LF line ends and may hold letter
 * marks; both go out quoted-printable. The boundaries hold "=_" (it cannot occur in QP), are made
 * from `seed` (the same content gives the same bytes), and are in no part.
 */
void mime_write(struct buf *out, struct str text, struct str html,
	const struct mime_picture *pictures, size_t n, struct str seed);

#endif
