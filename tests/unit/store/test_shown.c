#include "store/shown.h"

#include "answers.h"

static void
a_day_is_replaced_and_days_are_read_in_order(void **state)
{
	struct scratch *s = *state;
	const struct shown first[] = {
		{ .place = STR("lead"),
			.source = STR("github"),
			.key = STR("#1"),
			.name = STR("a/b"),
			.value = 5,
			.momentum = 2.5,
			.rank = 3 },
		{ .place = STR("reading"), .key = STR("https://e.example/"), .name = STR("T") },
	};
	const struct shown second[] = {
		{ .place = STR("tools"), .key = STR("k"), .name = STR("n") }
	};
	struct shown *got;
	size_t n;

	assert_done(s, shown_keep(s->db, answers_day("2026-02-14"), second, 1, &s->e));
	assert_done(s, shown_keep(s->db, answers_day("2026-02-14"), first, 2, &s->e));
	assert_done(s, shown_keep(s->db, answers_day("2026-02-13"), second, 1, &s->e));
	assert_done(s, shown_read(s->db, answers_day("2026-02-01"), answers_day("2026-02-15"),
			       &s->a, &got, &n, &s->e));
	assert_int_equal(n, 3);
	assert_str(got[0].place, "tools");
	assert_int_equal(got[1].day.day, 14);
	assert_str(got[1].key, "#1");
	assert_true(got[1].momentum == 2.5 && got[1].rank == 3 && got[1].value == 5);
	/* `before` is not among them. */
	assert_done(s, shown_read(s->db, answers_day("2026-02-01"), answers_day("2026-02-14"),
			       &s->a, &got, &n, &s->e));
	assert_int_equal(n, 1);
}

static void
it_can_be_part_of_a_transaction(void **state)
{
	struct scratch *s = *state;
	const struct shown w = { .place = STR("tools"), .key = STR("k"), .name = STR("n") };

	assert_done(s, db_begin(s->db, &s->e));
	assert_done(s, shown_keep(s->db, answers_day("2026-02-14"), &w, 1, &s->e));
	assert_true(db_in_transaction(s->db));
	db_rollback(s->db);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM shown"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_day_is_replaced_and_days_are_read_in_order,
			scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			it_can_be_part_of_a_transaction, scratch_setup_db, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
