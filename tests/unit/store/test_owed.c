#include "store/owed.h"

#include "store/ledger.h"

static void
one_is_owed_with_what_was_asked_for(void **state)
{
	struct scratch *s = *state;
	const struct owed_wish w = { .subscriber = 3,
		.kind = OWED_ADDRESS,
		.email = STR("new@example.org"),
		.detail = STR("{\"email\":\"new@example.org\"}") };
	struct issue issue;
	int64_t id = 0;

	ledger_fill(s, 5, &issue);
	assert_done(s, owed_add(s->db, &w, 1000, &id, &s->e));
	assert_int_equal(scratch_number(s, "SELECT id FROM owed"), id);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM owed WHERE subscriber_id = 3 AND"
					   " kind = 'address' AND email = 'new@example.org' AND"
					   " state = 'queued' AND owed_at = 1000"),
		1);
}

static void
what_is_not_said_is_as_little_as_can_be(void **state)
{
	struct scratch *s = *state;
	struct issue issue;

	ledger_fill(s, 1, &issue);
	for (int kind = 0; kind < OWED_KINDS; kind++) {
		const struct owed_wish w = { .subscriber = 1, .kind = (enum owed_kind)kind };

		assert_done(s, owed_add(s->db, &w, 1000, NULL, &s->e));
	}
	assert_int_equal(scratch_number(s, "SELECT count(DISTINCT kind) FROM owed"
					   " WHERE email IS NULL AND detail = '{}'"),
		OWED_KINDS);
}

#define DB(test) cmocka_unit_test_setup_teardown(test, scratch_setup_db, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DB(one_is_owed_with_what_was_asked_for),
		DB(what_is_not_said_is_as_little_as_can_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
