#include "base/gzip.h"

#include <assert.h>
#include <zlib.h>

enum { GZIP_WINDOW = MAX_WBITS + 16, PIECE = 64 * 1024 };

/* zlib wants pointers to what it only reads without the const. */
static Bytef *
octets(struct str s)
{
	union {
		const char *in;
		Bytef *out;
	} p = { .in = s.p };

	return p.out;
}

void
gzip_pack(struct str s, struct buf *out)
{
	z_stream z = { .next_in = octets(s), .avail_in = (uInt)s.n };
	int status = deflateInit2(&z, 6, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY);

	assert(status == Z_OK && s.n == z.avail_in);
	do {
		char *to = buf_room(out, PIECE);

		if (!to)
			break;
		z.next_out = (Bytef *)to;
		z.avail_out = PIECE;
		status = deflate(&z, Z_FINISH);
		buf_took(out, PIECE - z.avail_out);
	} while (status == Z_OK);
	deflateEnd(&z);
}

bool
gzip_is(struct str s)
{
	return s.n > 2 && s.p[0] == '\x1f' && s.p[1] == '\x8b';
}

bool
gzip_unpack(struct str s, struct buf *out)
{
	z_stream z = { .next_in = octets(s), .avail_in = (uInt)s.n };
	int status = inflateInit2(&z, GZIP_WINDOW);

	assert(status == Z_OK && s.n == z.avail_in);
	do {
		size_t left = out->ceiling - out->n;
		size_t piece = left < PIECE ? left : PIECE;
		char *to = piece ? buf_room(out, piece) : NULL;

		if (!to) {
			status = Z_BUF_ERROR;
			break;
		}
		z.next_out = (Bytef *)to;
		z.avail_out = (uInt)piece;
		status = inflate(&z, Z_NO_FLUSH);
		buf_took(out, piece - z.avail_out);
	} while (status == Z_OK);
	inflateEnd(&z);
	/* What stands behind the end would be lost to the next reader: it is damage too. */
	return status == Z_STREAM_END && z.avail_in == 0;
}
