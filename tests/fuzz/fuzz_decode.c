/* Whatever the bytes and however they are cut, the same text comes out. */
#include <assert.h>
#include <stdint.h>

#include "people/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
decode(const char *encoding, struct str in, size_t piece, struct buf *out)
{
	struct decoder *d;
	struct err e;
	int status;

	if (decoder_open(encoding, &d, &e) < 0)
		return;
	status = 0;
	for (size_t at = 0; status == 0 && at < in.n; at += piece)
		status = decoder_feed(d, str_sub(in, at, piece), false, out, &e);
	if (status == 0)
		(void)decoder_feed(d, STR(""), true, out, &e);
	decoder_close(d);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const encodings[] = { NULL, "utf-8", "utf-16", "utf-16le", "latin1",
		"windows-1252", "shift_jis" };
	const char *encoding;
	struct buf whole, pieces;
	struct str in;

	if (size < 2)
		return 0;
	in = (struct str){ .p = (const char *)data + 1, .n = size - 1 };
	encoding = encodings[data[0] % 7];
	buf_init(&whole, 1 << 26);
	buf_init(&pieces, 1 << 26);
	decode(encoding, in, in.n, &whole);
	decode(encoding, in, 1 + data[0] / 7, &pieces);
	assert(str_eq(buf_str(&whole), buf_str(&pieces)));
	buf_free(&whole);
	buf_free(&pieces);
	return 0;
}
