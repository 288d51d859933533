#include "store/tally.h"

#include "store/ledger.h"

#define MINUTE (60 * CLOCK_SECOND)

static void
everything_is_counted_in_one_walk(void **state)
{
	struct scratch *s = *state;
	int64_t now = 100 * MINUTE;
	struct issue issue;
	struct tally t;
	char words[64];

	ledger_fill(s, 100, &issue);
	for (int i = 1; i <= 60; i++)
		ledger_record(
			s, i, DELIVERY_SENT, 250, "ok", i <= 20 ? 1 : now - 30 * CLOCK_SECOND);
	/* Of d1: 61, 66, 71, 76; of d2: 62. */
	for (int i = 61; i <= 76; i += 5) {
		snprintf(words, sizeof words, "5.1.1 <r%d@d1.example> unknown, id A%d9F", i,
			i * 1000);
		ledger_record(s, i, DELIVERY_FAILED, 550, words, now - 20 * CLOCK_SECOND);
	}
	ledger_record(s, 62, DELIVERY_DEFERRED, 450, "later", now - 5 * CLOCK_SECOND);
	assert_done(s, tally_issue(s->db, 1, 3, now, &s->a, &t, &s->e));
	assert_int_equal(t.all, 100);
	assert_int_equal(t.counts[DELIVERY_SENT], 60);
	assert_int_equal(t.counts[DELIVERY_QUEUED], 35);
	assert_int_equal(t.relay_count, 1);
	assert_str(t.relays[0].name, "smtp://relay.example:25");
	assert_int_equal(t.relays[0].all, 65);
	assert_int_equal(t.domain_count, 3);
	assert_str(t.domains[0].name, "d1.example");
	assert_int_equal(t.domains[0].counts[DELIVERY_FAILED], 4);
	assert_int_equal(t.domains[0].all, 20);
	assert_str(t.domains[1].name, "d2.example");
	/* Addresses and ids make no other refusal of it. */
	assert_int_equal(t.refusal_count, 2);
	assert_int_equal(t.refusals[0].count, 4);
	assert_int_equal(t.refusals[0].code, 550);
	assert_str(t.refusals[0].words, "5.1.1 <r61@d1.example> unknown, id A610009F");
	assert_int_equal(t.refusals[1].state, DELIVERY_DEFERRED);
	assert_int_equal(t.lately, 44);
	assert_int_equal(t.lately_since, now - 30 * CLOCK_SECOND);
	assert_int_equal(t.changed_at, now - 5 * CLOCK_SECOND);
	/* An issue without rows. */
	assert_done(s, tally_issue(s->db, 2, 3, now, &s->a, &t, &s->e));
	assert_true(t.all == 0 && t.domain_count == 0 && t.refusal_count == 0 && t.lately == 0);
}

static void
many_domains_are_ranked_by_trouble_and_then_by_size(void **state)
{
	struct scratch *s = *state;
	struct issue issue;
	struct tally t;

	ledger_fill(s, 3000, &issue);
	assert_done(
		s, db_exec(s->db,
			   "UPDATE subscriber SET domain = 'own' || id || '.example' WHERE id > "
			   "1000; UPDATE subscriber SET domain = 'large.example' WHERE id <= 400;",
			   &s->e));
	ledger_record(s, 2999, DELIVERY_FAILED, 550, "no", 5);
	assert_done(s, tally_issue(s->db, 1, 10, 10, &s->a, &t, &s->e));
	assert_int_equal(t.domain_count, 10);
	assert_str(t.domains[0].name, "own2999.example");
	assert_str(t.domains[1].name, "large.example");
	assert_int_equal(t.domains[1].all, 400);
	assert_int_equal(t.domains[2].all, 120);
}

static void
refusals_are_the_same_without_what_is_someones(void **state)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "5.1.1 <a.b+c@example.org>: no such user", "5.1.1 <#>: no such user" },
		{ "4.7.28 try again, ref 1234567 (mx7)", "4.7.28 try again, ref # (mx7)" },
		{ "queued as 9C50A1100E73", "queued as #" },
		{ "id mail-yw1-f41 says no", "id # says no" },
		{ "no such user", "no such user" },
		{ "", "" },
		{ "\xc3\xa4 \x1b", "\xc3\xa4 \x1b" },
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		tally_gist(str_of(rows[i].in), out, sizeof out);
		assert_string_equal(out, rows[i].want);
	}
	tally_gist(STR("far too long for the room"), out, 8);
	assert_string_equal(out, "far too");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			everything_is_counted_in_one_walk, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(many_domains_are_ranked_by_trouble_and_then_by_size,
			scratch_setup_db, scratch_teardown),
		cmocka_unit_test(refusals_are_the_same_without_what_is_someones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
