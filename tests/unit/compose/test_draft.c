#include "compose/draft.h"

#include "base/asset.h"
#include "base/text.h"
#include "base/yaml.h"
#include "compose/front.h"
#include "newsroom.h"

static void
markdown_of_strangers_is_text(void **state)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "plain words, 1.5% of them!", "plain words, 1.5% of them!" },
		{ "*b* _i_ `c`", "\\*b\\* \\_i\\_ \\`c\\`" },
		{ "[a](b) ![i](j)", "\\[a\\](b) !\\[i\\](j)" },
		{ "<b> & &amp; &#65; AT&T", "\\<b> & \\&amp; \\&#65; AT\\&T" },
		{ "back\\slash", "back\\\\slash" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b;

		buf_init(&b, 1000);
		draft_markdown(str_of(rows[i].in), &b);
		assert_str(buf_str(&b), rows[i].want);
		buf_free(&b);
	}
}

static void
yaml_of_strangers_comes_back(void **state)
{
	static const char *const rows[] = { "plain", "a: b", "- a", "'", "\"", "\\", "\\\"", "# c",
		"{a: [b]}", "*x", "&x", "!!x", "%x", "true", "~", "123", " a", "---", "``` x",
		"{{title}}", "\xf0\x9f\x9a\x80 \xe2\x80\xa6", "" };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct yaml *doc;
		struct buf b;

		buf_init(&b, 1000);
		buf_addz(&b, "k: ");
		draft_yaml(str_of(rows[i]), &b);
		if (yaml_parse(buf_str(&b), "f", 0, &a, &doc, &e) < 0)
			fail_msg("%zu: %s", i, e.text);
		assert_str(yaml_get(doc, "k")->text, rows[i]);
		buf_free(&b);
		arena_free(&a);
	}
}

static int
draft(struct newsroom *r, const char *text, int number, struct str *out, struct err *e)
{
	struct draft_input in = { .text = text ? str_of(text)
					       : asset_find("templates/draft.md")->bytes,
		.name = "templates/draft.md",
		.publication = STR("The Post"),
		.figures = &r->f,
		.number = number };

	*e = (struct err){ 0 };
	return draft_write(&in, &r->arena, out, e);
}

static void
a_day_without_figures_has_an_honest_issue(void **state)
{
	struct front front;
	struct newsroom r;
	struct str text;
	struct err e;

	(void)state;
	newsroom_open(&r);
	assert_int_equal(draft(&r, NULL, 7, &text, &e), 0);
	assert_int_equal(front_parse(text, "f.md", &r.arena, &front, &e), 0);
	assert_str(front.title, "The Post of 4 October 2024");
	assert_str(front.number, "7");
	assert_true(str_starts(str_trim(front.body), STR("TODO: No figures")));
	assert_true(str_find_str(text, STR("## Worth Reading")) >= 0);
	arena_free(&r.arena);
}

static void
figures_that_have_all_led_are_an_issue_too(void **state)
{
	static const struct story stories[] = { { "a/one", 900, 5900, 5000 },
		{ "b/two", 800, 5800, 5000 }, { "c/three", 700, 5700, 5000 },
		{ "d/four", 600, 5600, 5000 }, { "e/five", 500, 5500, 5000 } };
	struct front front;
	struct newsroom r;
	struct str text;
	struct err e;

	(void)state;
	newsroom_open(&r);
	newsroom_chart(&r, 0, "github", TREND_GITHUB, stories, COUNT(stories));
	for (size_t i = 0; i < COUNT(stories); i++)
		newsroom_showed(&r, 2, "lead", "github", stories[i].name, 900, 1);
	assert_int_equal(draft(&r, NULL, 0, &text, &e), 0);
	assert_int_equal(front_parse(text, "f.md", &r.arena, &front, &e), 0);
	assert_str(front.title, "The Post of 4 October 2024");
	assert_str(front.summary, "The figures of the morning.");
	assert_true(str_starts(str_trim(front.body), STR("No single figure of this morning")));
	assert_true(str_find_str(text, STR("TODO: No figures")) < 0);
	arena_free(&r.arena);
}

static void
facts_links_and_tools_are_put_in_their_places(void **state)
{
	static const struct story stories[] = {
		{ "lab/rocket", 900, 5900, 5000,
			.description = "Flies *high*: \"up\" & [away](x)" },
		{ "b/two", 800, 5800, 5000 }, { "c/three", 700, 5700, 5000 },
		{ "d/four", 600, 5600, 5000 }, { "e/five", 500, 5500, 5000 }
	};
	struct front front;
	struct newsroom r;
	struct str text;
	struct err e;

	(void)state;
	newsroom_open(&r);
	newsroom_chart(&r, 0, "github", TREND_GITHUB, stories, COUNT(stories));
	newsroom_link(&r, "paper", "On \"owls\": a {{study}}", "https://arxiv.org/abs/2608.00001",
		"Papers", 3, 0);
	r.links[0].note = STR("What it found\nin one line");
	assert_int_equal(draft(&r, NULL, 0, &text, &e), 0);
	assert_int_equal(front_parse(text, "f.md", &r.arena, &front, &e), 0);
	assert_str(front.title, "lab/rocket gains 900 stars, the most of 5 repositories");
	assert_int_equal(front.number.n, 0);
	assert_true(str_starts(front.summary, STR("Also this morning: b/two gains 800 stars")));
	assert_true(str_starts(str_trim(front.body),
		STR("[lab/rocket](https://github.com/lab/rocket) gained 900 stars on GitHub")));
	assert_true(str_find_str(text, STR("\xe2\x80\x9c"
					   "Flies \\*high\\*: \"up\" & \\[away\\](x)"
					   "\xe2\x80\x9d.")) >= 0);
	assert_true(str_find_str(text, STR("- title: \"On \\\"owls\\\": a {{study}}\"\n"
					   "  url: \"https://arxiv.org/abs/2608.00001\"\n"
					   "  note: \"What it found in one line\"\n"
					   "  source: \"Papers\"\n```\n")) >= 0);
	/* The fourth fact helps who writes the rest. */
	assert_true(str_find_str(text, STR("\nAlso seen: [d/four](")) >= 0);
	assert_true(str_find_str(text, STR("number:")) < 0);
	arena_free(&r.arena);
}

static void
a_template_that_makes_no_issue_is_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "{{#lead}}", "templates/draft.md" },
		{ "---\ntitle: {{titel}}\n---\n", "templates/draft.md:2" },
		{ "words", "templates/draft.md: the draft:1: no front matter" },
		{ "---\ntitle: {{title}}\n---\n", "templates/draft.md: the draft:2: summary" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct newsroom r;
		struct str text;
		struct err e;

		newsroom_open(&r);
		assert_int_equal(draft(&r, rows[i].text, 1, &text, &e), -1);
		assert_int_equal(e.code, ERR_DATA);
		if (!str_starts(str_of(e.text), str_of(rows[i].why)))
			fail_msg("%zu: %s", i, e.text);
		arena_free(&r.arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(markdown_of_strangers_is_text),
		cmocka_unit_test(yaml_of_strangers_comes_back),
		cmocka_unit_test(a_day_without_figures_has_an_honest_issue),
		cmocka_unit_test(figures_that_have_all_led_are_an_issue_too),
		cmocka_unit_test(facts_links_and_tools_are_put_in_their_places),
		cmocka_unit_test(a_template_that_makes_no_issue_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
