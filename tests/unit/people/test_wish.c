#include "people/wish.h"

#include "base/clock.h"
#include "people/subscribe.h"
#include "people/suppress.h"
#include "scratch.h"

static const int64_t now = 1000 * CLOCK_SECOND;

struct office {
	struct publication publication;
	struct keys keys;
	struct wish_desk desk;
};

static void
open_office(struct scratch *s, struct office *o)
{
	static char list_id[] = "post.example.org";

	*o = (struct office){ .publication.settings.publication.list_id = list_id };
	assert_done(s, keys_create(s->dir, &s->e));
	assert_done(s, keys_load(s->dir, false, &o->keys, &s->e));
	o->desk = (struct wish_desk){
		.db = s->db, .publication = &o->publication, .keys = &o->keys, .now = now
	};
}

static int64_t
add(struct scratch *s, const char *email, enum subscriber_state state)
{
	struct subscriber p = { .email = str_of(email),
		.email_key = str_of(email),
		.domain = STR("x.org"),
		.state = state,
		.state_why = STR("page") };

	assert_done(s, subscriber_insert(s->db, &p, now, &s->e));
	return p.id;
}

static struct str
sign(struct scratch *s, const struct office *o, enum token_kind kind, int64_t id, uint32_t epoch,
	uint32_t expiry)
{
	const struct key_pair *pair = keys_current(&o->keys);
	struct token t = { .kind = kind,
		.key_id = pair->id,
		.subscriber = (uint64_t)id,
		.epoch = epoch,
		.expiry = expiry };
	char text[TOKEN_CHARS + 1];
	uint8_t signature[SIGN_BYTES];

	token_sign(&t, o->publication.settings.publication.list_id, pair->secret, signature);
	token_print(&t, signature, text);
	return arena_str(&s->a, str_of(text));
}

static enum wish_outcome
grant(struct scratch *s, const struct office *o, struct wish w, struct subscriber *who)
{
	enum wish_outcome outcome;
	const char *why;

	assert_done(s, wish_grant(&o->desk, &w, &s->a, &outcome, who, &why, &s->e));
	assert_false(db_in_transaction(s->db));
	return outcome;
}

static enum subscriber_state
state_of(struct scratch *s, int64_t id)
{
	struct subscriber who;

	assert_int_equal(subscriber_get(s->db, id, &s->a, &who, &s->e), 1);
	return who.state;
}

static void
grants_leaving_and_coming_back_as_often_as_asked(void **state)
{
	struct scratch *s = *state;
	struct office o;
	struct subscriber who;
	struct wish w = { .kind = WISH_LEAVE, .at = now, .how = STR("one-click") };
	int64_t id;

	open_office(s, &o);
	id = add(s, "ada@x.org", SUBSCRIBER_ACTIVE);
	w.token = sign(s, &o, TOKEN_MEMBER, id, 0, 0);
	assert_int_equal(grant(s, &o, w, &who), WISH_GRANTED);
	assert_str(who.email, "ada@x.org");
	assert_int_equal(who.state, SUBSCRIBER_ACTIVE);
	assert_int_equal(state_of(s, id), SUBSCRIBER_UNSUBSCRIBED);
	assert_int_equal(grant(s, &o, w, &who), WISH_HAD_BEEN);
	w.kind = WISH_RETURN;
	assert_int_equal(grant(s, &o, w, &who), WISH_GRANTED);
	assert_int_equal(state_of(s, id), SUBSCRIBER_ACTIVE);
	assert_int_equal(grant(s, &o, w, &who), WISH_HAD_BEEN);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM event"), 2);
	keys_free(&o.keys);
}

/* Whom a token does not name has no wish, and nothing is written. */
static void
grants_nothing_to_another_token(void **state)
{
	struct scratch *s = *state;
	struct office o;
	int64_t id;

	open_office(s, &o);
	id = add(s, "ada@x.org", SUBSCRIBER_ACTIVE);
	{
		const struct {
			struct str token;
			enum wish_outcome want;
		} rows[] = {
			{ STR(""), WISH_NOBODY },
			{ STR("AQEB"), WISH_NOBODY },
			{ sign(s, &o, TOKEN_CONFIRM, id, 0, 2000), WISH_NOBODY },
			{ sign(s, &o, TOKEN_MEMBER, id, 1, 0), WISH_NOBODY },
			{ sign(s, &o, TOKEN_MEMBER, id, 0, 999), WISH_NOBODY },
			{ sign(s, &o, TOKEN_MEMBER, id + 1, 0, 0), WISH_NOBODY },
			{ sign(s, &o, TOKEN_TEST, 0, 0, 0), WISH_TEST },
		};

		for (size_t i = 0; i < COUNT(rows); i++) {
			struct wish w = { .kind = WISH_LEAVE, .at = now, .token = rows[i].token };

			assert_int_equal(grant(s, &o, w, NULL), rows[i].want);
		}
	}
	assert_int_equal(state_of(s, id), SUBSCRIBER_ACTIVE);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM event"), 0);
	keys_free(&o.keys);
}

static void
refuses_to_bring_back_who_complained(void **state)
{
	struct scratch *s = *state;
	struct office o;
	struct wish w = { .kind = WISH_RETURN, .at = now };
	int64_t id;

	open_office(s, &o);
	id = add(s, "ada@x.org", SUBSCRIBER_COMPLAINED);
	w.token = sign(s, &o, TOKEN_MEMBER, id, 0, 0);
	assert_int_equal(grant(s, &o, w, NULL), WISH_REFUSED);
	assert_int_equal(state_of(s, id), SUBSCRIBER_COMPLAINED);
	keys_free(&o.keys);
}

/* -- subscribing ------------------------------------------------------------------------------ */

static enum wish_outcome
ask(struct scratch *s, struct office *o, const char *email, const char *name, int64_t at)
{
	const struct wish w = { .kind = WISH_SUBSCRIBE,
		.at = at,
		.email = str_of(email),
		.name = str_of(name),
		.timezone = STR("Europe/Berlin"),
		.address = STR("192.0.2.7"),
		.words = STR("I want it") };

	o->desk.now = at;
	return grant(s, o, w, NULL);
}

static enum wish_outcome
confirm(struct scratch *s, struct office *o, int64_t id, int64_t owed_at, int64_t at)
{
	struct wish w = { .kind = WISH_CONFIRM, .at = at, .words = STR("I agree") };

	w.token = sign(s, o, TOKEN_CONFIRM, id, 0, owed_expiry(OWED_CONFIRM, owed_at));
	o->desk.now = at;
	return grant(s, o, w, NULL);
}

static int64_t
owed(struct scratch *s)
{
	return scratch_number(s, "SELECT count(*) FROM owed");
}

static void
a_form_and_a_link_make_a_subscriber(void **state)
{
	struct scratch *s = *state;
	struct office o;
	struct subscriber who;

	open_office(s, &o);
	assert_int_equal(ask(s, &o, " Ada@X.org ", "Ada \"Countess\"", now), WISH_GRANTED);
	assert_int_equal(subscriber_find(s->db, STR("ada@x.org"), &s->a, &who, &s->e), 1);
	assert_int_equal(who.state, SUBSCRIBER_PENDING);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM consent WHERE step = 'asked' AND "
					   "words = 'I want it' AND address = '192.0.2.7'"),
		1);
	assert_int_equal(confirm(s, &o, who.id, now + 1000000, now + 9), WISH_NOBODY);
	assert_int_equal(confirm(s, &o, who.id, now, now + 10), WISH_GRANTED);
	assert_int_equal(confirm(s, &o, who.id, now, now + 11), WISH_HAD_BEEN);
	assert_int_equal(subscriber_get(s->db, who.id, &s->a, &who, &s->e), 1);
	assert_int_equal(who.state, SUBSCRIBER_ACTIVE);
	assert_str(who.name, "Ada \"Countess\"");
	assert_str(who.timezone, "Europe/Berlin");
	assert_int_equal(
		scratch_number(s, "SELECT count(*) FROM consent WHERE step = 'confirmed'"), 1);
	assert_int_equal(scratch_number(s, "SELECT done_at FROM owed"), now + 10);
	keys_free(&o.keys);
}

/* RELIABILITY O1: one note a day and three in thirty, however the address is written. */
static void
an_address_is_asked_seldom(void **state)
{
	static const struct {
		int64_t day;
		const char *email;
		int notes;
	} rows[] = {
		{ 0,
			"ada@b\xc3\xbc"
			"cher.example",
			1 },
		{ 0, "ADA@xn--bcher-kva.example", 1 },
		{ 0,
			"Ada@B\xc3\x9c"
			"CHER.example",
			1 },
		{ 1, "ada@xn--bcher-kva.example", 2 },
		{ 1, "ada@xn--bcher-kva.example", 2 },
		{ 3, "ada@xn--bcher-kva.example", 3 },
		{ 10, "ada@xn--bcher-kva.example", 3 },
		{ 29, "ada@xn--bcher-kva.example", 3 },
		{ 31, "ada@xn--bcher-kva.example", 4 },
	};
	struct scratch *s = *state;
	struct office o;

	open_office(s, &o);
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(ask(s, &o, rows[i].email, "", now + rows[i].day * CLOCK_DAY + 1),
			WISH_GRANTED);
		assert_int_equal(owed(s), rows[i].notes);
	}
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM subscriber"), 1);
	keys_free(&o.keys);
}

/* The outcome is the same whatever is known; what comes of it is not. */
static void
the_answer_tells_nothing(void **state)
{
	static const struct {
		const char *email;
		int state; /* -1: unknown */
		int notes;
	} rows[] = {
		{ "new@x.org", -1, 1 },
		{ "pending@x.org", SUBSCRIBER_PENDING, 1 },
		{ "active@x.org", SUBSCRIBER_ACTIVE, 0 },
		{ "left@x.org", SUBSCRIBER_UNSUBSCRIBED, 1 },
		{ "bounced@x.org", SUBSCRIBER_BOUNCED, 0 },
		{ "complained@x.org", SUBSCRIBER_COMPLAINED, 0 },
		{ "a..b@x.org", -1, 0 },
		{ "\"a b\"@x", -1, 0 },
		{ "suppressed@x.org", -1, 0 },
	};
	struct scratch *s = *state;
	struct suppress_target target;
	enum suppress_outcome suppressed;
	const char *why;
	struct office o;

	open_office(s, &o);
	assert_int_equal(
		suppress_read(&o.keys, STR("suppressed@x.org"), &s->a, &target, &why, &s->e), 1);
	assert_done(s, people_suppress(s->db, &target, STR("test"), now, &suppressed, &s->e));
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t before = owed(s);
		struct subscriber who;

		if (rows[i].state >= 0)
			add(s, rows[i].email, (enum subscriber_state)rows[i].state);
		assert_int_equal(ask(s, &o, rows[i].email, "Mallory", now + 1),
			rows[i].email[0] == '"' ? WISH_MALFORMED : WISH_GRANTED);
		assert_int_equal(owed(s) - before, rows[i].notes);
		if (rows[i].state < 0)
			continue;
		assert_int_equal(
			subscriber_find(s->db, str_of(rows[i].email), &s->a, &who, &s->e), 1);
		assert_int_equal(who.state, rows[i].state);
		assert_str(who.name, "");
	}
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM subscriber WHERE email_key LIKE "
					   "'suppressed%' OR email_key LIKE 'a..b%'"),
		0);
	keys_free(&o.keys);
}

static void
nonsense_is_told_by_a_word(void **state)
{
	char name[202];
	struct scratch *s = *state;
	struct office o;

	open_office(s, &o);
	assert_int_equal(ask(s, &o, "nobody", "", now), WISH_MALFORMED);
	assert_int_equal(ask(s, &o, "@x.org", "", now), WISH_MALFORMED);
	assert_int_equal(ask(s, &o, "a@b@x.org", "", now), WISH_MALFORMED);
	memset(name, 'a', 201);
	name[201] = '\0';
	assert_int_equal(ask(s, &o, "ada@x.org", name, now), WISH_MALFORMED);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM subscriber"), 0);
	keys_free(&o.keys);
}

/* RELIABILITY O4: the link is dead for who left after they had asked, and alive for who asked after
 * they had left; a stranger's form changes nothing of who has left. */
static void
a_link_dies_with_leaving(void **state)
{
	struct scratch *s = *state;
	struct office o;
	struct wish leave = { .kind = WISH_LEAVE, .at = now + 20 };
	int64_t day = now + CLOCK_DAY;
	struct subscriber who;

	open_office(s, &o);
	assert_int_equal(ask(s, &o, "ada@x.org", "", now), WISH_GRANTED);
	assert_int_equal(subscriber_find(s->db, STR("ada@x.org"), &s->a, &who, &s->e), 1);
	leave.token = sign(s, &o, TOKEN_MEMBER, who.id, 0, 0);
	o.desk.now = now + 20;
	assert_int_equal(grant(s, &o, leave, NULL), WISH_GRANTED);
	assert_int_equal(confirm(s, &o, who.id, now, now + 30), WISH_NOBODY);
	assert_int_equal(ask(s, &o, "ada@x.org", "", day + 1), WISH_GRANTED);
	assert_int_equal(state_of(s, who.id), SUBSCRIBER_UNSUBSCRIBED);
	assert_int_equal(confirm(s, &o, who.id, day, day + 30), WISH_GRANTED);
	assert_int_equal(state_of(s, who.id), SUBSCRIBER_ACTIVE);
	assert_int_equal(
		confirm(s, &o, who.id, day, day + 7 * CLOCK_DAY + CLOCK_SECOND), WISH_NOBODY);
	keys_free(&o.keys);
}

/* One note about it a day, to who was getting the paper. */
static void
who_leaves_by_a_link_is_told_once(void **state)
{
	struct scratch *s = *state;
	struct office o;
	struct wish w = { .at = now };
	int64_t id;

	open_office(s, &o);
	id = add(s, "ada@x.org", SUBSCRIBER_ACTIVE);
	w.token = sign(s, &o, TOKEN_MEMBER, id, 0, 0);
	for (int i = 0; i < 6; i++) {
		w.kind = i % 2 ? WISH_RETURN : WISH_LEAVE;
		assert_int_equal(grant(s, &o, w, NULL), WISH_GRANTED);
	}
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM owed WHERE kind = 'left'"), 1);
	id = add(s, "bob@x.org", SUBSCRIBER_PENDING);
	w.kind = WISH_LEAVE;
	w.token = sign(s, &o, TOKEN_MEMBER, id, 0, 0);
	assert_int_equal(grant(s, &o, w, NULL), WISH_GRANTED);
	assert_int_equal(owed(s), 1);
	keys_free(&o.keys);
}

static void
end_note(struct scratch *s, const char *state, int64_t at)
{
	char sql[200];

	snprintf(sql, sizeof sql,
		"UPDATE owed SET state = '%s', next_at = NULL, changed_at = %lld "
		"WHERE state IN ('queued', 'deferred')",
		state, (long long)at);
	assert_done(s, db_exec(s->db, sql, &s->e));
}

/* Somebody who was forwarded an issue must not get its owner off the list in silence: neither by
 * coming back before the note goes, nor by leaving again after it. */
static void
who_is_taken_off_again_is_told_a_day_later(void **state)
{
	static const char waiting[] = "SELECT count(*) FROM owed WHERE state = 'queued'",
			  later[] = "SELECT sum(next_at) FROM owed WHERE state = 'deferred'";
	struct scratch *s = *state;
	struct office o;
	struct wish leave = { .at = now }, back;
	int64_t id;

	open_office(s, &o);
	id = add(s, "ada@x.org", SUBSCRIBER_ACTIVE);
	leave.kind = WISH_LEAVE;
	leave.token = sign(s, &o, TOKEN_MEMBER, id, 0, 0);
	back = leave;
	back.kind = WISH_RETURN;
	assert_int_equal(grant(s, &o, leave, NULL), WISH_GRANTED);
	assert_int_equal(grant(s, &o, back, NULL), WISH_GRANTED);
	end_note(s, "skipped", now);
	assert_int_equal(grant(s, &o, leave, NULL), WISH_GRANTED);
	assert_int_equal(scratch_number(s, waiting), 1);
	end_note(s, "sent", now + 5);
	for (int i = 0; i < 6; i++)
		assert_int_equal(grant(s, &o, i % 2 ? leave : back, NULL), WISH_GRANTED);
	assert_int_equal(scratch_number(s, waiting), 0);
	assert_true(scratch_number(s, later) == now + 5 + CLOCK_DAY);
	end_note(s, "sent", now + 5 + CLOCK_DAY);
	o.desk.now = now + 6 + 2 * CLOCK_DAY;
	assert_int_equal(grant(s, &o, back, NULL), WISH_GRANTED);
	assert_int_equal(grant(s, &o, leave, NULL), WISH_GRANTED);
	assert_int_equal(scratch_number(s, waiting), 1);
	keys_free(&o.keys);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(grants_leaving_and_coming_back_as_often_as_asked,
			scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			grants_nothing_to_another_token, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			refuses_to_bring_back_who_complained, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			a_form_and_a_link_make_a_subscriber, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			an_address_is_asked_seldom, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			the_answer_tells_nothing, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			nonsense_is_told_by_a_word, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			a_link_dies_with_leaving, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			who_leaves_by_a_link_is_told_once, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(who_is_taken_off_again_is_told_a_day_later,
			scratch_setup_db, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
