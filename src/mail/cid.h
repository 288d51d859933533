/* cid.h: the pictures inside a message: their names (RFC 2392), and how a browser is shown what a
 * mail program finds by them. Pure. */
#ifndef MAIL_CID_H
#define MAIL_CID_H

#include "mail/mime.h"

/*
 * A picture of these bytes. Its Content-ID is made from them and `domain`, so that the same picture
 * has the same name wherever it is used; its filename from `path`, in safe ASCII, with `extension`
 * (".png"). Both live in the arena, the bytes are borrowed.
 */
struct mime_picture cid_picture(struct str bytes, const char *type, const char *extension,
	struct str path, struct str domain, struct arena *a);

/* Append the HTML with the bytes themselves (a data: URI) in place of each src="cid:..." that is one of
 * the pictures: for a page that is one file. */
void cid_inline(struct str html, const struct mime_picture *pictures, size_t n, struct buf *out);

#endif
