#include "people/standing.h"

#include "store/event.h"
#include "store/ledger.h"
#include "store/subscriber.h"

static const struct settings_bounce rules = { .soft_count = 3, .soft_days = 4, .soft_issues = 2 };

static struct subscriber
get(struct scratch *s, int64_t id)
{
	struct subscriber got;

	assert_int_equal(subscriber_get(s->db, id, &s->a, &got, &s->e), 1);
	return got;
}

/* One report, recorded and judged. */
static enum standing
judge(struct scratch *s, struct bounce b, int64_t now)
{
	static int reports;
	enum standing outcome;

	b.report = str_of(arena_printf(&s->a, "report %d", ++reports));
	assert_done(s, db_begin(s->db, &s->e));
	assert_int_equal(bounce_add(s->db, &b, now, &s->e), 1);
	b.id = db_last_id(s->db);
	assert_done(s, standing_judge(s->db, &rules, &b, now, &outcome, &s->e));
	assert_done(s, db_commit(s->db, &s->e));
	assert_int_equal(
		scratch_number(s, "SELECT count(*) FROM bounce WHERE judged_at IS NULL"), 0);
	return outcome;
}

static void
one_report_by_what_it_is_and_who_they_are(void **state)
{
	enum {
		P = SUBSCRIBER_PENDING,
		A = SUBSCRIBER_ACTIVE,
		U = SUBSCRIBER_UNSUBSCRIBED,
		B = SUBSCRIBER_BOUNCED,
		C = SUBSCRIBER_COMPLAINED
	};
	static const struct {
		int is;
		enum bounce_kind kind;
		const char *status;
		int outcome, becomes;
	} rows[] = {
		{ A, BOUNCE_HARD, "5.1.1", STANDING_BOUNCED, B },
		{ A, BOUNCE_HARD, "", STANDING_BOUNCED, B },
		{ P, BOUNCE_HARD, "5.2.1", STANDING_BOUNCED, B },
		{ U, BOUNCE_HARD, "5.1.1", STANDING_OUT_BEFORE, U },
		{ B, BOUNCE_HARD, "5.1.1", STANDING_OUT_BEFORE, B },
		{ C, BOUNCE_HARD, "5.1.1", STANDING_OUT_BEFORE, C },
		{ A, BOUNCE_HARD, "5.7.1", STANDING_KEPT, A },
		{ A, BOUNCE_HARD, "5.7.26", STANDING_KEPT, A },
		{ A, BOUNCE_HARD, "5.6.2", STANDING_KEPT, A },
		{ A, BOUNCE_HARD, "5.3.4", STANDING_KEPT, A },
		{ A, BOUNCE_HARD, "5.1.7", STANDING_KEPT, A },
		{ A, BOUNCE_HARD, "5.1.8", STANDING_KEPT, A },
		{ A, BOUNCE_HARD, "5.1.10", STANDING_BOUNCED, B },
		{ A, BOUNCE_SOFT, "5.2.2", STANDING_KEPT, A },
		{ A, BOUNCE_COMPLAINT, "", STANDING_COMPLAINED, C },
		{ P, BOUNCE_COMPLAINT, "", STANDING_COMPLAINED, C },
		{ U, BOUNCE_COMPLAINT, "", STANDING_COMPLAINED, C },
		{ B, BOUNCE_COMPLAINT, "5.7.1", STANDING_COMPLAINED, C },
		{ C, BOUNCE_COMPLAINT, "", STANDING_OUT_BEFORE, C },
	};
	struct scratch *s = *state;
	struct issue issue;

	ledger_fill(s, (int)COUNT(rows), &issue);
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t who = (int64_t)i + 1;
		enum standing outcome;

		assert_int_equal(subscriber_move(s->db, who, ~0U, (enum subscriber_state)rows[i].is,
					 STR("test"), 1, &s->e),
			1);
		ledger_record(s, who, DELIVERY_SENT, 250, "ok", 2000);
		outcome = judge(s,
			(struct bounce){ .subscriber = who,
				.issue = 1,
				.kind = rows[i].kind,
				.source = BOUNCE_MAIL,
				.status = str_of(rows[i].status) },
			3000);
		if (outcome != (enum standing)rows[i].outcome ||
			get(s, who).state != (enum subscriber_state)rows[i].becomes)
			fail_msg("row %zu: %d", i, (int)outcome);
	}
	/* Each change is on record, with what they were. */
	assert_int_equal(
		scratch_number(s,
			"SELECT count(*) FROM event WHERE kind IN ('bounced', 'complained')"
			" AND at = 3000 AND detail ->> '$.from' IS NOT NULL"),
		8);
}

static void
soft_ones_are_enough_when_count_days_and_issues_are(void **state)
{
	/* The days of its soft bounces, from the 14th, and after which of them it is over: 0, none. */
	static const struct {
		const char *days;
		int over;
	} rows[] = {
		{ "0 1 2 3", 0 },                            /* not the days */
		{ "0 0 0 0 0", 0 },                          /* neither days nor issues */
		{ "0 4", 0 },                                /* not the count */
		{ "0 2 4", 3 },                              /* all */
		{ "0 0 4", 3 },                              /* two issues do */
		{ "0 1 2 3 5 6", 5 }, { "0 1 23 24 28", 5 }, /* the first two passed by */
	};
	struct scratch *s = *state;
	struct issue issue;

	ledger_fill(s, (int)COUNT(rows), &issue);
	for (int i = 2; i < 40; i++)
		assert_done(s, db_exec(s->db,
				       "INSERT INTO issue (day, edition_id, state, dated_at, "
				       "last_moment, started_at) SELECT date(max(day), '+1 day'), "
				       "1, 'sent', 1, 9, 1 FROM issue",
				       &s->e));
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str rest = str_of(rows[i].days), word;
		uint64_t day;

		for (int n = 1; str_split(&rest, ' ', &word); n++) {
			assert_true(str_u64(word, 99, &day));
			if ((judge(s,
				     (struct bounce){ .subscriber = (int64_t)i + 1,
					     .issue = (int64_t)day + 1,
					     .kind = BOUNCE_SOFT },
				     3000) == STANDING_BOUNCED) != (n == rows[i].over))
				fail_msg("%s: at %d", rows[i].days, n);
		}
	}
}

/* Something was changed after the issue was sent. */
static void
changed(struct scratch *s, int64_t who, const char *detail)
{
	assert_done(s, db_begin(s->db, &s->e));
	assert_done(s, event_add(s->db, 2100, "changed", who, 0, str_of(detail), &s->e));
	assert_done(s, db_commit(s->db, &s->e));
}

static void
what_is_about_how_they_were_before_is_stale(void **state)
{
	struct scratch *s = *state;
	const struct bounce b = {
		.subscriber = 1, .issue = 1, .kind = BOUNCE_HARD, .source = BOUNCE_MAIL
	};
	struct issue issue;

	ledger_fill(s, 3, &issue);
	for (int i = 1; i <= 3; i++)
		ledger_record(s, i, DELIVERY_SENT, 250, "ok", 2000);
	/* They bounced, came back, and the same mail bounces again. */
	assert_int_equal(judge(s, b, 2500), STANDING_BOUNCED);
	assert_int_equal(
		subscriber_move(s->db, 1, ~0U, SUBSCRIBER_ACTIVE, STR("operator"), 2600, &s->e), 1);
	assert_int_equal(judge(s, b, 2700), STANDING_STALE);
	/* It was their old address. */
	changed(s, 2, "{\"by\":\"page\",\"what\":\"address\"}");
	assert_int_equal(
		judge(s, (struct bounce){ .subscriber = 2, .issue = 1, .kind = BOUNCE_HARD }, 2700),
		STANDING_STALE);
	/* A complaint is one, whenever. */
	assert_int_equal(
		judge(s, (struct bounce){ .subscriber = 2, .issue = 1, .kind = BOUNCE_COMPLAINT },
			2700),
		STANDING_COMPLAINED);
	/* A name was changed: nothing to do with it. */
	changed(s, 3, "{\"by\":\"page\",\"what\":\"settings\"}");
	assert_int_equal(
		judge(s, (struct bounce){ .subscriber = 3, .issue = 1, .kind = BOUNCE_HARD }, 2700),
		STANDING_BOUNCED);
}

/* Three soft ones are one too many; then they came back, or moved: old ones count no more. */
static void
soft_ones_begin_anew_with_who_comes_back_or_moves(void **state)
{
	struct scratch *s = *state;
	struct issue issue;

	ledger_fill(s, 2, &issue);
	for (int i = 2; i < 8; i++)
		assert_done(s, db_exec(s->db,
				       "INSERT INTO issue (day, edition_id, state, dated_at, "
				       "last_moment, started_at) SELECT date(max(day), '+2 day'), "
				       "1, 'sent', 1, 9, 1 FROM issue",
				       &s->e));
	for (int who = 1; who <= 2; who++)
		for (int i = 1; i <= 3; i++) {
			const struct bounce b = {
				.subscriber = who, .issue = i, .kind = BOUNCE_SOFT
			};

			/* The second moves before the last. */
			if (who == 2 && i == 3)
				changed(s, 2, "{\"by\":\"page\",\"what\":\"address\"}");
			assert_int_equal(judge(s, b, 2000 + 10 * i),
				who == 1 && i == 3 ? STANDING_BOUNCED : STANDING_KEPT);
		}
	assert_int_equal(
		subscriber_move(s->db, 1, ~0U, SUBSCRIBER_ACTIVE, STR("operator"), 2600, &s->e), 1);
	for (int i = 4; i <= 6; i++)
		assert_int_equal(
			judge(s,
				(struct bounce){ .subscriber = 1, .issue = i, .kind = BOUNCE_SOFT },
				2700),
			i == 6 ? STANDING_BOUNCED : STANDING_KEPT);
}

static void
what_a_send_left_is_judged_in_chunks(void **state)
{
	enum { N = 450 };
	struct scratch *s = *state;
	struct standing_tally t;
	struct issue issue;

	ledger_fill(s, N, &issue);
	assert_done(s, db_begin(s->db, &s->e));
	for (int i = 1; i <= N; i++) {
		const struct delivery_outcome o = { .to = DELIVERY_FAILED,
			.code = 550,
			.words = STR("no"),
			.blames_address = i % 3 != 0,
			.bounce = i % 3 == 1 ? BOUNCE_HARD : BOUNCE_SOFT };

		assert_done(s, delivery_record(s->db, 1, i, &o, 2000, &s->e));
	}
	assert_done(s, db_commit(s->db, &s->e));
	assert_done(s, standing_judge_open(s->db, &rules, 3000, &t, &s->e));
	assert_int_equal(t.judged, N / 3 * 2);
	assert_int_equal(t.bounced, N / 3);
	assert_int_equal(get(s, 1).state, SUBSCRIBER_BOUNCED);
	assert_str(get(s, 1).state_why, "refused by their server");
	assert_int_equal(get(s, 2).state, SUBSCRIBER_ACTIVE);
	assert_int_equal(get(s, 3).state, SUBSCRIBER_ACTIVE);
	assert_done(s, standing_judge_open(s->db, &rules, 3000, &t, &s->e));
	assert_int_equal(t.judged, 0);
}

#define DB(test) cmocka_unit_test_setup_teardown(test, scratch_setup_db, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DB(one_report_by_what_it_is_and_who_they_are),
		DB(soft_ones_are_enough_when_count_days_and_issues_are),
		DB(what_is_about_how_they_were_before_is_stale),
		DB(soft_ones_begin_anew_with_who_comes_back_or_moves),
		DB(what_a_send_left_is_judged_in_chunks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
