#include "base/clock.h"
#include "people/granting.h"
#include "people/subscribe.h"
#include "scratch.h"
#include "store/suppression.h"

static const int64_t now = INT64_C(1771045200) * CLOCK_SECOND;

struct office {
	struct scratch *s;
	struct keys keys;
	struct wish_desk desk;
	int64_t ada;
};

static int64_t
add(struct scratch *s, const char *email, enum subscriber_state state)
{
	struct subscriber who = { .email = str_of(email),
		.email_key = str_of(email),
		.domain = str_from(str_of(email), (size_t)str_find(str_of(email), '@') + 1),
		.state = state };

	assert_done(s, subscriber_insert(s->db, &who, now, &s->e));
	return who.id;
}

static void
open_office(struct office *o, struct scratch *s)
{
	*o = (struct office){ .s = s };
	assert_done(s, keys_create(s->dir, &s->e));
	assert_done(s, keys_load(s->dir, true, &o->keys, &s->e));
	o->desk = (struct wish_desk){ .db = s->db, .keys = &o->keys, .now = now };
	o->ada = add(s, "ada@example.org", SUBSCRIBER_ACTIVE);
}

/* Do what this note's link is for. */
static enum wish_outcome
fulfil(struct office *o, grant_fn *fn, int64_t note)
{
	struct scratch *s = o->s;
	struct wish w = { .at = o->desk.now };
	struct granting g = {
		.desk = &o->desk, .wish = &w, .arena = &s->a, .outcome = WISH_GRANTED
	};

	assert_int_equal(owed_get(s->db, note, &s->a, &g.owed, &s->e), 1);
	assert_int_equal(subscriber_get(s->db, g.owed.subscriber, &s->a, &g.who, &s->e), 1);
	assert_done(s, db_begin(s->db, &s->e));
	assert_done(s, fn(&g, &s->e));
	assert_done(s, db_commit(s->db, &s->e));
	return g.outcome;
}

static int64_t
owe(struct office *o, enum owed_kind kind, const char *to, const char *detail)
{
	const struct owed_wish w = {
		.subscriber = o->ada, .kind = kind, .email = str_of(to), .detail = str_of(detail)
	};
	int64_t id;

	assert_done(o->s, owed_add(o->s->db, &w, o->desk.now, &id, &o->s->e));
	return id;
}

static int64_t
last_note(struct office *o)
{
	return scratch_number(o->s, "SELECT max(id) FROM owed");
}

static void
erases_by_the_mails_link(void **state)
{
	struct office o;

	open_office(&o, *state);
	assert_int_equal(fulfil(&o, fulfil_erase, owe(&o, OWED_ERASE, "", "")), WISH_GRANTED);
	assert_int_equal(scratch_number(o.s, "SELECT count(*) FROM subscriber"), 0);
	assert_int_equal(scratch_number(o.s, "SELECT count(*) FROM suppression"), 1);
}

static void
an_export_is_recorded(void **state)
{
	struct office o;

	open_office(&o, *state);
	assert_int_equal(fulfil(&o, fulfil_export, owe(&o, OWED_EXPORT, "", "")), WISH_GRANTED);
	assert_int_equal(
		scratch_number(o.s, "SELECT count(*) FROM event WHERE kind = 'exported'"), 1);
}

static void
an_address_moves_when_both_mailboxes_agree(void **state)
{
	struct office o;
	struct subscriber is;
	struct owed note;
	int64_t first;

	open_office(&o, *state);
	first = owe(&o, OWED_ADDRESS, "", "{\"email\":\"New@example.net\"}");
	assert_int_equal(fulfil(&o, fulfil_address, first), WISH_GRANTED);
	assert_int_equal(owed_get(o.s->db, last_note(&o), &o.s->a, &note, &o.s->e), 1);
	assert_str(note.email, "New@example.net");
	/* Each link names its note by a second of its own. */
	assert_true(note.owed_at / CLOCK_SECOND > now / CLOCK_SECOND);
	assert_int_equal(subscriber_get(o.s->db, o.ada, &o.s->a, &is, &o.s->e), 1);
	assert_str(is.email, "ada@example.org");
	assert_int_equal(fulfil(&o, fulfil_address, note.id), WISH_GRANTED);
	assert_int_equal(subscriber_get(o.s->db, o.ada, &o.s->a, &is, &o.s->e), 1);
	assert_str(is.email, "New@example.net");
	assert_str(is.email_key, "new@example.net");
	assert_str(is.domain, "example.net");
	assert_int_equal(fulfil(&o, fulfil_address, note.id), WISH_HAD_BEEN);
}

/* To whom no mail may go is not written to, and the old mailbox is told the same. */
static void
mailboxes_that_are_not_to_be_asked(void **state)
{
	static const struct {
		const char *email;
		int asked;
	} rows[] = {
		{ "free@example.net", 1 },
		{ "active@example.net", 1 },
		{ "bounced@example.net", 0 },
		{ "complained@example.net", 0 },
		{ "suppressed@example.net", 0 },
		{ "often@example.net", 0 },
	};
	uint8_t hash[KEYS_HASH];
	struct office o;

	open_office(&o, *state);
	add(o.s, "active@example.net", SUBSCRIBER_ACTIVE);
	add(o.s, "bounced@example.net", SUBSCRIBER_BOUNCED);
	add(o.s, "complained@example.net", SUBSCRIBER_COMPLAINED);
	assert_done(o.s, keys_hash_address(&o.keys, STR("suppressed@example.net"), hash, &o.s->e));
	assert_done(o.s, suppression_add(o.s->db, hash, STR(""), STR("operator"), now, &o.s->e));
	owe(&o, OWED_ADDRESS, "Often@example.net", "{}");
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t note = owe(&o, OWED_ADDRESS, "",
			arena_printf(&o.s->a, "{\"email\":\"%s\"}", rows[i].email));

		print_message("%s\n", rows[i].email);
		assert_int_equal(fulfil(&o, fulfil_address, note), WISH_GRANTED);
		assert_int_equal(last_note(&o) - note, rows[i].asked);
	}
}

static void
an_address_that_cannot_be_had_in_the_end(void **state)
{
	struct office o;
	int64_t note;

	open_office(&o, *state);
	add(o.s, "taken@example.net", SUBSCRIBER_ACTIVE);
	note = owe(&o, OWED_ADDRESS, "taken@example.net", "{\"email\":\"taken@example.net\"}");
	assert_int_equal(fulfil(&o, fulfil_address, note), WISH_REFUSED);
	note = owe(&o, OWED_ADDRESS, "", "{\"email\":\"ada@example.org\"}");
	assert_int_equal(fulfil(&o, fulfil_address, note), WISH_HAD_BEEN);
	/* Who has left meanwhile has nothing to move. */
	note = owe(&o, OWED_ADDRESS, "new@example.net", "{\"email\":\"new@example.net\"}");
	assert_done(o.s, subscriber_move(o.s->db, o.ada, ~0U, SUBSCRIBER_UNSUBSCRIBED, STR("page"),
				 now, &o.s->e));
	assert_int_equal(fulfil(&o, fulfil_address, note), WISH_REFUSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			erases_by_the_mails_link, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			an_export_is_recorded, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(an_address_moves_when_both_mailboxes_agree,
			scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			mailboxes_that_are_not_to_be_asked, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(an_address_that_cannot_be_had_in_the_end,
			scratch_setup_db, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
