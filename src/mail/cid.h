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

/* Append what stands for a picture in the src of an <img>. */
typedef void cid_put_fn(const void *context, const struct mime_picture *p, struct buf *out);

/* Append the HTML with `put`'s words in place of each src="cid:…" that is one of the pictures. */
void cid_rewrite(struct str html, const struct mime_picture *pictures, size_t n, cid_put_fn *put,
	const void *context, struct buf *out);

/* As data: URI, for a page that is one file; context is nothing. */
cid_put_fn cid_as_data;

/* As a path of its own; context is what comes before it, a string ("/issues/2026-02-14/"). Behind it
 * stands what cid_is_named takes: the digits of the bytes' hash and the extension. */
cid_put_fn cid_as_path;

/* Is this last component of a path the picture's? */
bool cid_is_named(const struct mime_picture *p, struct str name);

#endif
