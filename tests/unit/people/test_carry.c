#include "people/carry.h"

#include "people/known.h"
#include "people/suppress.h"
#include "scratch.h"
#include "store/subscriber.h"

static void
add(struct scratch *s, struct db *db, const char *email, enum subscriber_state state, int64_t at)
{
	struct subscriber p = { .email = str_of(email),
		.email_key = str_of(email),
		.domain = STR("x.org"),
		.state = state,
		.state_why = STR("page") };

	assert_done(s, subscriber_insert(db, &p, at, &s->e));
}

/* How somebody was in the old database and is in the restored one, since when, and what becomes of
 * it. */
static void
carries_over_what_was_decided_later(void **state)
{
	enum {
		P = SUBSCRIBER_PENDING,
		A = SUBSCRIBER_ACTIVE,
		U = SUBSCRIBER_UNSUBSCRIBED,
		B = SUBSCRIBER_BOUNCED,
		C = SUBSCRIBER_COMPLAINED
	};
	static const struct {
		int was, was_at, is, is_at, becomes;
	} rows[] = {
		{ U, 9, A, 5, U },
		{ C, 9, P, 5, C },
		{ B, 9, A, 5, B },
		{ A, 9, A, 5, A },
		{ U, 3, A, 5, A },
		{ U, 9, C, 5, C },
		{ A, 9, U, 5, U },
	};
	struct scratch *s = *state;
	struct db *old;
	int64_t n;

	assert_done(s, db_open(s->dir, "var/old.db", DB_CREATE, &old, &s->e));
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *email = arena_printf(&s->a, "row%zu@x.org", i);

		add(s, old, email, (enum subscriber_state)rows[i].was, rows[i].was_at);
		add(s, s->db, email, (enum subscriber_state)rows[i].is, rows[i].is_at);
	}
	add(s, old, "unknown@x.org", SUBSCRIBER_UNSUBSCRIBED, 9);
	assert_done(s, people_carry_over(old, s->db, 20, &n, &s->e));
	db_close(old);
	assert_int_equal(n, 3);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct subscriber got;

		assert_int_equal(
			subscriber_find(s->db, str_of(arena_printf(&s->a, "row%zu@x.org", i)),
				&s->a, &got, &s->e),
			1);
		assert_int_equal(got.state, rows[i].becomes);
	}
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM event"), 3);
}

static void
carries_over_who_is_suppressed(void **state)
{
	struct scratch *s = *state;
	struct suppress_target target;
	enum suppress_outcome outcome;
	struct subscriber got;
	struct db *old;
	const char *why;
	int64_t off;

	assert_done(s, db_open(s->dir, "var/old.db", DB_CREATE, &old, &s->e));
	for (int i = 0; i < 3; i++)
		add(s, s->db, arena_printf(&s->a, "row%d@x.org", i), SUBSCRIBER_ACTIVE, 5);
	assert_int_equal(
		suppress_read(test_keys(), STR("row1@x.org"), &s->a, &target, &why, &s->e), 1);
	assert_done(s, people_suppress(old, &target, STR("erased"), 9, &outcome, &s->e));
	assert_done(s, people_carry_suppressed(old, s->db, test_keys(), 20, &off, &s->e));
	db_close(old);
	assert_int_equal(off, 1);
	assert_int_equal(subscriber_find(s->db, STR("row1@x.org"), &s->a, &got, &s->e), 1);
	assert_int_equal(got.state, SUBSCRIBER_UNSUBSCRIBED);
	assert_int_equal(
		scratch_number(s, "SELECT count(*) FROM subscriber WHERE state = 'active'"), 2);
	assert_int_equal(people_suppressed(s->db, test_keys(), STR("row1@x.org"), &s->e), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			carries_over_what_was_decided_later, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			carries_over_who_is_suppressed, scratch_setup_db, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
