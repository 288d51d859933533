#include "compose/lead.h"

#include "compose/facts.h"
#include "newsroom.h"

/* "name name*": whom the lead is about, * in the headline. */
static struct str
told(const struct newsroom *r, const char *title, const char *text, struct arena *a)
{
	const char *out = "";
	struct lead *leads;
	size_t n;

	lead_find(&r->f, str_of(title), str_of(text), a, &leads, &n);
	for (size_t i = 0; i < n; i++)
		out = arena_printf(a, "%s%s%.*s%s", out, i ? " " : "",
			STR_ARG(leads[i].entity->name), leads[i].rank == FACTS_HEADLINE ? "*" : "");
	return str_of(out);
}

static void
names_are_found_as_words(void **state)
{
	static const struct story stories[] = { { "lab/Owl-7B", 90, 900, 810 },
		{ "lab/Owl-7B-GGUF", 80 }, { "two/rocket", 70 }, { "three/the", 60 },
		{ "gpt2", 50 } };
	static const struct {
		const char *title, *text, *want;
	} table[] = {
		{ "x", "lab/Owl-7B gained, and so did two/rocket.", "lab/Owl-7B* two/rocket" },
		{ "rocket flies", "lab/Owl-7B gained, and two/rocket.", "lab/Owl-7B two/rocket*" },
		{ "x", "Only lab/Owl-7B-GGUF is meant", "lab/Owl-7B-GGUF*" },
		{ "x", "xlab/Owl-7B, two/rocketry, two/rocket-2", "" },
		{ "x", "at https://huggingface.co/lab/Owl-7B.", "lab/Owl-7B*" },
		{ "x", "two/rocket.md is a file, two/rocket. The end", "two/rocket*" },
		/* Common words are nobody's name. */
		{ "the gpt2 of it", "the gpt2 and the", "" },
		{ "x", "", "" },
		/* An owner's page is the owner's strongest; a page below it is not. */
		{ "x", "10 are by two [1]\n[1] https://huggingface.co/two\n", "two/rocket*" },
		{ "x", "[1] https://huggingface.co/two/other\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct newsroom r;
		struct str have;

		newsroom_open(&r);
		newsroom_chart(&r, 1, "hf_models", TREND_MODELS, stories, COUNT(stories));
		have = told(&r, table[i].title, table[i].text, &r.arena);
		if (!str_eqz(have, table[i].want))
			fail_msg("%zu: '%.*s'", i, STR_ARG(have));
		arena_free(&r.arena);
	}
}

static void
is_kept_with_its_figures(void **state)
{
	static const struct story stories[] = { { "lab/Owl-7B", 90, 900, 810 } };
	struct newsroom r;
	struct lead *leads;
	struct shown s;
	size_t n;

	(void)state;
	newsroom_open(&r);
	newsroom_chart(&r, 1, "hf_models", TREND_MODELS, stories, COUNT(stories));
	lead_find(&r.f, STR("Owl-7B"), STR("lab/Owl-7B"), &r.arena, &leads, &n);
	assert_int_equal(n, 1);
	s = lead_shown(&leads[0], newsroom_day);
	assert_str(s.place, "lead");
	assert_str(s.source, "hf_models");
	assert_str(s.key, "lab/Owl-7B");
	assert_true(s.momentum == 90 && s.value == 900 && s.rank == FACTS_HEADLINE);
	assert_int_equal(clock_day_cmp(s.day, newsroom_day), 0);
	arena_free(&r.arena);
}

static void
nothing_is_found_where_nothing_is_known(void **state)
{
	struct newsroom r;

	(void)state;
	newsroom_open(&r);
	assert_str(told(&r, "lab/Owl-7B", "lab/Owl-7B", &r.arena), "");
	arena_free(&r.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_found_as_words),
		cmocka_unit_test(is_kept_with_its_figures),
		cmocka_unit_test(nothing_is_found_where_nothing_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
