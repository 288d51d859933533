#include "store/reason.h"

#include "scratch.h"

static void
every_word_is_read_back_and_taken_by_the_table(void **state)
{
	struct scratch *s = *state;
	int64_t counts[REASONS];
	enum reason r;

	for (int i = 0; i < REASONS; i++) {
		assert_true(reason_parse(str_of(reason_name((enum reason)i)), &r));
		assert_int_equal(r, i);
		for (int times = 0; times <= i; times++)
			assert_done(s, reason_count(s->db, r, &s->e));
	}
	assert_done(s, reason_counts(s->db, counts, &s->e));
	for (int i = 0; i < REASONS; i++)
		assert_int_equal(counts[i], i + 1);
}

static void
other_words_are_none(void **state)
{
	static const char *const rows[] = { "", "too_ofte", "too_often ", "TOO_OFTEN", "other\n" };
	enum reason r;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_false(reason_parse(str_of(rows[i]), &r));
	assert_false(reason_parse((struct str){ "other\0", 6 }, &r));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_word_is_read_back_and_taken_by_the_table,
			scratch_setup_db, scratch_teardown),
		cmocka_unit_test(other_words_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
