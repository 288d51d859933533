#include "compose/amount.h"
#include "figures_made.h"
#include "store/shown.h"

#define B AMOUNT_BLANK

static void
a_mover_says_percent_plain_gain_and_its_days(void **state)
{
	static struct made m;

	(void)state;
	made_begin(&m);
	for (int back = 7; back >= 0; back--)
		if (back != 3)
			made_row(&m, back, "fast/mover",
				6052 + (7 - back) * 360 - (back == 0 ? 4 : 0));
	/* Read six days ago only: its gain is of six days. */
	made_row(&m, 6, "late/comer", 1000);
	made_row(&m, 0, "late/comer", 1600);
	made_crowd(&m, 6);
	made_chart(&m, TREND_GITHUB);
	assert_int_equal(made_render(&m, "movers", "top: 2"), 1);
	assert_has(m.text,
		"GitHub repositories, growth a week in stars\n"
		"-------------------------------------------\n"
		"▲ +47.4% up   late/comer\n"
		"              +600 stars in 6 days, 1" B "000" B "→" B "1" B "600\n"
		"              https://github.com/late/comer\n"
		"\n"
		"▲ +39.2% up   fast/mover                                         "
		"███··██\n"
		"              +2" B "516 stars in 7 days, 6" B "052" B "→" B "8" B "568\n"
		"              https://github.com/fast/mover\n"
		"\n"
		"Growth is weighted: ");
	assert_has(m.html, "+39.2%&#8239;up");
	assert_has(m.html, "width=\"6\" height=\"24\"");
	assert_int_equal(m.record.shown_count, 2);
	assert_str(m.record.shown[0].place, "movers");
	arena_free(&m.a);
}

static void
without_a_week_there_are_no_movers(void **state)
{
	static struct made m;

	(void)state;
	made_begin(&m);
	for (int i = 0; i < 9; i++) {
		char name[20];

		snprintf(name, sizeof name, "%c/x", 'a' + i);
		made_row(&m, 0, name, 1000);
	}
	made_chart(&m, TREND_GITHUB)->first = true;
	assert_int_equal(made_render(&m, "movers", ""), 1);
	assert_true(m.text.n == 0 && m.html.n == 0 && made_noted(&m, "data-none"));
	assert_int_equal(made_render(&m, "movers", "source: hf_models"), 1);
	assert_true(m.text.n == 0 && made_noted(&m, "data-stale"));
	assert_int_equal(made_render(&m, "movers", "source: arxiv"), -1);
	assert_true(
		str_starts(str_of(m.e.text), STR("f.md:4: movers.source: there is no 'arxiv'")));
	arena_free(&m.a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mover_says_percent_plain_gain_and_its_days),
		cmocka_unit_test(without_a_week_there_are_no_movers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
