#include "store/event.h"

#include "scratch.h"

struct seen {
	int n;
	char kinds[64];
};

static int
see(void *context, const struct event *event, struct err *e)
{
	struct seen *seen = context;

	(void)e;
	if (seen->n++ == 0) {
		assert_str(event->detail, "{\"why\":\"page\"}");
		assert_int_equal(event->at, 5);
		assert_int_equal(event->issue, 0);
	} else {
		assert_str(event->detail, "{}");
	}
	strncat(seen->kinds, event->kind.p, event->kind.n);
	return 0;
}

static void
keeps_one_persons_events_in_order(void **state)
{
	struct scratch *s = *state;
	struct seen seen = { 0 };

	assert_done(s, db_begin(s->db, &s->e));
	assert_done(s, event_add(s->db, 5, "left", 7, 0, STR("{\"why\":\"page\"}"), &s->e));
	assert_done(s, event_add(s->db, 4, "other", 8, 0, STR(""), &s->e));
	assert_done(s, event_add(s->db, 4, "back", 7, 0, STR(""), &s->e));
	assert_done(s, event_each(s->db, 7, see, &seen, &s->e));
	assert_int_equal(seen.n, 2);
	assert_string_equal(seen.kinds, "leftback");
	assert_int_equal(event_add(s->db, 4, "bad", 7, 0, STR("no object"), &s->e), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			keeps_one_persons_events_in_order, scratch_setup_db, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
