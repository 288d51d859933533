#include "store/canary.h"

#include "store/ledger.h"

static void
it_is_chosen_once_and_spread_over_the_list(void **state)
{
	struct scratch *s = *state;
	struct issue issue;

	ledger_fill(s, 1000, &issue);
	assert_int_equal(canary_choose(s->db, 1, 50, &s->e), 1);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM canary"), 50);
	/* One in each fiftieth, give or take the edges. */
	assert_in_range(scratch_number(s, "SELECT count(DISTINCT (subscriber_id - 1) / 20) FROM "
					  "canary"),
		49, 50);
	assert_int_equal(canary_choose(s->db, 1, 50, &s->e), 0);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM canary"), 50);
}

static void
it_is_whole_where_ids_are_sparse(void **state)
{
	struct scratch *s = *state;
	struct issue issue;

	ledger_fill(s, 100, &issue);
	assert_done(s, db_exec(s->db, "DELETE FROM delivery WHERE subscriber_id BETWEEN 11 AND 99;",
			       &s->e));
	assert_int_equal(canary_choose(s->db, 1, 8, &s->e), 1);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM canary"), 8);
}

static void
there_is_none_of_a_small_list_or_once_somebody_was_served(void **state)
{
	struct scratch *s = *state;
	struct canary_tally t;
	struct issue issue;

	ledger_fill(s, 100, &issue);
	assert_int_equal(canary_choose(s->db, 1, 100, &s->e), 0);
	ledger_record(s, 9, DELIVERY_SENT, 250, "ok", 1);
	assert_int_equal(canary_choose(s->db, 1, 10, &s->e), 0);
	assert_done(s, canary_count(s->db, &issue, &t, &s->e));
	assert_int_equal(t.all, 0);
}

static void
it_is_counted_from_the_ledger(void **state)
{
	struct scratch *s = *state;
	struct canary_tally t;
	struct delivery rows[16];
	struct issue issue;
	struct str words;
	int code;
	size_t n;

	ledger_fill(s, 20, &issue);
	assert_done(
		s, db_exec(s->db, "INSERT INTO canary SELECT 1, id FROM subscriber WHERE id <= 8;",
			   &s->e));
	assert_int_equal(canary_has(s->db, 1, 8, &s->e), 1);
	assert_int_equal(canary_has(s->db, 1, 9, &s->e), 0);
	assert_done(s, delivery_take_canary(s->db, 1, 2, 16, &s->a, rows, &n, &s->e));
	assert_int_equal(n, 6);
	assert_int_equal(rows[0].subscriber, 3);
	assert_int_equal(canary_words(s->db, &issue, &s->a, &words, &code, &s->e), 0);
	ledger_record(s, 1, DELIVERY_SENT, 250, "ok", 1010);
	ledger_record(s, 2, DELIVERY_SENT, 250, "ok", 1030);
	ledger_record(s, 3, DELIVERY_FAILED, 550, "spam", 1020);
	ledger_record(s, 4, DELIVERY_FAILED, 550, "spam", 1020);
	ledger_record(s, 5, DELIVERY_FAILED, 554, "other", 1020);
	ledger_record(s, 6, DELIVERY_DEFERRED, 450, "later", 1020);
	ledger_record(s, 7, DELIVERY_IN_DOUBT, 0, "lost", 1020);
	ledger_record(s, 20, DELIVERY_FAILED, 550, "not one of them", 2000);
	/* One bounced before this issue, one because of it. */
	assert_done(
		s, db_exec(s->db,
			   "UPDATE subscriber SET state = 'bounced', state_at = 1 WHERE id = 1;"
			   "UPDATE subscriber SET state = 'bounced', state_at = 1040 WHERE id = "
			   "2;",
			   &s->e));
	assert_done(s, canary_count(s->db, &issue, &t, &s->e));
	assert_int_equal(t.all, 8);
	assert_int_equal(t.failed, 4);
	assert_int_equal(t.going, 1);
	assert_int_equal(t.waiting, 1);
	assert_int_equal(t.in_doubt, 1);
	assert_int_equal(t.last, 1030);
	assert_int_equal(t.passed_at, 0);
	assert_int_equal(canary_words(s->db, &issue, &s->a, &words, &code, &s->e), 1);
	assert_str(words, "spam");
	assert_int_equal(code, 550);
	assert_done(s, canary_pass(s->db, 1, 77, &s->e));
	assert_done(s, canary_count(s->db, &issue, &t, &s->e));
	assert_int_equal(t.passed_at, 77);
}

#define DB(test) cmocka_unit_test_setup_teardown(test, scratch_setup_db, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DB(it_is_chosen_once_and_spread_over_the_list),
		DB(it_is_whole_where_ids_are_sparse),
		DB(there_is_none_of_a_small_list_or_once_somebody_was_served),
		DB(it_is_counted_from_the_ledger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
