#include "store/bounce.h"

#include "store/ledger.h"

static void
add_issues(struct scratch *s, int n)
{
	for (int i = 2; i <= n; i++) {
		struct stmt *st = db_prepare(s->db,
			"INSERT INTO issue (id, day, edition_id, state, dated_at, last_moment, "
			"started_at)"
			" VALUES (?1, date('2026-02-14', '+' || (?1 - 1) || ' days'), 1, 'sent', "
			"1, 9, 1)",
			&s->e);

		assert_non_null(st);
		stmt_int(st, 1, i);
		assert_done(s, stmt_run(st, &s->e));
	}
}

static int
add_status(struct scratch *s, int64_t who, int64_t issue, enum bounce_kind kind, const char *report,
	const char *status)
{
	const struct bounce b = { .subscriber = who,
		.issue = issue,
		.kind = kind,
		.source = BOUNCE_MAIL,
		.report = str_of(report),
		.code = 550,
		.status = str_of(status),
		.words = STR("no such user") };
	int got = bounce_add(s->db, &b, 5000, &s->e);

	assert_done(s, got);
	return got;
}

static int
add(struct scratch *s, int64_t who, int64_t issue, enum bounce_kind kind, const char *report)
{
	return add_status(s, who, issue, kind, report, "5.1.1");
}

static void
a_report_counts_once_for_each_person(void **state)
{
	struct scratch *s = *state;
	struct issue issue;

	ledger_fill(s, 3, &issue);
	assert_int_equal(add(s, 1, 1, BOUNCE_HARD, "a"), 1);
	assert_int_equal(add(s, 1, 1, BOUNCE_HARD, "a"), 0);
	assert_int_equal(add(s, 2, 1, BOUNCE_SOFT, "a"), 1);
	assert_int_equal(add(s, 1, 1, BOUNCE_COMPLAINT, "b"), 1);
	/* Somebody who was erased, and an issue that there is not. */
	assert_int_equal(add(s, 99, 1, BOUNCE_HARD, "a"), 0);
	assert_int_equal(add(s, 3, 77, BOUNCE_HARD, "a"), 1);
	assert_int_equal(
		scratch_number(s, "SELECT issue_id IS NULL FROM bounce WHERE subscriber_id = 3"),
		1);
}

static void
what_is_open_is_taken_until_it_is_judged(void **state)
{
	struct scratch *s = *state;
	struct bounce got[2];
	struct issue issue;
	size_t n;

	ledger_fill(s, 3, &issue);
	for (int i = 1; i <= 3; i++)
		add(s, i, 1, (enum bounce_kind)(i - 1), "a");
	assert_done(s, bounce_take_open(s->db, 0, 2, &s->a, got, &n, &s->e));
	assert_int_equal(n, 2);
	assert_int_equal(got[1].subscriber, 2);
	assert_int_equal(got[1].kind, BOUNCE_HARD);
	assert_int_equal(got[1].source, BOUNCE_MAIL);
	assert_int_equal(got[1].at, 5000);
	assert_str(got[1].status, "5.1.1");
	assert_str(got[1].words, "no such user");
	assert_done(s, bounce_judged(s->db, got[0].id, 6000, &s->e));
	assert_done(s, bounce_take_open(s->db, 0, 2, &s->a, got, &n, &s->e));
	assert_int_equal(got[0].subscriber, 2);
	assert_done(s, bounce_take_open(s->db, got[1].id, 2, &s->a, got, &n, &s->e));
	assert_int_equal(n, 0);
}

/* Days of soft bounces, an issue a day, and what the run of them is at the end. */
static void
a_run_of_soft_bounces_ends_where_there_was_a_gap(void **state)
{
	static const struct {
		const char *issues;
		int count, distinct, days;
	} rows[] = {
		{ "", 0, 0, 0 },
		{ "1", 1, 1, 0 },
		{ "1 1 1", 3, 1, 0 },
		{ "1 2 3 9", 4, 4, 8 },
		{ "1 11 21", 3, 3, 20 },
		{ "1 2 13 14", 2, 2, 1 },
		{ "14 13 2 1", 2, 2, 1 },
	};
	struct scratch *s = *state;
	struct issue issue;

	ledger_fill(s, 10, &issue);
	add_issues(s, 25);
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t who = (int64_t)i + 1;
		struct str rest = str_of(rows[i].issues), word;
		struct bounce_run run;
		uint64_t id;

		while (str_split(&rest, ' ', &word)) {
			assert_true(str_u64(word, 99, &id));
			add(s, who, (int64_t)id, BOUNCE_SOFT, arena_printf(&s->a, "%zu", rest.n));
		}
		add(s, who, 1, BOUNCE_HARD, "hard");
		/* A filter's no is nothing that counts, whatever it is called. */
		add_status(s, who, 1, BOUNCE_SOFT, "policy", "5.7.1");
		assert_done(s, bounce_soft_run(s->db, who, 0, 10, &run, &s->e));
		if (run.count != rows[i].count || run.issues != rows[i].distinct ||
			run.days != rows[i].days)
			fail_msg("%s: %d of %d in %d", rows[i].issues, (int)run.count,
				(int)run.issues, (int)run.days);
	}
}

static void
a_bounce_finds_when_its_mail_was_sent(void **state)
{
	struct scratch *s = *state;
	struct issue issue;
	int64_t at;

	ledger_fill(s, 4, &issue);
	ledger_record(s, 4, DELIVERY_SENT, 250, "ok", 3000);
	assert_int_equal(bounce_sent_at(s->db, 1, 4, &at, &s->e), 1);
	assert_int_equal(at, 3000);
	assert_int_equal(bounce_sent_at(s->db, 1, 3, &at, &s->e), 0);
}

/* The ledger's part: what a relay said of an address is a bounce, what it said of us is none. */
static void
a_refusal_is_recorded_with_the_ledgers_row(void **state)
{
	struct scratch *s = *state;
	struct delivery_outcome o = { .to = DELIVERY_FAILED,
		.code = 550,
		.status = STR("5.1.1"),
		.words = STR("no such user"),
		.blames_address = true,
		.bounce = BOUNCE_HARD };
	struct issue issue;

	ledger_fill(s, 3, &issue);
	assert_done(s, delivery_record(s->db, 1, 1, &o, 4000, &s->e));
	o.blames_address = false;
	assert_done(s, delivery_record(s->db, 1, 2, &o, 4000, &s->e));
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM bounce"), 1);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM bounce WHERE subscriber_id = 1 AND"
					   " source = 'smtp' AND kind = 'hard' AND code = 550 AND"
					   " status = '5.1.1' AND at = 4000 AND judged_at IS NULL"),
		1);
}

static void
what_a_mailbox_holds_is_looked_at_once(void **state)
{
	struct scratch *s = *state;

	assert_done(s, bounce_set_seen(s->db, STR("box"), STR("1"), 10, &s->e));
	assert_done(s, bounce_set_seen(s->db, STR("box"), STR("2"), 10, &s->e));
	assert_int_equal(bounce_seen(s->db, STR("box"), STR("1"), &s->e), 1);
	assert_int_equal(bounce_seen(s->db, STR("other"), STR("1"), &s->e), 0);
	assert_done(s, bounce_set_seen(s->db, STR("box"), STR("2"), 20, &s->e));
	assert_done(s, bounce_forget_seen(s->db, STR("box"), 20, &s->e));
	assert_int_equal(bounce_seen(s->db, STR("box"), STR("1"), &s->e), 0);
	assert_int_equal(bounce_seen(s->db, STR("box"), STR("2"), &s->e), 1);
}

#define DB(test) cmocka_unit_test_setup_teardown(test, scratch_setup_db, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DB(a_report_counts_once_for_each_person),
		DB(what_is_open_is_taken_until_it_is_judged),
		DB(a_run_of_soft_bounces_ends_where_there_was_a_gap),
		DB(a_bounce_finds_when_its_mail_was_sent),
		DB(a_refusal_is_recorded_with_the_ledgers_row),
		DB(what_a_mailbox_holds_is_looked_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
