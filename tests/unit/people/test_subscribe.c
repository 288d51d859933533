#include "people/subscribe.h"

#include "people/known.h"
#include "scratch.h"

static const int64_t now = INT64_C(1771045200000000);

static struct people_entry
entry(const char *email)
{
	return (struct people_entry){ .address = { .envelope = str_of(email),
					      .shown = str_of(email),
					      .key = str_of(email),
					      .domain = STR("example.org") },
		.state = SUBSCRIBER_ACTIVE,
		.why = "operator" };
}

static enum people_outcome
add(struct scratch *s, struct people_entry *p)
{
	enum people_outcome outcome;

	assert_done(s, people_add(s->db, test_keys(), p, now, &s->a, NULL, &outcome, &s->e));
	return outcome;
}

static struct subscriber
find(struct scratch *s, const char *email)
{
	struct subscriber got;

	assert_int_equal(subscriber_find(s->db, str_of(email), &s->a, &got, &s->e), 1);
	return got;
}

static void
put_in_state(struct scratch *s, const char *email, enum subscriber_state state)
{
	struct people_entry p = entry(email);

	assert_int_equal(add(s, &p), PEOPLE_ADDED);
	assert_int_equal(
		subscriber_move(s->db, find(s, email).id, ~0U, state, STR("test"), now, &s->e), 1);
}

/* Somebody in a state is put on the list in some way. */
static void
answers_by_what_they_were(void **state)
{
	enum {
		P = SUBSCRIBER_PENDING,
		A = SUBSCRIBER_ACTIVE,
		U = SUBSCRIBER_UNSUBSCRIBED,
		B = SUBSCRIBER_BOUNCED,
		C = SUBSCRIBER_COMPLAINED
	};
	static const struct {
		int is, wanted;
		bool confirm, resubscribe;
		int outcome, becomes;
	} rows[] = {
		{ A, A, true, false, PEOPLE_UNCHANGED, A },
		{ P, A, true, false, PEOPLE_UPDATED, A },
		{ P, A, false, true, PEOPLE_UNCHANGED, P },
		{ A, P, true, true, PEOPLE_UNCHANGED, A },
		{ U, A, true, false, PEOPLE_HAS_LEFT, U },
		{ B, A, true, false, PEOPLE_HAS_LEFT, B },
		{ C, A, true, false, PEOPLE_HAS_LEFT, C },
		{ U, A, false, true, PEOPLE_BROUGHT_BACK, A },
		{ U, P, false, true, PEOPLE_BROUGHT_BACK, P },
		{ B, A, false, true, PEOPLE_BROUGHT_BACK, A },
		{ C, A, true, true, PEOPLE_HAS_LEFT, C },
		{ A, U, false, false, PEOPLE_TAKEN_OFF, U },
		{ P, B, false, true, PEOPLE_TAKEN_OFF, B },
		{ U, U, false, true, PEOPLE_UNCHANGED, U },
	};
	struct scratch *s = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *email = arena_printf(&s->a, "row%zu@example.org", i);
		struct people_entry p = entry(email);

		put_in_state(s, email, (enum subscriber_state)rows[i].is);
		p.state = (enum subscriber_state)rows[i].wanted;
		p.confirm = rows[i].confirm;
		p.resubscribe = rows[i].resubscribe;
		if (add(s, &p) != (enum people_outcome)rows[i].outcome ||
			find(s, email).state != (enum subscriber_state)rows[i].becomes)
			fail_msg("row %zu", i);
	}
}

static void
fills_in_what_is_new_and_keeps_the_rest(void **state)
{
	struct scratch *s = *state;
	struct str tags[] = { STR("one"), STR("two") };
	struct people_entry p = entry("ada@example.org");
	struct subscriber got;

	p.name = STR("Ada");
	p.tags = tags;
	p.tag_count = 1;
	assert_int_equal(add(s, &p), PEOPLE_ADDED);
	assert_int_equal(add(s, &p), PEOPLE_UNCHANGED);
	p.name = STR("");
	p.timezone = STR("UTC");
	p.tag_count = 2;
	assert_int_equal(add(s, &p), PEOPLE_UPDATED);
	assert_int_equal(add(s, &p), PEOPLE_UNCHANGED);
	got = find(s, "ada@example.org");
	assert_str(got.name, "Ada");
	assert_str(got.timezone, "UTC");
	assert_int_equal(got.tag_count, 2);
}

static void
leaves_who_has_left_as_they_are(void **state)
{
	struct scratch *s = *state;
	struct people_entry p = entry("ada@example.org");

	put_in_state(s, "ada@example.org", SUBSCRIBER_UNSUBSCRIBED);
	p.name = STR("Somebody Else");
	assert_int_equal(add(s, &p), PEOPLE_HAS_LEFT);
	assert_str(find(s, "ada@example.org").name, "");
}

static int64_t
events(struct scratch *s, const char *kind)
{
	struct stmt *st = db_prepare(s->db, "SELECT count(*) FROM event WHERE kind = ?1", &s->e);
	int64_t n;

	stmt_textz(st, 1, kind);
	assert_int_equal(stmt_step(st, &s->e), 1);
	n = stmt_get_int(st, 0);
	stmt_reset(st);
	return n;
}

static void
lets_people_leave_once_however_often_they_say_it(void **state)
{
	struct scratch *s = *state;
	struct people_entry p = entry("ada@example.org");
	enum people_leaving outcome;
	int64_t id;

	add(s, &p);
	id = find(s, "ada@example.org").id;
	assert_done(s, people_unsubscribe(s->db, id, "one-click", now, &outcome, &s->e));
	assert_int_equal(outcome, PEOPLE_LEFT);
	assert_done(s, people_unsubscribe(s->db, id, "page", now, &outcome, &s->e));
	assert_int_equal(outcome, PEOPLE_LEFT_BEFORE);
	assert_str(find(s, "ada@example.org").state_why, "one-click");
	assert_int_equal(events(s, "unsubscribed"), 1);
	assert_done(s, people_unsubscribe(s->db, id + 1, "page", now, &outcome, &s->e));
	assert_int_equal(outcome, PEOPLE_LEFT_UNKNOWN);
	assert_false(db_in_transaction(s->db));
}

/* Leaving, then the way back by the link, from each state. */
static enum people_return
resubscribe(struct scratch *s, int64_t id)
{
	enum people_return back;

	assert_done(s, db_begin(s->db, &s->e));
	assert_done(s, people_resubscribe(s->db, test_keys(), id, "page", now, &back, &s->e));
	assert_done(s, db_commit(s->db, &s->e));
	return back;
}

static void
brings_people_back_to_what_they_were(void **state)
{
	static const struct {
		enum subscriber_state was, then;
		enum people_return outcome;
	} rows[] = {
		{ SUBSCRIBER_ACTIVE, SUBSCRIBER_ACTIVE, PEOPLE_BACK },
		{ SUBSCRIBER_PENDING, SUBSCRIBER_PENDING, PEOPLE_BACK },
		{ SUBSCRIBER_BOUNCED, SUBSCRIBER_UNSUBSCRIBED, PEOPLE_BACK_REFUSED },
		{ SUBSCRIBER_COMPLAINED, SUBSCRIBER_COMPLAINED, PEOPLE_BACK_REFUSED },
	};
	struct scratch *s = *state;
	enum people_leaving left;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *email = arena_printf(&s->a, "row%zu@example.org", i);
		int64_t id;

		put_in_state(s, email, rows[i].was);
		id = find(s, email).id;
		assert_done(s, people_unsubscribe(s->db, id, "page", now, &left, &s->e));
		assert_int_equal(resubscribe(s, id), rows[i].outcome);
		assert_int_equal(find(s, email).state, rows[i].then);
		assert_int_equal(find(s, email).epoch, 0);
	}
	assert_int_equal(resubscribe(s, 1), PEOPLE_NEVER_LEFT);
	assert_int_equal(resubscribe(s, 999), PEOPLE_BACK_UNKNOWN);
	assert_int_equal(events(s, "resubscribed"), 2);
}

static void
changes_all_that_differs_or_nothing(void **state)
{
	struct scratch *s = *state;
	struct str tags[] = { STR("new") };
	struct people_entry p = entry("ada@example.org");
	struct subscriber was, is;
	enum people_change outcome;

	add(s, &p);
	p = entry("bob@example.org");
	add(s, &p);
	was = is = find(s, "ada@example.org");
	assert_done(
		s, people_change(s->db, test_keys(), &was, &is, "operator", now, &outcome, &s->e));
	assert_int_equal(outcome, PEOPLE_CHANGED_NOTHING);
	assert_int_equal(events(s, "changed"), 0);

	is.name = STR("Ada");
	is.email = is.email_key = STR("bob@example.org");
	assert_done(
		s, people_change(s->db, test_keys(), &was, &is, "operator", now, &outcome, &s->e));
	assert_int_equal(outcome, PEOPLE_ADDRESS_TAKEN);
	assert_str(find(s, "ada@example.org").name, "");

	is.email = is.email_key = STR("ada@example.com");
	is.domain = STR("example.com");
	is.tags = tags;
	is.tag_count = 1;
	assert_done(
		s, people_change(s->db, test_keys(), &was, &is, "operator", now, &outcome, &s->e));
	assert_int_equal(outcome, PEOPLE_CHANGED);
	is = find(s, "ada@example.com");
	assert_int_equal(is.id, was.id);
	assert_str(is.name, "Ada");
	assert_str(is.tags[0], "new");
	assert_int_equal(events(s, "changed"), 1);
}

static void
cleans_and_limits_names(void **state)
{
	struct scratch *s = *state;
	const char *why = NULL;
	struct str out;
	char *long_name = arena_alloc(&s->a, 2 * 201 + 1);

	assert_true(people_clean_name(STR(" Ada\r\nBcc:\tx "), &s->a, &out, &why));
	assert_str(out, "Ada Bcc: x");
	for (int i = 0; i < 200; i++)
		strcat(long_name, "é");
	assert_true(people_clean_name(str_of(long_name), &s->a, &out, &why));
	strcat(long_name, "é");
	assert_false(people_clean_name(str_of(long_name), &s->a, &out, &why));
	assert_non_null(why);
}

static void
knows_a_tag_and_a_timezone(void **state)
{
	static const struct {
		const char *tag;
		bool ok;
	} rows[] = {
		{ "beta", true },
		{ "early birds", true },
		{ "", false },
		{ "a,b", false },
		{ "a;b", false },
		{ " a", false },
		{ "a\nb", false },
		{ "\xff", false },
		{ "0123456789012345678901234567890123456789012345678901234567890123", true },
		{ "01234567890123456789012345678901234567890123456789012345678901234", false },
	};
	const char *why;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(people_tag_ok(str_of(rows[i].tag), &why), rows[i].ok);
	assert_true(people_timezone_ok(STR("UTC")));
	assert_false(people_timezone_ok(STR("Mars/Olympus")));
	assert_false(people_timezone_ok(STR("UTC\0x")));
	assert_false(people_timezone_ok(STR("../../etc/passwd")));
}

#define WITH_DB(test) cmocka_unit_test_setup_teardown(test, scratch_setup_db, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DB(answers_by_what_they_were),
		WITH_DB(fills_in_what_is_new_and_keeps_the_rest),
		WITH_DB(leaves_who_has_left_as_they_are),
		WITH_DB(lets_people_leave_once_however_often_they_say_it),
		WITH_DB(brings_people_back_to_what_they_were),
		WITH_DB(changes_all_that_differs_or_nothing),
		WITH_DB(cleans_and_limits_names),
		cmocka_unit_test(knows_a_tag_and_a_timezone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
