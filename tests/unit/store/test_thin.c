#include "store/thin.h"

#include "answers.h"

/* A snapshot of 600 octets and more on each of n days up to that one. */
static void
collect(struct scratch *s, const char *last, int n)
{
	for (int back = n - 1; back >= 0; back--) {
		char day[11];

		clock_print_day(clock_add_days(answers_day(last), -back), day);
		answers_keep(s, "hf_models", day, answers_models(s, 30));
	}
}

static void
a_year_keeps_days_then_weeks(void **state)
{
	struct scratch *s = *state;
	const struct day today = answers_day("2026-12-31");

	collect(s, "2026-12-31", 400);
	assert_done(s, thin_run(s->db, today, &s->e));
	assert_int_equal(
		scratch_number(s, "SELECT count(*) FROM snapshot WHERE day >= '2026-11-01'"), 61);
	/* 340 days before that: a day a week, and each a Sunday. */
	assert_in_range(scratch_number(s, "SELECT count(*) FROM snapshot WHERE day < '2026-11-01'"),
		48, 50);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM snapshot WHERE day < "
					   "'2026-11-01' AND strftime('%w', day) <> '0'"),
		0);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM snapshot JOIN answer ON "
					   "snapshot_id = snapshot.id WHERE body IS NOT NULL "
					   "AND day >= '2026-12-17'"),
		15);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM snapshot JOIN answer ON "
					   "snapshot_id = snapshot.id WHERE body IS NOT NULL "
					   "AND day < '2026-06-28'"),
		0);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM entity"), 30);
}

static void
recorded_days_age_from_when_they_were_taken(void **state)
{
	struct scratch *s = *state;

	collect(s, "2026-03-01", 100);
	assert_done(s, db_exec(s->db, "UPDATE snapshot SET taken = '2026-12-01'", &s->e));
	assert_done(s, thin_run(s->db, answers_day("2026-12-31"), &s->e));
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM snapshot"), 100);
}

static void
what_nobody_saw_any_more_is_forgotten(void **state)
{
	struct scratch *s = *state;

	/* Monday: seen on this day alone, and Sunday stays for the week. */
	answers_keepz(s, "hf_models", "2026-01-05", "[{\"id\":\"a/once\",\"likes\":1}]");
	collect(s, "2026-01-11", 3);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM entity"), 31);
	assert_done(s, thin_run(s->db, answers_day("2026-12-31"), &s->e));
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM snapshot"), 1);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM entity"), 30);
}

static int
see_kept(void *context, const struct thin_kept *k, struct err *e)
{
	int *calls = context;

	(void)e;
	assert_str(k->source, "hf_models");
	assert_int_equal(k->days, 3);
	assert_int_equal(k->rows, 90);
	assert_int_equal(k->answers, 3);
	assert_true(k->bytes > 0);
	assert_str(k->last, "2026-01-11");
	(*calls)++;
	return 0;
}

static void
what_is_kept_can_be_told(void **state)
{
	struct scratch *s = *state;
	int calls = 0;

	collect(s, "2026-01-11", 3);
	assert_done(s, thin_each(s->db, see_kept, &calls, &s->e));
	assert_int_equal(calls, 1);
}

int
main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, scratch_setup_db, scratch_teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_year_keeps_days_then_weeks),
		CASE(recorded_days_age_from_when_they_were_taken),
		CASE(what_nobody_saw_any_more_is_forgotten),
		CASE(what_is_kept_can_be_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
