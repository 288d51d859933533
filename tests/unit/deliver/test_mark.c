#include "deliver/mark.h"

#include "base/file.h"
#include "scratch.h"

static void
assert_numbers(struct scratch *s, const char *in_db, const char *in_mark)
{
	struct str text;

	assert_int_equal(db_fact(s->db, "send_serial", &s->a, &text, &s->e), 1);
	assert_str(text, in_db);
	assert_done(s, file_read(s->dir, "var/mark", 100, &s->a, &text, &s->e));
	assert_str(str_trim(text), in_mark);
}

static void
set_number(struct scratch *s, const char *value)
{
	assert_done(s, db_begin(s->db, &s->e));
	assert_done(s, db_set_fact(s->db, "send_serial", str_of(value), &s->e));
	assert_done(s, db_commit(s->db, &s->e));
}

static void
each_send_raises_both(void **state)
{
	struct scratch *s = *state;
	struct publication p = { .dir = s->dir };

	assert_done(s, mark_check(&p, s->db, false, &s->e));
	assert_done(s, mark_raise(&p, s->db, &s->e));
	assert_numbers(s, "1", "1");
	assert_done(s, mark_check(&p, s->db, false, &s->e));
	assert_done(s, mark_raise(&p, s->db, &s->e));
	assert_numbers(s, "2", "2");
}

static void
an_older_database_needs_force_and_then_is_the_newest(void **state)
{
	struct scratch *s = *state;
	struct publication p = { .dir = s->dir };

	for (int i = 0; i < 9; i++)
		assert_done(s, mark_raise(&p, s->db, &s->e));
	set_number(s, "7");
	assert_int_equal(mark_check(&p, s->db, false, &s->e), -1);
	assert_int_equal(s->e.code, ERR_DATA);
	assert_non_null(strstr(s->e.text, "backup"));
	assert_done(s, mark_check(&p, s->db, true, &s->e));
	assert_done(s, mark_raise(&p, s->db, &s->e));
	assert_numbers(s, "10", "10");
}

/* Killed between the two, the database is ahead: nothing is wrong with that. */
static void
a_database_that_is_ahead_may_send(void **state)
{
	struct scratch *s = *state;
	struct publication p = { .dir = s->dir };

	assert_done(s, mark_raise(&p, s->db, &s->e));
	set_number(s, "5");
	assert_done(s, mark_check(&p, s->db, false, &s->e));
	assert_done(s, mark_raise(&p, s->db, &s->e));
	assert_numbers(s, "6", "6");
}

static void
a_mark_that_is_no_number_is_no_mark_to_trust(void **state)
{
	static const char *const bad[] = { "", "x\n", "-1", "1 2", "99999999999999999999999" };
	struct scratch *s = *state;
	struct publication p = { .dir = s->dir };

	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_done(s, file_write(s->dir, "var/mark", str_of(bad[i]), 0600, &s->e));
		assert_int_equal(mark_check(&p, s->db, false, &s->e), -1);
		assert_non_null(strstr(s->e.text, "var/mark"));
		assert_int_equal(mark_raise(&p, s->db, &s->e), -1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			each_send_raises_both, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			an_older_database_needs_force_and_then_is_the_newest, scratch_setup_db,
			scratch_teardown),
		cmocka_unit_test_setup_teardown(
			a_database_that_is_ahead_may_send, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(a_mark_that_is_no_number_is_no_mark_to_trust,
			scratch_setup_db, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
