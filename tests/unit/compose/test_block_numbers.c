#include "compose/amount.h"
#include "figures_made.h"
#include "store/shown.h"

#define B AMOUNT_BLANK

/* Sixty repositories with a week behind them, and forty models with a score. */
static void
make_morning(struct made *m)
{
	made_begin(m);
	made_pair(m, "alpha/first", 10000, 16000);
	made_crowd(m, 59);
	made_chart(m, TREND_GITHUB);
	for (int i = 0; i < 40; i++) {
		char name[40];
		struct trend_row *r;

		snprintf(name, sizeof name, "%s%c%c/model", i < 3 ? "Nvidia" : "org",
			i < 3 ? 'x' : 'a' + i / 26, i < 3 ? 'x' : 'a' + i % 26);
		if (i < 3)
			snprintf(name, sizeof name, "Nvidia/m%c", 'a' + i);
		r = made_row(m, 0, name, 5000 - i);
		r->has_score = true;
		r->score = 300 - i;
		r->has_downloads = true;
		r->downloads = 249737528 - i;
		r->task = i % 2 ? STR("text-generation") : STR("image-to-video");
	}
	made_chart(m, TREND_MODELS);
}

static void
six_tiles_are_shown_each_with_unit_and_window(void **state)
{
	static struct made m;

	(void)state;
	make_morning(&m);
	assert_int_equal(made_render(&m, "numbers", ""), 1);
	assert_str(m.text,
		"        +7" B "770  stars in 7 days across 60 repositories\n"
		"        +6" B "000  stars in 7 days, the biggest single gain: alpha/first\n"
		"                https://github.com/alpha/first\n"
		"        ~8" B "565  likes in about 7 days on Hugging Face's 30 trending\n"
		"                models\n"
		"       3 of 30  trending models on Hugging Face are by one author:\n"
		"                Nvidia\n"
		"                https://huggingface.co/Nvidia\n"
		"         +3.0%  stars in 7 days, the typical growth of a repository\n"
		"                (median)\n"
		" 249.7" B "million  downloads in 30 days, the most of 40 models: Nvidia/ma\n"
		"                https://huggingface.co/Nvidia/ma\n");
	assert_has(m.html, ">+7" B "770</span><br>stars in 7 days");
	assert_has(m.html, "width=\"10%\" height=\"8\"");
	assert_int_equal(m.record.shown_count, 6);
	assert_str(m.record.shown[1].place, "numbers");
	assert_str(m.record.shown[1].key, "biggest_gain");
	assert_str(m.record.shown[1].name, "alpha/first");
	arena_free(&m.a);
}

static void
tiles_are_chosen_by_name(void **state)
{
	static struct made m;

	(void)state;
	make_morning(&m);
	assert_int_equal(made_render(&m, "numbers",
				 "tiles: [rising, new_top, top_task]\nitems: [{label: by hand, "
				 "value: 1 in 6, window: a day}]"),
		1);
	assert_str(m.text,
		"          100%  of 60 repositories gained stars in 7 days\n"
		"      15 of 30  trending models on Hugging Face are for image-to-video,\n"
		"                the most common task\n"
		"        1 in 6  by hand, a day\n");
	/* The base day's chart has nobody on it: there is nothing to be new against. */
	assert_true(made_noted(&m, "data-tile"));
	assert_int_equal(made_render(&m, "numbers", "tiles: [stars]"), -1);
	assert_true(str_starts(
		str_of(m.e.text), STR("f.md:3: numbers.tiles: there is no 'stars'; there are ")));
	arena_free(&m.a);
}

static void
what_is_summed_is_known_only_of_a_whole(void **state)
{
	static const char *const sums = "tiles: [stars_gained, biggest_gain, rising, new_top]";
	static struct made m;

	(void)state;
	make_morning(&m);
	m.figures.charts[TREND_GITHUB].partial = true;
	assert_int_equal(made_render(&m, "numbers", sums), 1);
	assert_true(m.text.n == 0 && m.html.n == 0 && made_noted(&m, "data-partial"));
	/* A jump that nobody believes spoils the sum. */
	made_pair(&m, "evil/jump", 1000, 9007199254740991);
	made_crowd(&m, 59);
	made_chart(&m, TREND_GITHUB)->partial = false;
	assert_int_equal(made_render(&m, "numbers", sums), 1);
	assert_true(m.text.n == 0 && made_noted(&m, "data-tile"));
	arena_free(&m.a);
}

static void
three_tiles_are_no_block_and_old_ones_are_labelled(void **state)
{
	static struct made m;

	(void)state;
	make_morning(&m);
	m.figures.charts[TREND_MODELS].report.stale = true;
	m.figures.day = (struct day){ 2026, 8, 16 };
	assert_int_equal(made_render(&m, "numbers", "tiles: [stars_gained, hf_likes]"), 1);
	assert_str(m.text, "        +7" B "770  stars in 7 days across 60 repositories\n"
			   "                GitHub as of 14 Aug\n");
	m.figures.charts[TREND_GITHUB].partial = true;
	assert_int_equal(made_render(&m, "numbers", ""), 1);
	assert_true(m.text.n == 0 && m.record.shown_count == 0 && made_noted(&m, "data-few"));
	arena_free(&m.a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(six_tiles_are_shown_each_with_unit_and_window),
		cmocka_unit_test(tiles_are_chosen_by_name),
		cmocka_unit_test(what_is_summed_is_known_only_of_a_whole),
		cmocka_unit_test(three_tiles_are_no_block_and_old_ones_are_labelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
