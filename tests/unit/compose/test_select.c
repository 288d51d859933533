#include "compose/select.h"

#include "newsroom.h"

/* Rows as "x y*3", behind "|" those that are still climbing; owners are their first letters. */
static struct str
told(const struct selection *s, struct arena *a)
{
	const char *out = "";

	for (size_t i = 0; i < s->count; i++) {
		out = arena_printf(a, "%s%s%.*s", out, i ? " " : "",
			STR_ARG(str_from(s->rows[i].folded->lead->name, 2)));
		if (s->rows[i].flood)
			out = arena_printf(a, "%s*%zu", out, s->rows[i].flood_count);
	}
	for (size_t i = 0; i < s->climbing_count; i++)
		out = arena_printf(
			a, "%s%s%.*s", out, i ? " " : " | ", STR_ARG(s->climbing[i]->name));
	return str_of(out);
}

/* A chart of so many rows of different owners: "A/a", "B/b", ... the strongest first. */
static void
alphabet(struct newsroom *r, size_t n)
{
	struct story *stories = arena_many(&r->arena, n, struct story);

	assert_true(n <= 26);
	for (size_t i = 0; i < n; i++)
		stories[i] = (struct story){ arena_printf(&r->arena, "%c/%c", 'A' + (int)i,
						     'a' + (int)i),
			100 - (double)i };
	newsroom_chart(r, 0, "github", TREND_GITHUB, stories, n);
}

static void
what_was_shown_is_named_in_a_line(void **state)
{
	static const struct {
		size_t chart, top;
		struct {
			int ago;
			const char *rows; /* their letters */
		} issues[8];
		const char *want;
		const char *why;
	} table[] = {
		{ 5, 10, { { 0 } }, "a b c d e", "the first issue" },
		{ 12, 10, { { 0 } }, "a b c d e f g h i j", "at most ten" },
		{ 6, 3, { { 1, "ABC" } }, "d e f | A/a B/b C/c", "the next three come up" },
		{ 9, 3, { { 1, "ABC" }, { 2, "DEF" } }, "g h i | A/a B/b C/c", "" },
		{ 26, 3, { { 1, "ABC" }, { 2, "DEF" }, { 3, "GHIJKLMNOPQR" } }, " | A/a B/b C/c",
			"no deeper than six times the rows" },
		{ 5, 3, { { 1, "AC" } }, "b d e | A/a C/c", "in the chart's order" },
		/* Six issues of a daily paper are six days, and the seventh day is not new yet. */
		{ 4, 4,
			{ { 7, "A" }, { 6, "Z" }, { 5, "Z" }, { 4, "Z" }, { 3, "Z" }, { 2, "Z" },
				{ 1, "Z" } },
			"a b c d", "shown in the seventh issue back, and three others are new" },
		{ 3, 4,
			{ { 7, "A" }, { 6, "Z" }, { 5, "Z" }, { 4, "Z" }, { 3, "Z" }, { 2, "Z" },
				{ 1, "Z" } },
			"b c | A/a", "fewer than three are new: only those" },
		{ 4, 4,
			{ { 8, "A" }, { 6, "Z" }, { 5, "Z" }, { 4, "Z" }, { 3, "Z" }, { 2, "Z" },
				{ 1, "Z" } },
			"a b c d", "eight days ago is long ago" },
		{ 4, 4, { { 30, "A" } }, "b c d | A/a", "a paper that paused: one issue back" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct newsroom r;
		struct selection s;

		newsroom_open(&r);
		alphabet(&r, table[i].chart);
		for (size_t k = 0; k < COUNT(table[i].issues) && table[i].issues[k].rows; k++)
			for (const char *p = table[i].issues[k].rows; *p; p++)
				newsroom_showed(&r, table[i].issues[k].ago, "trending", "github",
					arena_printf(&r.arena, "%c/%c", *p, *p | 32), 1, 1);
		select_trending(&r.f, 0, table[i].top, &r.arena, &s);
		if (!str_eqz(told(&s, &r.arena), table[i].want))
			fail_msg("%zu (%s): %.*s", i, table[i].why, STR_ARG(told(&s, &r.arena)));
		arena_free(&r.arena);
	}
}

static void
other_places_and_sources_do_not_count(void **state)
{
	struct newsroom r;
	struct selection s;

	(void)state;
	newsroom_open(&r);
	alphabet(&r, 3);
	newsroom_showed(&r, 1, "movers", "github", "A/a", 1, 1);
	newsroom_showed(&r, 1, "trending", "hf_models", "B/b", 1, 1);
	newsroom_showed(&r, 0, "trending", "github", "C/c", 1, 1); /* this very issue, again */
	select_trending(&r.f, 0, 10, &r.arena, &s);
	assert_str(told(&s, &r.arena), "a b c");
	arena_free(&r.arena);
}

static void
saturday_prints_the_plain_chart(void **state)
{
	struct newsroom r;
	struct selection s;

	(void)state;
	newsroom_open(&r);
	r.f.day = clock_add_days(r.f.day, 1);
	alphabet(&r, 4);
	newsroom_showed(&r, 1, "trending", "github", "A/a", 1, 1);
	select_trending(&r.f, 0, 3, &r.arena, &s);
	assert_true(s.weekly);
	assert_str(told(&s, &r.arena), "a b c");
	arena_free(&r.arena);
}

static void
owners_families_and_floods_have_their_share(void **state)
{
	static const struct story stories[] = {
		{ "a/one", 100 },
		{ "a/two", 90 },
		{ "q/Owl-7B", 80 },
		{ "b/Owl-7B-GGUF", 79 },
		{ "c/flood1", 70 },
		{ "c/flood2", 60 },
		{ "c/flood3", 50 },
		{ "d/other", 40 },
		{ "gone/away", 30, .archived = true },
	};
	struct newsroom r;
	struct selection s;

	(void)state;
	newsroom_open(&r);
	newsroom_chart(&r, 1, "hf_models", TREND_MODELS, stories, COUNT(stories));
	select_trending(&r.f, 1, 10, &r.arena, &s);
	assert_str(told(&s, &r.arena), "one two Owl-7B flood1*3 other");
	assert_str(s.rows[3].flood_range, "flood1 to flood3");
	assert_int_equal(s.rows[2].folded->family_count, 1);
	/* Yesterday a copy stood there alone: the family was shown. */
	newsroom_showed(&r, 1, "trending", "hf_models", "b/Owl-7B-GGUF", 1, 1);
	select_trending(&r.f, 1, 10, &r.arena, &s);
	assert_str(told(&s, &r.arena), "one flood1*3 other | q/Owl-7B");
	arena_free(&r.arena);
}

static void
a_stale_chart_prints_nothing(void **state)
{
	const struct trend_entity **movers;
	struct newsroom r;
	struct selection s;
	size_t n;

	(void)state;
	newsroom_open(&r);
	for (size_t i = 0; i < FIGURES_CHARTS; i++) {
		select_trending(&r.f, i, 10, &r.arena, &s);
		select_movers(&r.f, i, 10, &r.arena, &movers, &n);
		assert_int_equal(s.count + s.climbing_count + n, 0);
	}
	arena_free(&r.arena);
}

static void
a_mover_rests_for_a_week(void **state)
{
	/* On the chart: a 1st, b 2nd, ... */
	static const struct story stories[] = {
		{ "a/a", 100, .growth = 0.1 },
		{ "b/b", 90, .growth = 0.9 },
		{ "c/c", 80, .growth = 0.8 },
		{ "d/d", 70, .growth = 0.7 },
		{ "d/e", 60, .growth = 0.6 },
		{ "d/f", 50, .growth = 0.5 },
		{ "g/g", 40, .growth = 0.4, .fork = true },
	};
	static const struct {
		const char *shown;
		int ago, rank;
		const char *want;
	} table[] = {
		{ "z/z", 1, 1, "b/b c/c d/d d/e a/a" },
		{ "b/b", 1, 2, "c/c d/d a/a" },
		{ "b/b", 7, 11, "c/c d/d a/a" },
		{ "b/b", 7, 12, "b/b c/c d/d d/e a/a" },
		{ "b/b", 8, 2, "b/b c/c d/d d/e a/a" },
		{ "b/b", 1, 0, "c/c d/d a/a" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		const struct trend_entity **movers;
		const char *have = "";
		struct newsroom r;
		size_t n;

		newsroom_open(&r);
		newsroom_chart(&r, 0, "github", TREND_GITHUB, stories, COUNT(stories));
		newsroom_showed(
			&r, table[i].ago, "movers", "github", table[i].shown, 1, table[i].rank);
		select_movers(&r.f, 0, 5, &r.arena, &movers, &n);
		for (size_t k = 0; k < n; k++)
			have = arena_printf(
				&r.arena, "%s%s%.*s", have, k ? " " : "", STR_ARG(movers[k]->name));
		assert_string_equal(have, table[i].want);
		arena_free(&r.arena);
	}
}

static void
one_mover_a_family(void **state)
{
	static const struct story stories[] = {
		{ "q/Owl-7B", 90, .growth = 0.5 },
		{ "b/Owl-7B-GGUF", 80, .growth = 0.9 },
		{ "c/Elk-1B", 70, .growth = 0.4 },
	};
	const struct trend_entity **movers;
	struct newsroom r;
	size_t n;

	(void)state;
	newsroom_open(&r);
	newsroom_chart(&r, 1, "hf_models", TREND_MODELS, stories, COUNT(stories));
	select_movers(&r.f, 1, 5, &r.arena, &movers, &n);
	assert_int_equal(n, 2);
	assert_str(movers[0]->name, "b/Owl-7B-GGUF");
	assert_str(movers[1]->name, "c/Elk-1B");
	arena_free(&r.arena);
}

static void
a_young_repository_without_forks_is_suspicious(void **state)
{
	static const struct {
		struct story s;
		bool want;
	} table[] = {
		{ { "a/a", 1, .value = 2000, .forks = 9, .born = 2 }, true },
		{ { "a/a", 1, .value = 2000, .forks = 10, .born = 2 }, false },
		{ { "a/a", 1, .value = 500, .forks = 1, .born = 2 }, false },
		{ { "a/a", 1, .value = 2000, .forks = 1, .born = 8 }, false },
		{ { "a/a", 1, .value = 2000, .forks = 1, .born = 7 }, true },
		{ { "a/a", 1, .value = 2000, .forks = 1 }, false },
		/* Nothing is known of its forks. */
		{ { "a/a", 1, .value = 2000, .born = 2 }, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct trend_entity e;

		newsroom_entity(&table[i].s, &e);
		if (select_is_suspicious(&e, NEWSROOM_ASOF) != table[i].want)
			fail_msg("%zu", i);
	}
}

static void
what_it_says_of_itself_is_one_clean_line(void **state)
{
	static const struct {
		const char *description, *task, *library, *want;
	} table[] = {
		{ "A tool.\r\nFor\ttools\xe2\x80\xae!", "x", "y", "A tool. For tools!" },
		{ "", "text-generation", "transformers", "text-generation, transformers" },
		{ "", "", "transformers", "transformers" },
		{ "", "", "", "" },
		{ "one two three four five", "", "", "one two three\xe2\x80\xa6" },
		{ "\xff<b>x</b>", "", "", "\xef\xbf\xbd<b>x</b>" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct trend_entity e = { .info = { .description = str_of(table[i].description),
						  .task = str_of(table[i].task),
						  .library = str_of(table[i].library) } };

		assert_str(select_describe(&e, table[i].description[0] == 'o' ? 16 : 140, &a),
			table[i].want);
	}
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_shown_is_named_in_a_line),
		cmocka_unit_test(other_places_and_sources_do_not_count),
		cmocka_unit_test(saturday_prints_the_plain_chart),
		cmocka_unit_test(owners_families_and_floods_have_their_share),
		cmocka_unit_test(a_stale_chart_prints_nothing),
		cmocka_unit_test(a_mover_rests_for_a_week),
		cmocka_unit_test(one_mover_a_family),
		cmocka_unit_test(a_young_repository_without_forks_is_suspicious),
		cmocka_unit_test(what_it_says_of_itself_is_one_clean_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
