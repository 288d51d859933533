#include "store/drafted.h"

#include "scratch.h"

static const struct day day = { 2026, 2, 14 }, other = { 2026, 2, 15 };

static void
knows_what_was_drafted_byte_for_byte(void **state)
{
	static const struct {
		struct day day;
		struct str text;
		int want;
	} rows[] = {
		{ { 2026, 2, 14 }, STR_INIT("a draft\n"), 1 },
		{ { 2026, 2, 14 }, STR_INIT("a draft"), 0 },
		{ { 2026, 2, 14 }, STR_INIT("A draft\n"), 0 },
		{ { 2026, 2, 14 }, STR_INIT(""), 0 },
		{ { 2026, 2, 15 }, STR_INIT("a draft\n"), 0 },
		/* A day's second draft is one too, and so is its first. */
		{ { 2026, 2, 14 }, STR_INIT("another\n"), 1 },
	};
	struct scratch *s = *state;

	assert_done(s, drafted_keep(s->db, day, STR("a draft\n"), 1, &s->e));
	assert_done(s, drafted_keep(s->db, day, STR("another\n"), 2, &s->e));
	assert_done(s, drafted_keep(s->db, day, STR("another\n"), 3, &s->e));
	assert_done(s, drafted_keep(s->db, other, STR("tomorrow's\n"), 3, &s->e));
	for (size_t i = 0; i < COUNT(rows); i++)
		if (drafted_has(s->db, rows[i].day, rows[i].text, &s->e) != rows[i].want)
			fail_msg("%zu", i);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM draft"), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			knows_what_was_drafted_byte_for_byte, scratch_setup_db, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
