#include "people/returned.h"

#include "base/clock.h"
#include "mail/message_id.h"
#include "mail/token.h"
#include "mail/verp.h"
#include "store/ledger.h"
#include "store/subscriber.h"

#define BOUNCE "back@post.example.org"

struct office {
	struct publication publication;
	struct keys keys;
	struct returning r;
};

static int64_t now = 1000 * CLOCK_SECOND;

/* People 1 to 9, r1@d1.example and so on, who were all sent issue 1. */
static void
open_office(struct scratch *s, struct office *o)
{
	static char list_id[] = "post.example.org", from[] = "news@post.example.org",
		    bounce[] = BOUNCE;
	struct issue issue;

	*o = (struct office){
		.publication.settings = { .publication.list_id = list_id,
			.sender = { .from_email = from, .bounce = bounce },
			.bounce = { .soft_count = 5, .soft_days = 14, .soft_issues = 3 } }
	};
	assert_done(s, keys_create(s->dir, &s->e));
	assert_done(s, keys_load(s->dir, false, &o->keys, &s->e));
	ledger_fill(s, 9, &issue);
	for (int i = 1; i <= 9; i++)
		ledger_record(s, i, DELIVERY_SENT, 250, "ok", 2000);
	o->r = (struct returning){ .db = s->db,
		.publication = &o->publication,
		.keys = &o->keys,
		.source = BOUNCE_MAIL,
		.now = ++now };
}

static struct report *
new_report(struct scratch *s, enum report_sort sort)
{
	static int n;
	struct report *report = arena_new(&s->a, struct report);

	*report = (struct report){ .sort = sort };
	report->id = str_of(arena_printf(&s->a, "dsn%d@mx.example", ++n));
	return report;
}

static struct report_recipient *
add_recipient(struct report *report, const char *address, enum report_kind kind, const char *status)
{
	struct report_recipient *rr = report_recipient_for(report, str_of(address));

	rr->kind = kind;
	rr->status = str_of(status);
	rr->reason = STR("no such user");
	return rr;
}

static struct str
verp(struct scratch *s, const struct office *o, uint64_t who, uint32_t issue)
{
	char made[VERP_MAX + 1];

	assert_true(verp_make(STR(BOUNCE), who, issue, o->keys.mac, made) > 0);
	return arena_str(&s->a, str_of(made));
}

static struct str
message_id(struct scratch *s, const struct office *o, const char *what, uint64_t who)
{
	char made[MESSAGE_ID_MAX];
	size_t n = message_id_make(str_of(what), who, STR("post.example.org"), o->keys.mac, made);

	return arena_str(&s->a, (struct str){ made + 1, n - 2 });
}

static struct str
token(struct scratch *s, const struct office *o, enum token_kind kind, uint64_t who, uint32_t epoch)
{
	const struct key_pair *pair = keys_current(&o->keys);
	const struct token t = {
		.kind = kind, .key_id = pair->id, .subscriber = who, .epoch = epoch
	};
	char text[TOKEN_CHARS + 1];
	uint8_t signature[SIGN_BYTES];

	token_sign(&t, "post.example.org", pair->secret, signature);
	token_print(&t, signature, text);
	return arena_str(&s->a, str_of(text));
}

static struct returned
take(struct scratch *s, const struct office *o, const struct report *report)
{
	struct returned out;

	assert_done(s, returned_take(&o->r, report, &s->a, &out, &s->e));
	assert_false(db_in_transaction(s->db));
	return out;
}

static enum subscriber_state
state_of(struct scratch *s, int64_t id)
{
	struct subscriber who;

	assert_int_equal(subscriber_get(s->db, id, &s->a, &who, &s->e), 1);
	return who.state;
}

/* One report about person 1, with one clue; what it proves. */
static void
each_proof_by_itself_is_enough(void **state)
{
	struct scratch *s = *state;
	struct office o;
	struct report *report;
	struct returned got;

	open_office(s, &o);
	for (int i = 1; i <= 5; i++) {
		static const enum returned_how hows[] = { 0, RETURNED_BY_VERP,
			RETURNED_BY_MESSAGE_ID, RETURNED_BY_TOKEN, RETURNED_BY_WORD,
			RETURNED_BY_WORD };
		uint64_t who = (uint64_t)i;
		const char *named = arena_printf(&s->a, "R%d@d%d.Example", i, i % 5);

		report = new_report(s, REPORT_BOUNCE);
		add_recipient(report, named, REPORT_HARD, "5.1.1");
		if (i == 1)
			report_add_clue(&report->envelopes, verp(s, &o, who, 1));
		if (i == 2)
			report_add_clue(
				&report->message_ids, message_id(s, &o, "issue/2026-02-14", who));
		if (i == 3)
			report_add_clue(&report->tokens, token(s, &o, TOKEN_MEMBER, who, 0));
		report->is_signed = i == 4;
		o.r.trust = i == 5;
		got = take(s, &o, report);
		if (got.what != RETURNED_RECORDED || got.how != hows[i] ||
			got.standing != STANDING_BOUNCED || state_of(s, i) != SUBSCRIBER_BOUNCED)
			fail_msg("proof %d: what %d, how %d", i, (int)got.what, (int)got.how);
	}
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM bounce WHERE issue_id = 1"), 2);
	keys_free(&o.keys);
}

/* Feedback loops strike out whom it is about; the link in the copy tells it, and then its Message-ID
 * which copy it was. */
static void
a_complaint_without_a_name_finds_its_issue(void **state)
{
	struct scratch *s = *state;
	struct report *report;
	struct office o;

	open_office(s, &o);
	report = new_report(s, REPORT_ABUSE);
	add_recipient(report, "redacted@mailbox.example", REPORT_COMPLAINT, "");
	report_add_clue(&report->tokens, token(s, &o, TOKEN_MEMBER, 6, 0));
	report_add_clue(&report->message_ids, message_id(s, &o, "issue/2026-02-14", 6));
	assert_int_equal(take(s, &o, report).standing, STANDING_COMPLAINED);
	assert_int_equal(
		scratch_number(s, "SELECT count(*) FROM bounce WHERE subscriber_id = 6 AND "
				  "kind = 'complaint' AND issue_id = 1"),
		1);
	assert_int_equal(
		scratch_number(s, "SELECT issue_id FROM event WHERE kind = 'complained'"), 1);
	keys_free(&o.keys);
}

/* B5: what a stranger can make up removes nobody, and is kept for a person. */
static void
what_is_forged_has_no_effect(void **state)
{
	struct scratch *s = *state;
	struct office o, other;
	struct str good, parts[8];
	char *moved;
	size_t n = 0;

	open_office(s, &o);
	other = o;
	sign_random(other.keys.mac, sizeof other.keys.mac);
	good = verp(s, &o, 1, 1);
	parts[n++] = verp(s, &other, 1, 1);
	parts[n++] = STR(BOUNCE);
	parts[n++] = STR("back+b.b.aaaaaaaaaaaaaaaa@post.example.org");
	parts[n++] = str_sub(good, 0, good.n - 1);
	/* The tag of one person on the number of another. */
	moved = arena_strz(&s->a, good);
	moved[sizeof "back+" - 1] = 'c';
	parts[n++] = str_of(moved);
	for (size_t i = 0; i < n; i++)
		for (int kind = REPORT_SOFT; kind <= REPORT_COMPLAINT; kind++) {
			struct report *report = new_report(
				s, kind == REPORT_COMPLAINT ? REPORT_ABUSE : REPORT_BOUNCE);

			add_recipient(report, "r1@d1.example", (enum report_kind)kind, "5.1.1");
			report_add_clue(&report->envelopes, parts[i]);
			/* Somebody else's Message-ID, one of another issue, one of another key. */
			report_add_clue(
				&report->message_ids, message_id(s, &o, "issue/2026-02-14", 2));
			report_add_clue(
				&report->message_ids, message_id(s, &o, "issue/2026-02-15", 1));
			report_add_clue(
				&report->message_ids, message_id(s, &other, "issue/2026-02-14", 1));
			report_add_clue(&report->tokens, token(s, &o, TOKEN_TEST, 1, 0));
			report_add_clue(&report->tokens, token(s, &o, TOKEN_MEMBER, 1, 7));
			assert_int_equal(take(s, &o, report).what, RETURNED_UNMATCHED);
		}
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM bounce"), 0);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM event"), 0);
	assert_int_equal(
		scratch_number(s, "SELECT count(*) FROM subscriber WHERE state = 'active'"), 9);
	keys_free(&o.keys);
}

static void
a_report_is_taken_in_once(void **state)
{
	struct scratch *s = *state;
	struct report *report;
	struct office o;

	open_office(s, &o);
	for (int with_id = 0; with_id < 2; with_id++) {
		report = new_report(s, REPORT_BOUNCE);
		if (!with_id)
			report->id = (struct str){ 0 };
		add_recipient(report, "r2@d2.example", REPORT_SOFT, "4.2.2");
		report_add_clue(&report->envelopes, verp(s, &o, 2, 1));
		assert_int_equal(take(s, &o, report).what, RETURNED_RECORDED);
		assert_int_equal(take(s, &o, report).what, RETURNED_BEFORE);
		assert_int_equal(scratch_number(s, "SELECT count(*) FROM bounce"), 1 + with_id);
	}
	keys_free(&o.keys);
}

/* Who of several in it is meant, and what of it they are charged with. */
static void
a_person_is_charged_with_what_is_said_of_them(void **state)
{
	struct scratch *s = *state;
	struct report *report;
	struct office o;

	open_office(s, &o);
	/* Theirs by address, among others. */
	report = new_report(s, REPORT_BOUNCE);
	add_recipient(report, "x@elsewhere.example", REPORT_HARD, "5.1.1");
	add_recipient(report, "r1@d1.example", REPORT_SOFT, "4.2.2");
	report_add_clue(&report->envelopes, verp(s, &o, 1, 1));
	assert_int_equal(take(s, &o, report).kind, REPORT_SOFT);
	/* Forwarded to two, and one of them is alive. */
	report = new_report(s, REPORT_BOUNCE);
	add_recipient(report, "x@elsewhere.example", REPORT_HARD, "5.1.1");
	add_recipient(report, "y@elsewhere.example", REPORT_NONE, "2.0.0");
	report_add_clue(&report->envelopes, verp(s, &o, 1, 1));
	assert_int_equal(take(s, &o, report).what, RETURNED_NOTHING);
	/* Forwarded to one that is dead. */
	report = new_report(s, REPORT_BOUNCE);
	add_recipient(report, "x@elsewhere.example", REPORT_HARD, "5.1.1");
	report_add_clue(&report->envelopes, verp(s, &o, 1, 1));
	assert_int_equal(take(s, &o, report).standing, STANDING_BOUNCED);
	/* A note to a new address that does not work: the old one is not to blame. */
	report = new_report(s, REPORT_BOUNCE);
	add_recipient(report, "new@elsewhere.example", REPORT_HARD, "5.1.1");
	report_add_clue(&report->envelopes, verp(s, &o, 2, 0));
	assert_int_equal(take(s, &o, report).what, RETURNED_NOTHING);
	assert_int_equal(state_of(s, 2), SUBSCRIBER_ACTIVE);
	/* One to their own. */
	report = new_report(s, REPORT_BOUNCE);
	add_recipient(report, "r2@d2.example", REPORT_HARD, "5.1.1");
	report_add_clue(&report->envelopes, verp(s, &o, 2, 0));
	assert_int_equal(take(s, &o, report).standing, STANDING_BOUNCED);
	keys_free(&o.keys);
}

/* B3, whatever proof it brings along. */
static void
what_is_no_bounce_takes_nobody_off(void **state)
{
	static const struct {
		enum report_sort sort;
		enum returned_what what;
	} rows[] = {
		{ REPORT_DELAY, RETURNED_NOTHING },
		{ REPORT_DELIVERED, RETURNED_NOTHING },
		{ REPORT_AUTO_REPLY, RETURNED_NOTHING },
		{ REPORT_CHALLENGE, RETURNED_NOTHING },
		{ REPORT_FEEDBACK, RETURNED_NOTHING },
		{ REPORT_OTHER, RETURNED_UNMATCHED },
	};
	struct scratch *s = *state;
	struct office o;

	open_office(s, &o);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct report *report = new_report(s, rows[i].sort);

		add_recipient(report, "r1@d1.example", REPORT_HARD, "5.1.1");
		report_add_clue(&report->envelopes, verp(s, &o, 1, 1));
		report_add_clue(&report->tokens, token(s, &o, TOKEN_MEMBER, 1, 0));
		assert_int_equal(take(s, &o, report).what, rows[i].what);
	}
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM bounce"), 0);
	assert_int_equal(state_of(s, 1), SUBSCRIBER_ACTIVE);
	keys_free(&o.keys);
}

static void
a_token_in_the_subject_is_leave_taken(void **state)
{
	struct scratch *s = *state;
	struct report *report;
	struct office o;

	open_office(s, &o);
	for (int again = 0; again < 2; again++) {
		report = new_report(s, again ? REPORT_AUTO_REPLY : REPORT_OTHER);
		report_add_clue(&report->asked, token(s, &o, TOKEN_MEMBER, 3, 0));
		assert_int_equal(take(s, &o, report).what, RETURNED_LEFT);
		assert_int_equal(state_of(s, 3), SUBSCRIBER_UNSUBSCRIBED);
	}
	assert_int_equal(
		scratch_number(s, "SELECT count(*) FROM subscriber WHERE state_why = 'mail'"), 1);
	/* A test copy's changes nothing, a forged one is for a person. */
	report = new_report(s, REPORT_OTHER);
	report_add_clue(&report->asked, token(s, &o, TOKEN_TEST, 4, 0));
	assert_int_equal(take(s, &o, report).what, RETURNED_NOTHING);
	report = new_report(s, REPORT_OTHER);
	report_add_clue(&report->asked, token(s, &o, TOKEN_MEMBER, 4, 9));
	assert_int_equal(take(s, &o, report).what, RETURNED_UNMATCHED);
	assert_int_equal(state_of(s, 4), SUBSCRIBER_ACTIVE);
	keys_free(&o.keys);
}

static void
a_bounce_settles_what_was_in_doubt(void **state)
{
	struct scratch *s = *state;
	struct report *report;
	struct office o;

	open_office(s, &o);
	assert_done(
		s, db_exec(s->db, "UPDATE delivery SET state = 'in_doubt' WHERE subscriber_id = 5",
			   &s->e));
	report = new_report(s, REPORT_BOUNCE);
	add_recipient(report, "r5@d0.example", REPORT_SOFT, "4.2.2");
	report_add_clue(&report->envelopes, verp(s, &o, 5, 1));
	assert_int_equal(take(s, &o, report).what, RETURNED_RECORDED);
	assert_int_equal(
		scratch_number(s, "SELECT count(*) FROM delivery WHERE subscriber_id = 5 AND "
				  "state = 'sent' AND words LIKE 'settled by a bounce%'"),
		1);
	keys_free(&o.keys);
}

#define DB(test) cmocka_unit_test_setup_teardown(test, scratch_setup_db, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DB(each_proof_by_itself_is_enough),
		DB(a_complaint_without_a_name_finds_its_issue),
		DB(what_is_forged_has_no_effect),
		DB(a_report_is_taken_in_once),
		DB(a_person_is_charged_with_what_is_said_of_them),
		DB(what_is_no_bounce_takes_nobody_off),
		DB(a_token_in_the_subject_is_leave_taken),
		DB(a_bounce_settles_what_was_in_doubt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
