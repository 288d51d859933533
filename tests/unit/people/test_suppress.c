#include "people/suppress.h"

#include "people/known.h"
#include "people/subscribe.h"
#include "scratch.h"

static const int64_t now = INT64_C(1771045200000000);

static struct suppress_target
target(struct scratch *s, const char *text)
{
	struct suppress_target t;
	const char *why = "";

	if (suppress_read(test_keys(), str_of(text), &s->a, &t, &why, &s->e) != 1)
		fail_msg("%s: %s", text, why);
	return t;
}

static enum suppress_outcome
suppress(struct scratch *s, const char *text)
{
	struct suppress_target t = target(s, text);
	enum suppress_outcome outcome;

	assert_done(s, db_begin(s->db, &s->e));
	assert_done(s, people_suppress(s->db, &t, STR("operator"), now, &outcome, &s->e));
	assert_done(s, db_commit(s->db, &s->e));
	return outcome;
}

static enum people_outcome
put(struct scratch *s, const char *email, bool resubscribe)
{
	struct people_entry entry = { .state = SUBSCRIBER_ACTIVE,
		.confirm = true,
		.resubscribe = resubscribe,
		.why = "operator" };
	enum people_outcome outcome;
	const char *why;

	assert_int_not_equal(
		address_parse(str_of(email), &s->a, &entry.address, &why), ADDRESS_BAD);
	assert_done(s, people_add(s->db, test_keys(), &entry, now, &s->a, NULL, &outcome, &s->e));
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
one_address_has_one_hash_however_it_is_given(void **state)
{
	struct scratch *s = *state;
	struct suppress_target plain = target(s, "ada@example.org");
	uint8_t digest[SIGN_SHA256];
	struct buf hex, keyed;

	buf_init(&hex, 128);
	buf_init(&keyed, 128);
	sign_sha256(STR("ada@example.org"), digest);
	sign_hex((struct str){ (const char *)digest, sizeof digest }, &hex);
	buf_addz(&keyed, SUPPRESS_KEYED);
	sign_hex((struct str){ (const char *)plain.hash, sizeof plain.hash }, &keyed);
	for (size_t i = 0; i < hex.n; i += 3)
		hex.p[i] = (char)(hex.p[i] >= 'a' ? hex.p[i] - 0x20 : hex.p[i]);
	assert_memory_equal(target(s, "ADA@Example.ORG").hash, plain.hash, SUPPRESSION_HASH);
	assert_memory_equal(target(s, buf_z(&hex)).hash, plain.hash, SUPPRESSION_HASH);
	assert_memory_equal(target(s, buf_z(&keyed)).hash, plain.hash, SUPPRESSION_HASH);
	assert_memory_not_equal(target(s, "b@example.org").hash, plain.hash, SUPPRESSION_HASH);
	buf_free(&hex);
	buf_free(&keyed);
}

static void
what_is_neither_address_nor_hash_is_refused(void **state)
{
	static const char *const rows[] = { "", "ada", "ada@", "keyed:", "keyed:00",
		"0123456789abcdef0123456789abcdef",
		"g123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" };
	struct scratch *s = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct suppress_target t;
		const char *why = NULL;

		if (suppress_read(test_keys(), str_of(rows[i]), &s->a, &t, &why, &s->e) != 0 ||
			!why)
			fail_msg("'%s'", rows[i]);
	}
}

static void
who_is_suppressed_comes_in_by_no_road(void **state)
{
	struct scratch *s = *state;
	struct subscriber was, is;
	enum people_change change;
	enum people_return back;
	enum people_leaving left;

	assert_int_equal(suppress(s, "never@x.org"), SUPPRESS_ADDED);
	assert_int_equal(suppress(s, "never@x.org"), SUPPRESS_WAS_THERE);
	assert_int_equal(put(s, "Never@X.org", true), PEOPLE_SUPPRESSED);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM subscriber"), 0);

	put(s, "ada@x.org", false);
	was = is = find(s, "ada@x.org");
	is.email = is.email_key = STR("never@x.org");
	assert_done(s, people_change(s->db, test_keys(), &was, &is, "page", now, &change, &s->e));
	assert_int_equal(change, PEOPLE_ADDRESS_SUPPRESSED);
	assert_int_equal(find(s, "ada@x.org").id, was.id);

	assert_done(s, people_unsubscribe(s->db, was.id, "page", now, &left, &s->e));
	assert_int_equal(suppress(s, "ada@x.org"), SUPPRESS_ADDED);
	assert_done(s, db_begin(s->db, &s->e));
	assert_done(s, people_resubscribe(s->db, test_keys(), was.id, "page", now, &back, &s->e));
	assert_done(s, db_commit(s->db, &s->e));
	assert_int_equal(back, PEOPLE_BACK_REFUSED);
	assert_int_equal(find(s, "ada@x.org").state, SUBSCRIBER_UNSUBSCRIBED);
}

static void
suppressing_takes_off_the_list(void **state)
{
	struct scratch *s = *state;
	struct suppress_target t;

	put(s, "ada@x.org", false);
	assert_int_equal(suppress(s, "ada@x.org"), SUPPRESS_TAKEN_OFF);
	assert_int_equal(find(s, "ada@x.org").state, SUBSCRIBER_UNSUBSCRIBED);
	assert_str(find(s, "ada@x.org").state_why, "suppressed");
	t = target(s, "ada@x.org");
	assert_done(s, db_begin(s->db, &s->e));
	assert_int_equal(people_unsuppress(s->db, &t, now, &s->e), 1);
	assert_int_equal(people_unsuppress(s->db, &t, now, &s->e), 0);
	assert_done(s, db_commit(s->db, &s->e));
	assert_int_equal(put(s, "ada@x.org", false), PEOPLE_HAS_LEFT);
	assert_int_equal(put(s, "ada@x.org", true), PEOPLE_BROUGHT_BACK);
}

static void
who_is_known_by_a_hash_is_found_by_the_sweep(void **state)
{
	struct scratch *s = *state;
	struct suppress_target t;
	enum suppress_outcome outcome;
	int64_t off;

	for (int i = 0; i < 5; i++)
		put(s, arena_printf(&s->a, "u%d@x.org", i), false);
	t = target(s, "u3@x.org");
	t.email = t.email_key = (struct str){ 0 };
	assert_done(s, db_begin(s->db, &s->e));
	assert_done(s, people_suppress(s->db, &t, STR("import"), now, &outcome, &s->e));
	assert_done(s, db_commit(s->db, &s->e));
	assert_int_equal(outcome, SUPPRESS_ADDED);
	assert_int_equal(find(s, "u3@x.org").state, SUBSCRIBER_ACTIVE);
	for (int again = 0; again < 2; again++) {
		assert_done(s, suppress_sweep(s->db, test_keys(), now, &off, &s->e));
		assert_int_equal(off, !again);
	}
	assert_int_equal(find(s, "u3@x.org").state, SUBSCRIBER_UNSUBSCRIBED);
	assert_int_equal(
		scratch_number(s, "SELECT count(*) FROM subscriber WHERE state = 'active'"), 4);
}

#define DB(test) cmocka_unit_test_setup_teardown(test, scratch_setup_db, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DB(one_address_has_one_hash_however_it_is_given),
		DB(what_is_neither_address_nor_hash_is_refused),
		DB(who_is_suppressed_comes_in_by_no_road),
		DB(suppressing_takes_off_the_list),
		DB(who_is_known_by_a_hash_is_found_by_the_sweep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
