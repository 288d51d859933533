#include "store/gauge.h"

#include "scratch.h"
#include "store/owed.h"
#include "store/subscriber.h"

static void
tell(void *context, const char *family, const char *member, int64_t value)
{
	struct buf *text = context;

	buf_printf(text, "%s %s %lld\n", family, member ? member : "-", (long long)value);
}

static void
add(struct scratch *s, const char *email, enum subscriber_state state)
{
	struct subscriber p = { .email = str_of(email),
		.email_key = str_of(email),
		.domain = STR("x.org"),
		.state = state,
		.state_why = STR("page") };

	assert_done(s, subscriber_insert(s->db, &p, 1, &s->e));
}

static void
an_empty_database_has_no_ages(void **state)
{
	struct scratch *s = *state;
	struct buf text;

	buf_init(&text, 4096);
	assert_done(s, gauge_each(s->db, tell, &text, &s->e));
	assert_str(buf_str(&text), "began - 0\nended - 0\nowed - 0\n");
	buf_free(&text);
}

static void
people_and_notes_are_counted_by_state(void **state)
{
	struct scratch *s = *state;
	const struct owed_wish wish = { .subscriber = 1, .kind = OWED_CONFIRM };
	struct buf text;

	add(s, "a@x.org", SUBSCRIBER_PENDING);
	add(s, "b@x.org", SUBSCRIBER_ACTIVE);
	add(s, "c@x.org", SUBSCRIBER_ACTIVE);
	assert_done(s, owed_add(s->db, &wish, 70, NULL, &s->e));
	assert_done(s, owed_add(s->db, &wish, 60, NULL, &s->e));
	buf_init(&text, 4096);
	assert_done(s, gauge_each(s->db, tell, &text, &s->e));
	assert_str(buf_str(&text), "subscribers active 2\nsubscribers pending 1\nnotes queued 2\n"
				   "began - 0\nended - 0\nowed - 60\n");
	assert_false(db_in_transaction(s->db));
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_empty_database_has_no_ages, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			people_and_notes_are_counted_by_state, scratch_setup_db, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
