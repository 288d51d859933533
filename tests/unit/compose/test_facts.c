#include "compose/facts.h"

#include "base/text.h"
#include "newsroom.h"

/* U+202F between thousands as a plain blank. */
static struct str
plain(struct str s, struct arena *a)
{
	return text_clean(s, a);
}

static void
check_fact(struct newsroom *r, const struct fact *f, const char *title, const char *sentence)
{
	struct str name = str_sub(f->sentence, f->name_at, f->name.n);

	assert_str(plain(f->title, &r->arena), title);
	assert_str(plain(f->sentence, &r->arena), sentence);
	assert_true(str_eq(name, f->name) && text_width(f->title) <= 78);
}

/* Fillers below all others: so many of them, each of its own owner, all gaining the same. */
static size_t
fill(struct newsroom *r, struct story *stories, size_t from, size_t to, double momentum)
{
	for (size_t i = from; i < to; i++)
		stories[i] = (struct story){ arena_printf(&r->arena, "o%zu/filler", i),
			momentum - (double)i / 1000, .value = 5000, .base = 4000 };
	return to;
}

static void
each_kind_says_what_was_counted(void **state)
{
	static const struct {
		enum trend_kind kind;
		struct story first[5];
		const char *title, *sentence, *says;
	} table[] = {
		{ TREND_GITHUB,
			{ { "lab/rocket", 2516, 8568, 6052, .accel = 4, .prev_rank = 1,
				.description = "Flies, and *lands*." } },
			"lab/rocket gains 2 516 stars, 4.0x its usual week",
			"lab/rocket gained 2 516 stars on GitHub in the week to 4 Oct, from 6 052 "
			"to "
			"8 568, 4.0x its usual week.",
			"It describes itself as \xe2\x80\x9c"
			"Flies, and *lands*\xe2\x80\x9d." },
		{ TREND_GITHUB, { { "lab/rocket", 2516, 8568, 6052, .prev_rank = 64 } },
			"lab/rocket gains 2 516 stars, the most of 40 repositories",
			"lab/rocket gained 2 516 stars on GitHub in the week to 4 Oct, from 6 052 "
			"to "
			"8 568, the most of the 40 repositories that are tracked. A week before it "
			"stood 64th.",
			"" },
		{ TREND_MODELS,
			{ { "lab/Owl-7B", 812, 812, .born = 4, .task = "text-generation" } },
			"lab/Owl-7B has 812 likes on Hugging Face after 3 days",
			"lab/Owl-7B was created on 1 Oct and had 812 likes on Hugging Face on 4 "
			"Oct.",
			"Its task is given as text-generation." },
		{ TREND_MODELS,
			{ { "kid/co-a5103", 100 }, { "kid/co-a5104", 99 }, { "kid/co-a5105", 98 },
				{ "kid/co-a5106", 97 } },
			"kid has 4 of the 30 strongest models on Hugging Face",
			"Of the 30 models that gained the most likes on Hugging Face in the week "
			"to 4 "
			"Oct, 4 are by kid, their names numbered co-a5103 to co-a5106; together "
			"they "
			"gained 394 likes.",
			"" },
		{ TREND_GITHUB, { { 0 } },
			"o0/filler gains 1 000 stars, the most of 40 repositories",
			"o0/filler gained 1 000 stars on GitHub in the week to 4 Oct, from 4 000 "
			"to "
			"5 000, the most of the 40 repositories that are tracked.",
			"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct story stories[40] = { { 0 } };
		size_t n = 0, k = 0;
		struct newsroom r;
		struct fact *facts;

		newsroom_open(&r);
		for (; k < COUNT(table[i].first) && table[i].first[k].name; k++)
			stories[k] = table[i].first[k];
		fill(&r, stories, k, COUNT(stories), k ? stories[0].momentum * 0.9 : 20);
		newsroom_chart(&r, (size_t)table[i].kind,
			table[i].kind == TREND_GITHUB ? "github" : "hf_models", table[i].kind,
			stories, COUNT(stories));
		facts_find(&r.f, 3, &r.arena, &facts, &n);
		assert_true(n > 0);
		check_fact(&r, &facts[0], table[i].title, table[i].sentence);
		assert_str(facts[0].says, table[i].says);
		arena_free(&r.arena);
	}
}

static void
a_family_is_counted_with_its_accounts(void **state)
{
	struct story stories[60];
	struct newsroom r;
	struct fact *facts;
	size_t n;

	(void)state;
	newsroom_open(&r);
	stories[0] = (struct story){ "lab/Owl-7B", 100, 500, 400 };
	for (size_t i = 1; i < 16; i++)
		stories[i] = (struct story){ arena_printf(&r.arena, "u%zu/Owl-7B-%zu", i % 5, i),
			50 - (double)i, 100, 60 };
	fill(&r, stories, 16, 60, 20);
	newsroom_chart(&r, 1, "hf_models", TREND_MODELS, stories, COUNT(stories));
	facts_find(&r.f, 1, &r.arena, &facts, &n);
	assert_int_equal(n, 1);
	check_fact(&r, &facts[0], "lab/Owl-7B and its copies: 16 of the 60 strongest models",
		"Of the 60 models that gained the most likes on Hugging Face in the week to 4 Oct, "
		"16 are lab/Owl-7B or carry its name, from 6 accounts; together they gained 730 "
		"likes.");
	arena_free(&r.arena);
}

/* One story and its base, with fillers; what the first fact's name is. */
static struct str
first_name(struct newsroom *r, const struct story *first, size_t count)
{
	struct story stories[40];
	struct fact *facts;
	size_t n;

	for (size_t i = 0; i < count; i++)
		stories[i] = first[i];
	fill(r, stories, count, COUNT(stories), 60);
	newsroom_chart(r, 0, "github", TREND_GITHUB, stories, COUNT(stories));
	facts_find(&r->f, 1, &r->arena, &facts, &n);
	return n ? facts[0].name : (struct str){ 0 };
}

static void
nobody_leads_again_too_soon(void **state)
{
	static const struct story rocket[] = { { "lab/rocket", 900, 9000, 8100 },
		{ "two/other", 800, 9000, 8200 } };
	static const struct {
		int ago;
		const char *key;
		double momentum;
		int rank;
		const char *want;
	} table[] = {
		{ 1, "z/z", 900, 1, "lab/rocket" },
		{ 1, "lab/rocket", 900, 1, "two/other" },
		{ 14, "lab/rocket", 900, 1, "two/other" },
		{ 15, "lab/rocket", 900, 1, "lab/rocket" },
		{ 3, "lab/rocket", 450, 1, "lab/rocket" },
		{ 3, "lab/rocket", 451, 1, "two/other" },
		{ 3, "lab/rocket", 0, 1, "two/other" },
		{ 3, "LAB/another", 900, 1, "two/other" },
		/* Told below a headline it may grow into one. */
		{ 3, "lab/rocket", 900, 2, "two/other" },
		{ 4, "lab/rocket", 900, 2, "lab/rocket" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct newsroom r;
		struct str name;

		newsroom_open(&r);
		newsroom_showed(&r, table[i].ago, "lead", "github", table[i].key, table[i].momentum,
			table[i].rank);
		name = first_name(&r, rocket, COUNT(rocket));
		if (!str_eqz(name, table[i].want))
			fail_msg("%zu: %.*s", i, STR_ARG(name));
		arena_free(&r.arena);
	}
}

static void
some_never_lead(void **state)
{
	static const struct story stories[][4] = {
		/* Without a fork to five hundred stars. */
		{ { "lab/star", 5000, 5000, .born = 3, .forks = 2 } },
		{ { "lab/star", 5000, 5000, .born = 3, .forks = 300, .archived = true } },
		{ { "lab/star", 5000, 9000, 4000, .fork = true } },
		/* Twenty times what it had. */
		{ { "lab/star", 13000, 13600, 600 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(stories); i++) {
		struct newsroom r;
		struct str name;

		newsroom_open(&r);
		name = first_name(&r, stories[i], 1);
		if (name.n == 0 || str_eqz(name, "lab/star"))
			fail_msg("%zu: %.*s", i, STR_ARG(name));
		arena_free(&r.arena);
	}
}

static void
a_flood_leads_where_it_beats_the_next_row(void **state)
{
	static const struct story small[] = { { "big/one", 1000, 5000, 4000 }, { "kid/a1", 90 },
		{ "kid/a2", 90 }, { "kid/a3", 90 }, { "kid/a4", 90 } };
	struct newsroom r;
	struct fact list[FACT_MOST];
	size_t n = 0;

	(void)state;
	newsroom_open(&r);
	first_name(&r, small, COUNT(small));
	fact_find(&r.f, &r.f.charts[0], &r.arena, list, &n);
	for (size_t i = 0; i < n; i++)
		assert_true(list[i].kind != FACT_FLOOD || str_eqz(list[i].name, "kid"));
	arena_free(&r.arena);
}

static void
long_names_are_cut_and_nothing_is_said_of_nothing(void **state)
{
	struct newsroom r;
	struct fact *facts;
	struct story stories[40];
	size_t n;

	(void)state;
	newsroom_open(&r);
	facts_find(&r.f, 3, &r.arena, &facts, &n);
	assert_int_equal(n, 0);
	stories[0] =
		(struct story){ "a-very-long-owner-name/"
				"and-a-repository-whose-name-is-longer-than-any-headline-may-be",
			2000, 5000, 3000 };
	fill(&r, stories, 1, 40, 60);
	newsroom_chart(&r, 0, "github", TREND_GITHUB, stories, 40);
	facts_find(&r.f, 1, &r.arena, &facts, &n);
	assert_int_equal(n, 1);
	assert_true(text_width(facts[0].title) <= 78);
	assert_true(str_ends(plain(facts[0].title, &r.arena),
		STR("\xe2\x80\xa6 gains 2 000 stars, the most of 40 repositories")));
	arena_free(&r.arena);
}

static void
the_same_day_gives_the_same_facts(void **state)
{
	struct story stories[40], turned[40];
	struct fact *facts[2];
	struct newsroom r;
	size_t n[2];

	(void)state;
	newsroom_open(&r);
	for (size_t i = 0; i < 40; i++)
		stories[i] = (struct story){ arena_printf(&r.arena, "%c%c/r", 'a' + (int)i / 8,
						     'a' + (int)i % 8),
			1000, 5000, 4000, .accel = 4 };
	for (size_t i = 0; i < 40; i++)
		turned[i] = stories[39 - i];
	for (size_t i = 0; i < 2; i++) {
		newsroom_chart(&r, 0, "github", TREND_GITHUB, i ? turned : stories, 40);
		facts_find(&r.f, 3, &r.arena, &facts[i], &n[i]);
	}
	assert_int_equal(n[0], 3);
	for (size_t i = 0; i < 3; i++)
		assert_true(str_eq(facts[0][i].sentence, facts[1][i].sentence));
	arena_free(&r.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_says_what_was_counted),
		cmocka_unit_test(a_family_is_counted_with_its_accounts),
		cmocka_unit_test(nobody_leads_again_too_soon),
		cmocka_unit_test(some_never_lead),
		cmocka_unit_test(a_flood_leads_where_it_beats_the_next_row),
		cmocka_unit_test(long_names_are_cut_and_nothing_is_said_of_nothing),
		cmocka_unit_test(the_same_day_gives_the_same_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
