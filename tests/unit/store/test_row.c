#include "store/row.h"

#include "answers.h"

static void
every_source_has_a_view_that_can_be_read(void **state)
{
	static const char *const names[] = { "github", "hf_models", "hf_models_pool", "hf_datasets",
		"hf_spaces", "hf_papers", "arxiv", "feed", "ossinsight" };
	struct scratch *s = *state;

	for (size_t i = 0; i < COUNT(names); i++) {
		const struct row_source *source = row_source(names[i]);

		assert_non_null(source);
		if (!db_prepare(s->db, source->view, &s->e))
			fail_msg("%s: %s", names[i], s->e.text);
	}
	assert_null(row_source("astrology"));
}

static void
a_day_is_one_that_has_been(void **state)
{
	static const struct {
		const char *in;
		int want; /* the day of February 2026; 0: none */
	} rows[] = {
		{ "2026-02-14", 14 },
		{ "2026-02-14T10:00:00Z", 14 },
		{ "2026-02-13T23:30:00-02:00", 14 },
		{ "2026-02-15T00:00:00Z", 0 },
		{ "2026-02-31", 0 },
		{ "soon", 0 },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct day day = { 0 };
		bool known = row_day(str_of(rows[i].in), answers_day("2026-02-14"), &day);

		if (known != (rows[i].want != 0) || (known && day.day != rows[i].want))
			fail_msg("%s", rows[i].in);
	}
}

static void
a_text_is_not_cut_within_a_character(void **state)
{
	struct scratch *s = *state;
	char text[4100];
	struct str kept;

	/* The 4,000th octet is in the middle of a character. */
	memset(text, 'x', sizeof text);
	memcpy(text + 3999, "\xe4\xb8\xad", 3);
	kept = row_text((struct str){ text, sizeof text }, 5000, &s->a);
	assert_int_equal(kept.n, 3999);
	assert_str(row_text(STR(" a\n\tb "), 10, &s->a), "a b");
	assert_str(row_text((struct str){ 0 }, 10, &s->a), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_source_has_a_view_that_can_be_read,
			scratch_setup_db, scratch_teardown),
		cmocka_unit_test(a_day_is_one_that_has_been),
		cmocka_unit_test_setup_teardown(
			a_text_is_not_cut_within_a_character, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
