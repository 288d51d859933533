#include "trend/week.h"

#include "test.h"

static void
a_day_without_its_neighbour_is_unknown(void **state)
{
	static const struct trend_count days[] = {
		{ .day = 90, .value = 10 },
		{ .day = 93, .value = 100 },
		{ .day = 94, .value = 130 },
		{ .day = 95, .value = 120 },
		{ .day = 97, .value = 500 },
		{ .day = 99, .value = 510 },
		{ .day = 100, .value = 560 },
	};
	static const struct trend_gain want[TREND_WEEK] = { { true, 30 }, { true, -10 }, { 0 },
		{ 0 }, { 0 }, { 0 }, { true, 50 } };
	struct trend_entity e = { .info = { .day = 100 }, .days = days, .day_count = COUNT(days) };
	struct trend_gain have[TREND_WEEK];

	(void)state;
	assert_int_equal(trend_week(&e, have), 3);
	for (size_t i = 0; i < TREND_WEEK; i++) {
		assert_int_equal(have[i].known, want[i].known);
		assert_true(have[i].gain == want[i].gain);
	}
	e.day_count = 0;
	assert_int_equal(trend_week(&e, have), 0);
	assert_false(have[0].known);
}

static void
a_report_knows_the_days_of_each(void **state)
{
	struct trend_row rows[] = {
		{ .day = 99,
			.name = STR_INIT("a/b"),
			.has_value = true,
			.value = 10,
			.created = TREND_NO_DAY },
		{ .day = 100,
			.name = STR_INIT("a/b"),
			.has_value = true,
			.value = 17,
			.created = TREND_NO_DAY },
		{ .day = 101,
			.name = STR_INIT("a/b"),
			.has_value = true,
			.value = 19,
			.created = TREND_NO_DAY },
	};
	static const int days[] = { 99, 100, 101 };
	struct trend_gain week[TREND_WEEK];
	struct trend_report r;
	struct arena a = { 0 };

	(void)state;
	trend_report(TREND_GITHUB, rows, 3, days, 3, 100, &a, &r);
	assert_int_equal(r.count, 1);
	assert_int_equal(trend_week(&r.entities[0], week), 1);
	assert_true(week[TREND_WEEK - 1].known && week[TREND_WEEK - 1].gain == 7);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_without_its_neighbour_is_unknown),
		cmocka_unit_test(a_report_knows_the_days_of_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
