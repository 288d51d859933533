#include "store/spooled.h"

#include "scratch.h"

static const struct str a = STR_INIT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
			b = STR_INIT("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");

static void
one_is_noted_once_until_it_is_forgotten(void **state)
{
	struct scratch *s = *state;
	int64_t n;

	assert_int_equal(spooled_add(s->db, a, "leave", 10, &s->e), 1);
	assert_int_equal(spooled_add(s->db, a, "leave", 11, &s->e), 0);
	assert_int_equal(spooled_add(s->db, b, "subscribe", 12, &s->e), 1);
	assert_done(s, spooled_count(s->db, "subscribe", 11, &n, &s->e));
	assert_int_equal(n, 1);
	assert_done(s, spooled_count(s->db, "subscribe", 12, &n, &s->e));
	assert_int_equal(n, 0);
	assert_done(s, spooled_count(s->db, "leave", 0, &n, &s->e));
	assert_int_equal(n, 1);
	assert_done(s, spooled_forget(s->db, 12, &s->e));
	assert_int_equal(spooled_add(s->db, b, "subscribe", 13, &s->e), 0);
	assert_int_equal(spooled_add(s->db, a, "leave", 13, &s->e), 1);
	/* What is no hash of ours is refused. */
	assert_int_equal(spooled_add(s->db, STR("x"), "leave", 13, &s->e), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_is_noted_once_until_it_is_forgotten,
			scratch_setup_db, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
