#include "store/edition.h"

#include "scratch.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
keeps_the_same_bytes_once(void **state)
{
	struct scratch *s = *state;
	struct edition ed = { .hash = STR(HASH),
		.kind = STR("issue"),
		.day = STR("2026-02-14"),
		.subject = STR("News"),
		.bytes = STR("a\0b") };
	struct edition again = ed, got;

	assert_done(s, edition_keep(s->db, &ed, 10, &s->e));
	assert_done(s, edition_keep(s->db, &again, 20, &s->e));
	assert_int_equal(ed.id, again.id);
	assert_int_equal(again.made_at, 10);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM edition"), 1);
	assert_int_equal(edition_get(s->db, ed.id, &s->a, &got, &s->e), 1);
	assert_true(str_eq(got.bytes, ed.bytes));
	assert_str(got.day, "2026-02-14");
	assert_int_equal(edition_find(s->db, STR(HASH), &s->a, &got, &s->e), 1);
	assert_str(got.subject, "News");
	assert_int_equal(edition_get(s->db, ed.id + 1, &s->a, &got, &s->e), 0);
	assert_int_equal(edition_find(s->db, STR("none"), &s->a, &got, &s->e), 0);
}

static void
gives_a_note_no_day(void **state)
{
	struct scratch *s = *state;
	struct edition ed = {
		.hash = STR(HASH), .kind = STR("left"), .subject = STR("Bye"), .bytes = STR("x")
	};
	struct edition got;

	assert_done(s, edition_keep(s->db, &ed, 10, &s->e));
	assert_int_equal(edition_get(s->db, ed.id, &s->a, &got, &s->e), 1);
	assert_str(got.day, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			keeps_the_same_bytes_once, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			gives_a_note_no_day, scratch_setup_db, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
