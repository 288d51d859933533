#include "people/wish.h"

#include "base/clock.h"
#include "people/subscribe.h"
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
