/* What was packed comes back; what strangers packed is expanded up to a ceiling. */
#include "base/gzip.h"
#include "input.h"

enum { CEILING = 1 << 20 };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = input_of(data, size);
	struct buf packed, out;

	buf_init(&packed, CEILING);
	buf_init(&out, CEILING);
	if (gzip_unpack(in, &out))
		assert(gzip_is(in));
	assert(out.n <= CEILING);
	buf_clear(&out);
	gzip_pack(in, &packed);
	assert(gzip_is(buf_str(&packed)) && gzip_unpack(buf_str(&packed), &out));
	assert(str_eq(buf_str(&out), in));
	/* Cut, it is damaged. */
	buf_clear(&out);
	assert(!gzip_unpack(str_sub(buf_str(&packed), 0, packed.n - 1), &out));
	buf_free(&packed);
	buf_free(&out);
	return 0;
}
