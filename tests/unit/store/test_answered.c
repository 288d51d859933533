#include "store/answered.h"

#include "store/ledger.h"

static void
refuse(struct scratch *s, int64_t who, bool blames, enum bounce_kind kind)
{
	const struct delivery_outcome o = { .to = DELIVERY_FAILED,
		.relay = "smtp://relay.example:25",
		.code = 550,
		.words = STR("no such user"),
		.blames_address = blames,
		.bounce = kind };

	assert_done(s, delivery_record(s->db, 1, who, &o, 5, &s->e));
}

static void
report(struct scratch *s, int64_t who, int64_t issue, enum bounce_kind kind, const char *name)
{
	struct bounce b = { .subscriber = who,
		.issue = issue,
		.kind = kind,
		.source = BOUNCE_MAIL,
		.report = str_of(name),
		.words = STR("user unknown") };

	assert_done(s, bounce_add(s->db, &b, 6, &s->e));
}

static void
counts_who_is_meant_and_served(void **state)
{
	struct scratch *s = *state;
	struct answered a = { 0 };
	struct issue issue;

	ledger_fill(s, 40, &issue);
	assert_done(s, answered_count(s->db, 1, &a, &s->e));
	assert_int_equal(a.all, 40);
	assert_int_equal(a.served, 0);
	refuse(s, 1, true, BOUNCE_HARD);
	ledger_record(s, 30, DELIVERY_SENT, 250, "ok", 6);
	ledger_record(s, 31, DELIVERY_DEFERRED, 450, "later", 6);
	assert_done(s, answered_count(s->db, 1, &a, &s->e));
	assert_int_equal(a.served, 2);
}

static void
counts_persons_and_not_reports(void **state)
{
	struct scratch *s = *state;
	struct answered a = { 0 };
	struct issue issue;
	struct str words;

	ledger_fill(s, 10, &issue);
	assert_done(s, answered_returned(s->db, 1, &a, &s->e));
	assert_int_equal(a.refused + a.bounced + a.complained, 0);
	assert_int_equal(answered_words(s->db, 1, &s->a, &words, &s->e), 0);
	assert_done(s, db_begin(s->db, &s->e));
	refuse(s, 1, true, BOUNCE_HARD);
	refuse(s, 2, true, BOUNCE_SOFT);
	refuse(s, 3, false, BOUNCE_SOFT);
	/* Refused, and reported as well: one and the same. */
	report(s, 1, 1, BOUNCE_HARD, "a");
	report(s, 4, 1, BOUNCE_HARD, "b");
	report(s, 4, 1, BOUNCE_HARD, "c");
	report(s, 5, 1, BOUNCE_COMPLAINT, "d");
	report(s, 5, 1, BOUNCE_COMPLAINT, "e");
	report(s, 6, 1, BOUNCE_SOFT, "f");
	report(s, 7, 0, BOUNCE_HARD, "g");
	assert_done(s, db_commit(s->db, &s->e));
	a.served = 99;
	assert_done(s, answered_returned(s->db, 1, &a, &s->e));
	assert_int_equal(a.served, 99);
	assert_int_equal(a.refused, 1);
	assert_int_equal(a.bounced, 1);
	assert_int_equal(a.complained, 1);
	assert_int_equal(answered_words(s->db, 1, &s->a, &words, &s->e), 1);
	assert_str(words, "user unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			counts_who_is_meant_and_served, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			counts_persons_and_not_reports, scratch_setup_db, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
