#include "compose/amount.h"

#include <math.h>

#include "test.h"

#define B AMOUNT_BLANK

static void
figures_are_printed_in_one_way(void **state)
{
	static const struct {
		struct str (*print)(double v, struct arena *a);
		double v;
		const char *want;
	} rows[] = {
		{ amount_whole, 0, "0" },
		{ amount_whole, 999, "999" },
		{ amount_whole, 1000, "1" B "000" },
		{ amount_whole, 999999.6, "1" B "000" B "000" },
		{ amount_whole, -13, "-13" },
		{ amount_whole, -0.4, "0" },
		{ amount_whole, 9007199254740991.0, "9" B "007" B "199" B "254" B "740" B "991" },
		{ amount_whole, 1e300, "9" B "007" B "199" B "254" B "740" B "991" },
		{ amount_whole, INFINITY, "9" B "007" B "199" B "254" B "740" B "991" },
		{ amount_gain, 2516, "+2" B "516" },
		{ amount_gain, -1234.4, "-1" B "234" },
		{ amount_gain, 0.2, "0" },
		{ amount_gain, -0.2, "0" },
		{ amount_brief, 999999, "999" B "999" },
		{ amount_brief, 249737528, "249.7" B "million" },
		{ amount_brief, 999.96e6, "1.0" B "billion" },
		{ amount_percent, 0.988235, "98.8%" },
		{ amount_percent, 0.012654, "1.3%" },
		{ amount_percent, 0.002348, "0.23%" },
		{ amount_percent, 0.00999, "1.0%" },
		{ amount_percent, 0.9999, "100%" },
		{ amount_percent, 1, "100%" },
		{ amount_percent, 0, "0%" },
		{ amount_percent, -0.00001, "0%" },
		{ amount_growth, 0.505323, "+50.5%" },
		{ amount_growth, 16.5, "+1" B "650%" },
		{ amount_growth, -0.038, "-3.8%" },
		{ amount_times, 1.83, "1.8x" },
		{ amount_times, 21.207, "21x" },
		{ amount_times, 9.97, "10x" },
		{ amount_times, 0.34, "0.3x" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };

		assert_str(rows[i].print(rows[i].v, &a), rows[i].want);
		arena_free(&a);
	}
}

static void
thousands_are_kept_on_one_line(void **state)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "gains 4 849 stars", "gains 4" B "849 stars" },
		{ "1 234 567", "1" B "234" B "567" },
		{ "in 2026 there were 12 of 30", "in 2026 there were 12 of 30" },
		{ "12 3456", "12 3456" },
		{ "1 23", "1 23" },
		{ " 123", " 123" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };

		assert_str(amount_keep_whole(str_of(rows[i].in), &a), rows[i].want);
		arena_free(&a);
	}
}

static void
counts_places_and_days_have_their_words(void **state)
{
	struct arena a = { 0 };

	(void)state;
	assert_str(amount_count(1, "copy", "copies", &a), "1 copy");
	assert_str(amount_count(0, "copy", "copies", &a), "0 copies");
	assert_str(amount_count(1700, "copy", "copies", &a), "1" B "700 copies");
	assert_str(amount_ordinal(1, &a), "1st");
	assert_str(amount_ordinal(12, &a), "12th");
	assert_str(amount_ordinal(63, &a), "63rd");
	assert_str(amount_ordinal(112, &a), "112th");
	assert_str(amount_day(0, &a), "1 Jan");
	assert_str(amount_day(20687, &a), "22 Aug");
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_printed_in_one_way),
		cmocka_unit_test(thousands_are_kept_on_one_line),
		cmocka_unit_test(counts_places_and_days_have_their_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
