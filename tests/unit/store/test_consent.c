#include "store/consent.h"

#include "store/ledger.h"

static void
add(struct scratch *s, enum consent_step step, const char *words)
{
	const struct consent c = { .subscriber = 1,
		.at = 5000000,
		.step = step,
		.words = str_of(words),
		.address = STR("192.0.2.7"),
		.via = STR("page") };

	assert_done(s, db_begin(s->db, &s->e));
	assert_done(s, consent_add(s->db, &c, &s->e));
	assert_done(s, db_commit(s->db, &s->e));
}

static void
count(void *context, int64_t subscriber)
{
	assert_int_equal(subscriber, 1);
	++*(int *)context;
}

static int
faults(struct scratch *s)
{
	int n = 0, whole = consent_verify(s->db, count, &n, &s->e);

	assert_int_equal(whole, n == 0);
	return n;
}

static void
what_was_agreed_to_is_sealed_in_the_log(void **state)
{
	struct scratch *s = *state;
	struct issue issue;

	ledger_fill(s, 2, &issue);
	add(s, CONSENT_ASKED, "Yes, please");
	add(s, CONSENT_ASKED, "Yes, please");
	add(s, CONSENT_CONFIRMED, "Yes");
	assert_int_equal(faults(s), 0);
	assert_int_equal(scratch_number(s, "SELECT count(DISTINCT detail ->> '$.seal') FROM event "
					   "WHERE kind = 'consented'"),
		3);
}

static void
evidence_that_was_meddled_with_is_found(void **state)
{
	static const struct {
		const char *harm;
		int faults;
	} table[] = {
		{ "UPDATE consent SET words = 'All of it' WHERE id = 1", 1 },
		{ "UPDATE consent SET at = at + 1 WHERE id = 2", 1 },
		{ "UPDATE consent SET step = 'confirmed' WHERE id = 1", 1 },
		/* The bounds between texts count. */
		{ "UPDATE consent SET address = '192.0.2.7p', via = 'age' WHERE id = 1", 1 },
		{ "DELETE FROM consent WHERE id = 1", 1 },
		{ "INSERT INTO consent (subscriber_id, at, step, words, via) "
		  "VALUES (1, 1, 'asked', 'x', 'page')",
			1 },
	};
	struct scratch *s = *state;
	struct issue issue;

	ledger_fill(s, 2, &issue);
	add(s, CONSENT_ASKED, "Yes, please");
	add(s, CONSENT_CONFIRMED, "Yes");
	assert_done(s, db_exec(s->db, "CREATE TEMP TABLE kept AS SELECT * FROM consent", &s->e));
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		assert_done(s, db_exec(s->db, table[i].harm, &s->e));
		if (faults(s) != table[i].faults)
			fail_msg("row %zu", i);
		assert_done(
			s, db_exec(s->db,
				   "DELETE FROM consent; INSERT INTO consent SELECT * FROM kept",
				   &s->e));
	}
	assert_int_equal(faults(s), 0);
}

static void
who_is_erased_leaves_no_fault(void **state)
{
	struct scratch *s = *state;
	struct issue issue;

	ledger_fill(s, 2, &issue);
	add(s, CONSENT_ASKED, "Yes, please");
	assert_done(s,
		db_exec(s->db, "DELETE FROM delivery; DELETE FROM subscriber WHERE id = 1", &s->e));
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM consent"), 0);
	assert_int_equal(faults(s), 0);
}

#define DB(test) cmocka_unit_test_setup_teardown(test, scratch_setup_db, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DB(what_was_agreed_to_is_sealed_in_the_log),
		DB(evidence_that_was_meddled_with_is_found),
		DB(who_is_erased_leaves_no_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
