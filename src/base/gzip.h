/* gzip.h: zlib's door: compress, and expand up to a ceiling. */
#ifndef BASE_GZIP_H
#define BASE_GZIP_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

/* Append s compressed (RFC 1952). The same bytes give the same bytes: no time, no name in the
 * header. */
void gzip_pack(struct str s, struct buf *out);

/* Does it begin as gzip does? */
bool gzip_is(struct str s);

/* Append what was packed; false when it is damaged, cut, or more than out's ceiling (out is left as
 * far as it came). */
bool gzip_unpack(struct str s, struct buf *out);

#endif
