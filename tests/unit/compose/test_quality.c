#include "compose/quality.h"

#include "test.h"

static void
a_chart_has_an_age_and_a_number(void **state)
{
	/* 100 is 11 April 1970. */
	static const struct {
		struct figures_chart chart;
		int day;
		enum quality want;
	} rows[] = {
		{ { .report = { .asof = 100, .count = 5 } }, 11, QUALITY_GOOD },
		{ { .report = { .asof = 100, .count = 5 } }, 12, QUALITY_OLD },
		{ { .report = { .asof = 100, .count = 5 } }, 13, QUALITY_OLD },
		{ { .report = { .asof = 100, .count = 4 } }, 11, QUALITY_FEW },
		{ { .report = { .asof = 100, .count = 5 }, .partial = true }, 12, QUALITY_PARTIAL },
		{ { .report = { .stale = true } }, 11, QUALITY_STALE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(quality_of(&rows[i].chart, (struct day){ 1970, 4, rows[i].day }),
			rows[i].want);
	assert_int_equal(quality_age(&rows[0].chart, (struct day){ 1970, 4, 13 }), 2);
}

static void
a_jump_too_large_is_not_believed(void **state)
{
	static const struct {
		struct trend_entity e;
		bool want;
	} rows[] = {
		{ { .momentum = 82259, .gain7 = 82259, .has_base = true, .base = 99735 }, true },
		{ { .momentum = 5000, .gain7 = 5000, .has_base = true, .base = 10 }, true },
		{ { .momentum = 20000, .gain7 = 20000, .has_base = true, .base = 1000 }, true },
		{ { .momentum = 20001, .gain7 = 20001, .has_base = true, .base = 1000 }, false },
		{ { .momentum = 200001 }, false },
		{ { .momentum = 9007199254740991.0 }, false },
		{ { .momentum = -90, .gain7 = -90, .has_base = true, .base = 1000 }, true },
	};
	struct trend_entity both[] = { rows[0].e, rows[4].e };
	struct figures_chart c = { .report = { .entities = both, .count = 1 } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(quality_believes(&rows[i].e), rows[i].want);
	assert_true(quality_sums(&c));
	c.report.count = 2;
	assert_false(quality_sums(&c));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chart_has_an_age_and_a_number),
		cmocka_unit_test(a_jump_too_large_is_not_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
