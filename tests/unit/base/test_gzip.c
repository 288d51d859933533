#include "base/gzip.h"

#include "test.h"

static void
what_was_packed_comes_back(void **state)
{
	static const size_t sizes[] = { 0, 1, 100, 65536, 65537, 1000000 };

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct buf plain, packed, back;

		buf_init(&plain, 1 << 21);
		buf_init(&packed, 1 << 21);
		buf_init(&back, sizes[i] + 1);
		for (size_t k = 0; k < sizes[i]; k++)
			buf_addc(&plain, (char)(k * k % 251));
		gzip_pack(buf_str(&plain), &packed);
		assert_true(gzip_is(buf_str(&packed)));
		assert_true(gzip_unpack(buf_str(&packed), &back));
		assert_true(str_eq(buf_str(&plain), buf_str(&back)));
		buf_free(&plain);
		buf_free(&packed);
		buf_free(&back);
	}
}

static void
damage_and_bombs_are_refused(void **state)
{
	struct buf plain, packed, back;

	(void)state;
	buf_init(&plain, 1 << 22);
	buf_init(&packed, 1 << 21);
	buf_init(&back, 1000);
	buf_fill(&plain, ' ', 1 << 22);
	gzip_pack(buf_str(&plain), &packed);
	assert_false(gzip_unpack(buf_str(&packed), &back));
	assert_true(back.n <= 1000);
	buf_clear(&back);
	assert_false(gzip_unpack(str_sub(buf_str(&packed), 0, 20), &back));
	assert_false(gzip_unpack(STR("not gzip at all"), &back));
	buf_free(&plain);
	buf_free(&packed);
	buf_free(&back);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_packed_comes_back),
		cmocka_unit_test(damage_and_bombs_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
