#include "base/splice.h"

#include "test.h"

static void
pieces_are_borrowed_or_its_own(void **state)
{
	const struct str pieces[] = { STR("a"), { .n = 2 }, { .n = 0 }, STR("b"), { .n = 1 } };
	struct splice *s = splice_new(pieces, COUNT(pieces), STR("xyz"));
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	splice_add_to(s, &b);
	assert_str(buf_str(&b), "axybz");
	assert_int_equal(s->n, 5);
	assert_ptr_equal(s->piece[0].p, pieces[0].p);
	splice_free(s);
	buf_free(&b);
}

static void
a_copy_outlives_what_it_was_made_from(void **state)
{
	const struct str pieces[] = { { .n = 2 }, STR("-"), { .n = 1 }, { .n = 0 } };
	struct splice *s = splice_new(pieces, COUNT(pieces), STR("xyz")), *copy, *plain;
	struct buf b;

	(void)state;
	copy = splice_behind(STR("front "), s);
	plain = splice_behind(STR(""), s);
	splice_free(s);
	buf_init(&b, 100);
	splice_add_to(copy, &b);
	assert_str(buf_str(&b), "front xy-z");
	assert_int_equal(copy->n, b.n);
	buf_clear(&b);
	splice_add_to(plain, &b);
	assert_str(buf_str(&b), "xy-z");
	splice_free(copy);
	splice_free(plain);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_borrowed_or_its_own),
		cmocka_unit_test(a_copy_outlives_what_it_was_made_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
