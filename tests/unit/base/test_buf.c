#include "base/buf.h"

#include "base/arena.h"
#include "test.h"

static void
grows_to_its_ceiling_and_remembers_the_overflow(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 5);
	buf_addz(&b, "abc");
	assert_false(b.over);
	buf_addz(&b, "def");
	assert_true(b.over);
	assert_true(str_eqz(buf_str(&b), "abc"));
	buf_addz(&b, "de");
	assert_string_equal(buf_z(&b), "abcde");
	assert_true(b.over);
	buf_clear(&b);
	assert_false(b.over);
	buf_free(&b);
}

static void
drops_from_the_front_and_cuts_the_end(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	buf_printf(&b, "%d-%s", 42, "seven");
	buf_drop(&b, 3);
	assert_string_equal(buf_z(&b), "seven");
	buf_cut(&b, 2);
	assert_string_equal(buf_z(&b), "se");
	buf_drop(&b, 99);
	assert_int_equal(b.n, 0);
	buf_free(&b);
}

static void
is_kept_in_an_arena_and_empty_after_that(void **state)
{
	struct arena a = { 0 };
	struct str kept;
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	assert_str(buf_keep(&b, &a), "");
	buf_addz(&b, "seven");
	kept = buf_keep(&b, &a);
	assert_null(b.p);
	assert_int_equal(b.n, 0);
	assert_str(kept, "seven");
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_to_its_ceiling_and_remembers_the_overflow),
		cmocka_unit_test(drops_from_the_front_and_cuts_the_end),
		cmocka_unit_test(is_kept_in_an_arena_and_empty_after_that),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
