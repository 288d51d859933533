#include "compose/amount.h"
#include "figures_made.h"
#include "store/shown.h"

#define B AMOUNT_BLANK

static void
a_row_says_rank_change_bar_and_figure(void **state)
{
	static struct made m;
	struct trend_row *r;

	(void)state;
	made_begin(&m);
	r = made_pair(&m, "alpha/first", 10000, 16000);
	r->description = STR("A first \xe4\xb8\xad\xe6\x96\x87 thing");
	made_pair(&m, "beta/a-name-that-leaves-the-bar-no-room-at-all-there", 5000, 8000);
	made_row(&m, 0, "gamma/new", 900)->created = MADE_TODAY - 3;
	made_crowd(&m, 5);
	made_chart(&m, TREND_GITHUB);
	assert_int_equal(made_render(&m, "trending", "{sources: [github], top: 3}"), 1);
	assert_has(m.text,
		"GitHub repositories, stars in 7 days\n"
		"------------------------------------\n"
		"  1  alpha/first                                     ██████████   +6" B "000\n"
		"     A first \xe4\xb8\xad\xe6\x96\x87 thing\n"
		"     1st on the chart, 16" B "000 stars in all\n"
		"     https://github.com/alpha/first\n"
		"\n"
		"  2  beta/a-name-that-leaves-the-bar-no-room-at-all-there\n"
		"                                                     █████        +3" B "000\n"
		"     2nd on the chart, 8" B "000 stars in all\n"
		"     https://github.com/beta/a-name-that-leaves-the-bar-no-room-at-all-there\n"
		"\n"
		"  3  gamma/new                                       █▌             +900\n"
		"     NEW at 3rd, in its first week\n");
	assert_has(m.html, "<a href=\"https://github.com/alpha/first\" style=\"color:");
	assert_has(m.html, "alpha/<wbr>first</a>");
	assert_has(m.html, "width=\"50%\" height=\"8\"");
	assert_has(m.html, "+6" B "000</td>");
	assert_has(m.html, "<caption");
	assert_int_equal(m.record.shown_count, 3);
	assert_str(m.record.shown[0].place, "trending");
	assert_str(m.record.shown[0].source, "github");
	assert_str(m.record.shown[0].key, "alpha/first");
	assert_int_equal(m.record.shown[0].rank, 1);
	assert_int_equal(m.record.note_count, 0);
	arena_free(&m.a);
}

/* +6 600 in 6 days is 7 700 in 7: the figure alone would claim what nobody counted. */
static void
a_gain_of_other_days_says_its_pace(void **state)
{
	static struct made m;

	(void)state;
	made_begin(&m);
	made_row(&m, 6, "alpha/first", 10000);
	made_row(&m, 0, "alpha/first", 16600);
	made_crowd(&m, 5);
	made_chart(&m, TREND_GITHUB);
	assert_int_equal(made_render(&m, "trending", "{sources: [github], top: 3}"), 1);
	assert_has(m.text, "+7" B "700\n     1st on the chart, 16" B
			   "600 stars in all, at the pace of 6 days\n");
	assert_has(m.html, "at the pace of 6 days");
	assert_int_equal(made_render(&m, "numbers", "tiles: [biggest_gain]"), 1);
	assert_has(m.text, "+7" B "700  stars in 7 days at the pace of 6, the biggest single");
	arena_free(&m.a);
}

/* Where the day a week ago is missing it is said once. */
static void
a_chart_of_other_days_says_so_below(void **state)
{
	static struct made m;

	(void)state;
	made_begin(&m);
	for (int i = 0; i < 8; i++) {
		const char *name = arena_printf(&m.a, "org%c/thing", 'a' + i);

		made_row(&m, 8, name, 10000);
		made_row(&m, 0, name, 18000 + i * 80);
	}
	made_chart(&m, TREND_GITHUB);
	assert_int_equal(made_render(&m, "trending", "{sources: [github], top: 3}"), 1);
	assert_has(m.text, "Gains are those of 8 days, at their pace for 7");
	assert_false(made_has(m.text, "at the pace of"));
	arena_free(&m.a);
}

static void
ranks_move_in_words_and_signs(void **state)
{
	static struct made m;

	(void)state;
	made_begin(&m);
	/* Two weeks: the order of the base day is the other way round. */
	made_row(&m, 14, "a/one", 1000);
	made_row(&m, 14, "b/two", 1000);
	made_row(&m, 14, "c/three", 1000);
	made_pair(&m, "a/one", 1100, 2000);
	made_pair(&m, "b/two", 1900, 2400);
	made_pair(&m, "c/three", 1050, 1100);
	made_crowd(&m, 5);
	made_chart(&m, TREND_GITHUB);
	assert_int_equal(made_render(&m, "trending", "sources: [github]"), 1);
	assert_has(m.text, "     ▲" B "up" B "1 to 1st, ");
	assert_has(m.text, "     ▼" B "down" B "1 to 2nd, ");
	assert_has(m.text, "     = still 3rd, ");
	assert_has(m.text, "6.3x its usual week");
	assert_has(m.html, "class=\"up\"");
	arena_free(&m.a);
}

static void
a_family_and_a_flood_are_one_row_each(void **state)
{
	static struct made m;

	(void)state;
	made_begin(&m);
	made_pair(&m, "Qwen/Qwen9-27B", 100, 1100);
	made_pair(&m, "unsloth/Qwen9-27B-GGUF", 100, 400);
	made_pair(&m, "other/Qwen9-27B-4bit", 100, 300);
	for (int i = 5103; i <= 5106; i++) {
		char name[40];

		snprintf(name, sizeof name, "ClarenceDan/a%d", i);
		made_pair(&m, name, 10, 60);
	}
	made_crowd(&m, 5);
	made_chart(&m, TREND_MODELS);
	assert_int_equal(made_render(&m, "trending", "sources: [hf_models]"), 1);
	assert_has(m.text, "1" B "100 likes in all, +2" B "copies\n");
	/* Its place is counted in print, its rank on the chart, where the copies stand as well. */
	assert_has(m.text, "  2  4 models by ClarenceDan");
	assert_has(m.text, "4 models by ClarenceDan");
	assert_has(m.text, "names numbered a5103 to a5106");
	assert_has(m.text, "https://huggingface.co/ClarenceDan\n");
	assert_has(m.text, "+200\n");
	assert_false(made_has(m.text, "course") || made_has(m.text, "spam"));
	assert_has(m.html, "4 models by ClarenceDan");
	arena_free(&m.a);
}

static void
what_stands_on_a_score_is_marked(void **state)
{
	static struct made m;

	(void)state;
	made_begin(&m);
	for (int i = 0; i < 8; i++) {
		char name[40];
		struct trend_row *r;

		snprintf(name, sizeof name, "org%c/model", 'a' + i);
		r = made_row(&m, 0, name, 500);
		r->has_score = true;
		r->score = 80.5 - i;
		r->task = STR("text-generation");
	}
	made_chart(&m, TREND_MODELS)->first = true;
	assert_int_equal(made_render(&m, "trending", "sources: [hf_models]"), 1);
	assert_has(m.text, "~81\n     text-generation\n     500 likes in all\n");
	assert_has(m.text, "~ is Hugging Face's own trendingScore");
	assert_has(m.text,
		"the likes of 7\ndays; first issue: there is no week before to compare with yet");
	assert_false(made_has(m.text, "NEW"));
	arena_free(&m.a);
}

static void
what_is_old_is_labelled_and_what_is_stale_left_out(void **state)
{
	static struct made m;

	(void)state;
	made_begin(&m);
	made_crowd(&m, 9);
	made_chart(&m, TREND_GITHUB);
	m.figures.day = (struct day){ 2026, 8, 15 };
	assert_int_equal(made_render(&m, "trending", ""), 1);
	assert_has(m.text, "GitHub repositories, stars in 7 days, as of 14 Aug\n");
	assert_has(m.html, "as of 14 Aug");
	assert_false(made_has(m.text, "Hugging Face"));
	assert_true(made_noted(&m, "data-old") && made_noted(&m, "data-stale"));
	assert_int_equal(m.record.notes[0].line, 3);
	m.figures.charts[TREND_GITHUB].partial = true;
	assert_int_equal(made_render(&m, "trending", ""), 1);
	assert_has(m.text, "as of 14 Aug, incomplete answers");
	assert_false(made_has(m.text, "NEW") || made_has(m.text, "on the chart"));
	m.figures.charts[TREND_GITHUB].report = (struct trend_report){ .stale = true };
	assert_int_equal(made_render(&m, "trending", ""), 1);
	assert_true(m.html.n == 0 && m.text.n == 0 && m.record.shown_count == 0);
	arena_free(&m.a);
}

static void
a_chart_of_few_and_a_jump_of_many_are_left_out(void **state)
{
	static struct made m;

	(void)state;
	made_begin(&m);
	made_crowd(&m, 4);
	made_chart(&m, TREND_GITHUB);
	assert_int_equal(made_render(&m, "trending", "sources: [github]"), 1);
	assert_true(m.text.n == 0 && made_noted(&m, "data-few"));
	made_pair(&m, "evil/jump", 1000, 9007199254740991);
	made_crowd(&m, 6);
	made_chart(&m, TREND_GITHUB);
	assert_int_equal(made_render(&m, "trending", "sources: [github]"), 1);
	assert_true(made_noted(&m, "data-jump") && !made_has(m.text, "evil") &&
		    made_has(m.text, "crowd"));
	arena_free(&m.a);
}

static void
names_that_changed_say_so(void **state)
{
	static struct made m;

	(void)state;
	made_begin(&m);
	made_row(&m, 7, "old/name", 1000)->id = 7;
	made_row(&m, 0, "new/name", 3000)->id = 7;
	made_crowd(&m, 6);
	made_chart(&m, TREND_GITHUB);
	assert_int_equal(made_render(&m, "trending", "sources: [github]"), 1);
	assert_has(m.text, "(was old/name), 3" B "000 stars in all");
	arena_free(&m.a);
}

/* On a weekday; what was shown yesterday is one line today. */
static void
who_was_shown_is_still_climbing(void **state)
{
	static struct made m;
	struct shown before[] = {
		{ .day = { 2026, 8, 13 },
			.place = STR_INIT("trending"),
			.source = STR_INIT("github"),
			.key = STR_INIT("alpha/first"),
			.name = STR_INIT("alpha/first"),
			.rank = 1 },
	};

	(void)state;
	made_begin(&m);
	m.figures.shown = before;
	m.figures.shown_count = 1;
	made_pair(&m, "alpha/first", 10000, 16000);
	made_pair(&m, "beta/second", 10000, 13000);
	made_pair(&m, "gamma/third", 10000, 12000);
	made_crowd(&m, 6);
	made_chart(&m, TREND_GITHUB);
	assert_int_equal(made_render(&m, "trending", "{sources: [github], top: 4}"), 1);
	assert_has(m.text, "\nStill climbing: alpha/first +6" B "000\n");
	assert_has(m.html, ">Still climbing: alpha/first +6" B "000</p>");
	assert_false(made_has(m.text, "https://github.com/alpha/first"));
	for (size_t i = 0; i < m.record.shown_count; i++)
		assert_false(str_eqz(m.record.shown[i].key, "alpha/first"));
	arena_free(&m.a);
}

/* The sign of a figure that is not our own count goes with it into that line. */
static void
who_climbs_by_a_score_has_its_sign(void **state)
{
	static struct made m;
	struct shown before[] = {
		{ .day = { 2026, 8, 13 },
			.place = STR_INIT("trending"),
			.source = STR_INIT("hf_models"),
			.key = STR_INIT("alpha/first"),
			.name = STR_INIT("alpha/first"),
			.rank = 1 },
	};
	struct trend_row *r;

	(void)state;
	made_begin(&m);
	m.figures.shown = before;
	m.figures.shown_count = 1;
	r = made_row(&m, 0, "alpha/first", 10000);
	r->has_score = true;
	r->score = 5000;
	made_pair(&m, "beta/second", 10000, 13000);
	made_pair(&m, "gamma/third", 10000, 12000);
	made_pair(&m, "delta/fourth", 10000, 11000);
	made_crowd(&m, 6);
	made_chart(&m, TREND_MODELS);
	assert_int_equal(made_render(&m, "trending", "{sources: [hf_models], top: 4}"), 1);
	assert_has(m.text, "\nStill climbing: alpha/first ~5" B "000\n");
	assert_has(m.text, "\n~ is Hugging Face's own trendingScore");
	arena_free(&m.a);
}

/* What a stranger writes of himself is text in both parts. */
static void
descriptions_are_inert(void **state)
{
	static const char *const evil[] = {
		"<script>alert(1)</script><img src=x onerror=alert(2)>",
		"\" onmouseover=\"alert(1)\" x='y'",
		"{{subscriber.email}} {{{theme.ink}}} {{#rows}} ${HOME} %s%s%n",
		"[click](javascript:alert(1)) **bold** `code`",
		"abc \xe2\x80\xaegnp.exe\xe2\x80\xac \x07\x1b[31m\xc2\x9b"
		"31m",
		"one\r\nBcc: victim@example.com\r\n\r\n.\r\n",
		"--><!-- ]]> <![CDATA[ x ]]>",
		"<a href=\"{{unsubscribe_url}}\">x</a>\x01T",
		"pay\xe2\x80\x8bpal \xff\xfe bytes",
	};
	static struct made m;

	(void)state;
	made_begin(&m);
	for (size_t i = 0; i < COUNT(evil); i++) {
		char name[40];

		snprintf(name, sizeof name, "evil%c/x", 'a' + (int)i);
		made_pair(&m, name, 1000, 2000 + (int64_t)i)->description = str_of(evil[i]);
	}
	made_chart(&m, TREND_GITHUB);
	assert_int_equal(made_render(&m, "trending", "{sources: [github], top: 30}"), 1);
	assert_has(m.text, "{{subscriber.email}}");
	assert_has(m.html, "&lt;script&gt;");
	for (size_t i = 0; i < 2; i++) {
		struct str s = i ? m.text : m.html;

		for (size_t k = 0; k < s.n; k++)
			assert_false(
				((unsigned char)s.p[k] < 0x20 && s.p[k] != '\n') || s.p[k] == 0x7f);
		assert_false(made_has(s, "\xe2\x80\xae") || made_has(s, "\xe2\x80\x8b") ||
			     made_has(s, "\xc2\x9b") || made_has(s, "\xff"));
	}
	assert_false(made_has(m.html, "<script") || made_has(m.html, "<img") ||
		     made_has(m.html, "\" on") || made_has(m.html, "href=\"java") ||
		     made_has(m.html, "href=\"{{") || made_has(m.html, "-->\n<!-- ]]"));
	assert_false(made_has(m.text, "\nBcc:") || made_has(m.text, "\n.\n"));
	arena_free(&m.a);
}

static void
what_cannot_be_asked_is_told(void **state)
{
	static const struct {
		const char *body, *why;
	} rows[] = {
		{ "sources: [gitlab]",
			"f.md:3: trending.sources: there is no 'gitlab'; there are github, " },
		{ "sources: github", "f.md:4: trending.sources: a list belongs here" },
		{ "sources: [[github]]", "f.md:4: trending.sources: a name belongs here" },
		{ "top: 0", "f.md:4: trending.top is a number from 1 to 30" },
		{ "top: 31", "f.md:4: trending.top is" },
		{ "top: [3]", "f.md:4: trending.top is" },
	};
	static struct made m;

	(void)state;
	made_begin(&m);
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(made_render(&m, "trending", rows[i].body), -1);
		if (!str_starts(str_of(m.e.text), str_of(rows[i].why)))
			fail_msg("%zu: %s", i, m.e.text);
	}
	arena_free(&m.a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_says_rank_change_bar_and_figure),
		cmocka_unit_test(a_gain_of_other_days_says_its_pace),
		cmocka_unit_test(a_chart_of_other_days_says_so_below),
		cmocka_unit_test(ranks_move_in_words_and_signs),
		cmocka_unit_test(a_family_and_a_flood_are_one_row_each),
		cmocka_unit_test(what_stands_on_a_score_is_marked),
		cmocka_unit_test(what_is_old_is_labelled_and_what_is_stale_left_out),
		cmocka_unit_test(a_chart_of_few_and_a_jump_of_many_are_left_out),
		cmocka_unit_test(names_that_changed_say_so),
		cmocka_unit_test(who_was_shown_is_still_climbing),
		cmocka_unit_test(who_climbs_by_a_score_has_its_sign),
		cmocka_unit_test(descriptions_are_inert),
		cmocka_unit_test(what_cannot_be_asked_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
