#include "compose/chart.h"

#include <math.h>

#include "base/text.h"
#include "test.h"

static void
bars_are_as_long_as_their_share(void **state)
{
	static const struct {
		double v, most;
		int percent;
		const char *bar; /* of 4 columns */
	} rows[] = {
		{ 10, 10, 100, "████" },
		{ 5, 10, 50, "██" },
		{ 0.001, 10, 1, "▏" },
		{ 3.4, 10, 34, "█▍" },
		{ 20, 10, 100, "████" },
		{ 0, 10, 0, "" },
		{ -5, 10, 0, "" },
		{ 5, 0, 0, "" },
		{ NAN, 10, 0, "" },
		{ INFINITY, 10, 100, "████" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b;

		buf_init(&b, 100);
		chart_bar(rows[i].v, rows[i].most, 4, &b);
		assert_str(buf_str(&b), rows[i].bar);
		assert_int_equal(chart_percent(rows[i].v, rows[i].most), rows[i].percent);
		buf_free(&b);
	}
}

static void
a_spark_starts_at_zero_and_leaves_what_is_unknown_blank(void **state)
{
	static const struct trend_gain week[TREND_WEEK] = { { true, 0 }, { true, 100 }, { 0 },
		{ true, 50 }, { true, -30 }, { true, 200 }, { true, 1 } };
	static const int pixels[TREND_WEEK] = { 1, 12, 0, 6, 1, 24, 1 };
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	chart_spark(week, &b);
	assert_str(buf_str(&b), "▁▄·▂▁█▁");
	assert_int_equal(text_width(buf_str(&b)), TREND_WEEK);
	for (size_t i = 0; i < TREND_WEEK; i++)
		assert_int_equal(chart_height(&week[i], chart_most(week), 24), pixels[i]);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bars_are_as_long_as_their_share),
		cmocka_unit_test(a_spark_starts_at_zero_and_leaves_what_is_unknown_blank),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
