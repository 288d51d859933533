#include "store/asked_link.h"

#include "base/clock.h"
#include "scratch.h"

static void
an_answer_is_kept_until_it_is_too_old(void **state)
{
	struct scratch *s = *state;
	struct asked_link l = { STR("https://a.example/"), ASKED_LINK_MOVED, 200,
		STR("https://b.example/"), STR("words"), 1000 };
	struct asked_link got;

	assert_int_equal(asked_link_find(s->db, l.url, 0, &s->a, &got, &s->e), 0);
	assert_done(s, asked_link_keep(s->db, &l, 0, &s->e));
	assert_int_equal(asked_link_find(s->db, l.url, 1000, &s->a, &got, &s->e), 1);
	assert_int_equal(got.verdict, ASKED_LINK_MOVED);
	assert_int_equal(got.status, 200);
	assert_str(got.target, "https://b.example/");
	assert_str(got.why, "words");
	assert_int_equal(asked_link_find(s->db, l.url, 1001, &s->a, &got, &s->e), 0);

	l.verdict = ASKED_LINK_GONE;
	l.at = 2000;
	assert_done(s, asked_link_keep(s->db, &l, 0, &s->e));
	assert_int_equal(asked_link_find(s->db, l.url, 1001, &s->a, &got, &s->e), 1);
	assert_int_equal(got.verdict, ASKED_LINK_GONE);

	l.url = STR("https://c.example/");
	l.at = 5000;
	assert_done(s, asked_link_keep(s->db, &l, 3000, &s->e));
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM asked_link"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(
		an_answer_is_kept_until_it_is_too_old, scratch_setup_db, scratch_teardown) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
