#include "store/attempt.h"

#include "store/ledger.h"

struct seen {
	int n;
	char text[512];
};

static int
see(void *context, const struct attempt *at, struct err *e)
{
	struct seen *seen = context;

	(void)e;
	seen->n++;
	assert_int_equal(at->n, seen->n);
	snprintf(seen->text + strlen(seen->text), sizeof seen->text - strlen(seen->text),
		"%lld %.*s %d %.*s; ", (long long)at->at, STR_ARG(at->state), at->code,
		STR_ARG(at->words));
	return 0;
}

static void
what_was_refused_has_a_history_and_what_was_sent_has_none(void **state)
{
	struct scratch *s = *state;
	const struct delivery four = { .subscriber = 4, .email = STR("r4@d4.example") };
	struct seen seen = { 0 };
	enum delivery_mark marked;
	struct issue issue;
	int64_t n;

	ledger_fill(s, 10, &issue);
	ledger_record(s, 1, DELIVERY_SENT, 250, "ok", 1);
	ledger_record(s, 2, DELIVERY_DEFERRED, 450, "later", 2);
	ledger_record(s, 2, DELIVERY_QUEUED, 421, "bye", 3);
	ledger_record(s, 2, DELIVERY_DEFERRED, 450, "later still", 4);
	ledger_record(s, 2, DELIVERY_SENT, 250, "ok", 5);
	ledger_record(s, 3, DELIVERY_FAILED, 550, "no", 6);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM attempt"), 3);
	assert_done(s, attempt_each(s->db, 1, 2, see, &seen, &s->e));
	assert_string_equal(seen.text, "2 deferred 450 later; 4 deferred 450 later still; ");
	/* Who has it cannot be refused any more. */
	ledger_record(s, 1, DELIVERY_FAILED, 550, "too late", 7);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM attempt"), 3);
	/* What an earlier run left on the wire. */
	assert_done(
		s, delivery_mark(s->db, 1, &four, "smtp://relay.example:25", 8, &marked, &s->e));
	assert_int_equal(marked, DELIVERY_MARKED);
	assert_done(s, delivery_doubt(s->db, 1, 9, &n, &s->e));
	assert_int_equal(n, 1);
	seen = (struct seen){ 0 };
	assert_done(s, attempt_each(s->db, 1, 4, see, &seen, &s->e));
	assert_string_equal(seen.text, "8 in_doubt 0 the sender ended before the reply came; ");
	assert_done(s, delivery_doubt(s->db, 1, 9, &n, &s->e));
	assert_int_equal(n, 0);
	/* Nothing is left of who is erased. */
	assert_done(s, db_exec(s->db, "DELETE FROM subscriber WHERE id IN (2, 4);", &s->e));
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM attempt"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_was_refused_has_a_history_and_what_was_sent_has_none, scratch_setup_db,
			scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
