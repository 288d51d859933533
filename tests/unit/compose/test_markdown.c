#include "compose/markdown.h"

#include <string.h>

#include "base/asset.h"
#include "test.h"

/* A block called "data" is written as what stands in it; "quiet" has nothing to show; "bad" fails. */
static int
write_block(void *context, struct str name, struct str body, int line, struct buf *html,
	struct buf *text, struct err *e)
{
	(void)context;
	if (str_eqz(name, "bad"))
		return err_set(e, ERR_DATA, "f.md:%d: bad", line);
	if (str_eqz(name, "quiet"))
		return 1;
	if (!str_eqz(name, "data"))
		return 0;
	buf_printf(html, "<p>%.*s</p>", STR_ARG(str_trim(body)));
	buf_printf(text, "%.*s\n", STR_ARG(str_trim(body)));
	return 1;
}

static int
render(struct str text, struct arena *a, struct markdown *out, struct err *e)
{
	static struct arena kept;
	static struct theme theme;
	struct markdown_options o = { .theme = &theme, .block = write_block, .columns = 72 };

	if (!theme.values && theme_parse(asset_find("templates/theme.yaml")->bytes, "theme.yaml",
				     &kept, &theme, e) < 0)
		fail_msg("%s", e->text);
	*e = (struct err){ 0 };
	return markdown_render(text, "f.md", 10, &o, a, out, e);
}

static void
text_reads_well_without_markup(void **state)
{
	static const struct {
		struct str in;
		const char *want;
	} rows[] = {
		{ STR_INIT("One *two* **three** `four`."), "One _two_ *three* `four`.\n" },
		{ STR_INIT("A long line of words that has to be wrapped at the seventy-second "
			   "column of it, "
			   "and goes on."),
			"A long line of words that has to be wrapped at the seventy-second column\n"
			"of it, and goes on.\n" },
		{ STR_INIT("one\ntwo  \nthree"), "one two\nthree\n" },
		{ STR_INIT("- a\n- b\n  - c\n"), "- a\n- b\n  - c\n" },
		{ STR_INIT("3. a\n4. b\n"), "3. a\n4. b\n" },
		{ STR_INIT("> said\n> twice\n"), "> said twice\n" },
		{ STR_INIT("```\n  code <b>\n```\n"), "      code <b>\n" },
		{ STR_INIT("a &amp; b &lt;c&gt; &copy;"), "a & b <c> \xc2\xa9\n" },
		{ STR_INIT("[words](https://e.example/x) end"),
			"words [1] end\n\n[1] https://e.example/x\n" },
		{ STR_INIT("<https://e.example/x>"), "https://e.example/x\n" },
		{ STR_INIT("![two *bars*](https://e.example/x.png)"), "[two bars]\n" },
		{ STR_INIT("a [![bars](https://e.example/x.png)](https://e.example/) b"),
			"a [bars] [1] b\n\n[1] https://e.example/\n" },
		{ STR_INIT("### ![bars](https://e.example/x.png) up"), "bars up\n-------\n" },
		{ STR_INIT("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"),
			"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\n" },
		{ STR_INIT("```data\nx: 1\n```\n"), "x: 1\n" },
		{ STR_INIT("\\*plain\\*"), "*plain*\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct markdown m;
		struct err e;

		if (render(rows[i].in, &a, &m, &e) < 0)
			fail_msg("%zu: %s", i, e.text);
		assert_int_equal(m.count, 1);
		if (!str_eq(str_trim(m.departments[0].text), str_trim(str_of(rows[i].want))))
			fail_msg("%zu: have '%.*s', want '%s'", i, STR_ARG(m.departments[0].text),
				rows[i].want);
		arena_free(&a);
	}
}

static void
html_escapes_and_drops_what_is_not_ours(void **state)
{
	static const struct {
		struct str in;
		const char *has, *lacks;
	} rows[] = {
		{ STR_INIT("a < b & \"c\""), "a &lt; b &amp; &quot;c&quot;", "< b" },
		{ STR_INIT("<script>alert(1)</script>"), "", "<script" },
		{ STR_INIT("x <img src=x onerror=alert(1)> y"), "x ", "onerror" },
		{ STR_INIT("[x](javascript:alert%281%29)"), "x", "javascript" },
		{ STR_INIT("[x](<JaVaScRiPt:alert(1)>)"), "x", "cript" },
		{ STR_INIT("[x](data:text/html,y)"), "x", "data:" },
		{ STR_INIT("[x](vbscript:y)"), "x", "vbscript" },
		{ STR_INIT("[x](https://e.example/\"onclick=\"y)"), "x", "\"onclick" },
		{ STR_INIT("[x](https://e.example/?a=1&b=2)"), "a=1&amp;b=2", "javascript" },
		{ STR_INIT("![alt \"text\"](https://e.example/x.png)"), "alt &quot;text&quot;",
			"alt \"text" },
		{ STR_INIT("![x](https://e.example/x.png \"1152x630\")"),
			"width=\"576\" height=\"315\" style=", "1152" },
		{ STR_INIT("![x](https://e.example/x.png \"300x1\")"), "width=\"300\" height=\"1\"",
			"560" },
		{ STR_INIT("![x](pictures/x.png)"), ">x<", "<img" },
		{ STR_INIT("```html\n<b>\n```\n"), "&lt;b&gt;", "<b>" },
		{ STR_INIT("`<b>`"), "&lt;b&gt;", "<b>" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct markdown m;
		struct err e;

		if (render(rows[i].in, &a, &m, &e) < 0)
			fail_msg("%zu: %s", i, e.text);
		if (str_find_str(m.departments[0].html, str_of(rows[i].has)) < 0 ||
			str_find_str(m.departments[0].html, str_of(rows[i].lacks)) >= 0)
			fail_msg("%.*s: %.*s", STR_ARG(rows[i].in), STR_ARG(m.departments[0].html));
		arena_free(&a);
	}
}

static void
departments_begin_at_their_headings(void **state)
{
	struct arena a = { 0 };
	struct markdown m;
	struct err e;

	(void)state;
	assert_int_equal(render(STR("lead\n\n## One *two* &amp;\n\n### Story\n\nx\n\n## "
				    "Empty\n\n## Last\n\ny\n"),
				 &a, &m, &e),
		0);
	assert_int_equal(m.count, 4);
	assert_str(m.departments[0].title, "");
	assert_str(m.departments[1].title, "One two &");
	assert_int_equal(m.departments[1].line, 13);
	assert_false(m.departments[0].empty || m.departments[1].empty || m.departments[3].empty);
	assert_true(m.departments[2].empty);
	assert_true(str_find_str(m.departments[1].text, STR("Story\n-----\n")) >= 0);
	assert_true(str_find_str(m.departments[1].html, STR("<h3")) >= 0);
	arena_free(&a);
}

static void
a_heading_says_below_where_it_leads_to(void **state)
{
	struct arena a = { 0 };
	struct markdown m;
	struct err e;

	(void)state;
	assert_int_equal(
		render(STR("### [A *tool*](https://e.example/a)\n\n[b](https://e.example/b) "
			   "`c`\n\n## [D](https://e.example/d)\n\nx\n"),
			&a, &m, &e),
		0);
	assert_true(
		str_starts(m.departments[0].text, STR("A tool\n------\nhttps://e.example/a\n\nb "
						      "[1] `c`\n\n[1] https://e.example/b\n")));
	assert_true(str_find_str(m.departments[0].html, STR("<em>tool</em>")) >= 0 ||
		    str_find_str(m.departments[0].html, STR("<i")) >= 0);
	assert_str(m.departments[1].title, "D");
	assert_int_equal(m.fault_count, 1);
	assert_string_equal(m.faults[0].code, "link-heading");
	arena_free(&a);
}

static void
link_notes_run_through_the_whole_message(void **state)
{
	struct arena a = { 0 };
	struct markdown m;
	struct err e;

	(void)state;
	assert_int_equal(render(STR("[a](https://e.example/a) [b](https://e.example/b) "
				    "[a](https://e.example/a)\n\n"
				    "## D\n\n[c](https://e.example/c)\n"),
				 &a, &m, &e),
		0);
	assert_true(str_find_str(m.departments[0].text, STR("a [1] b [2] a [1]")) >= 0);
	assert_true(str_find_str(m.departments[1].text, STR("c [3]")) >= 0);
	assert_true(str_find_str(m.departments[1].text, STR("[3] https://e.example/c")) >= 0);
	arena_free(&a);
}

#define HEBREW "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d"

static void
what_runs_from_right_to_left_says_so(void **state)
{
	static const char *const tags[] = { "<p dir=\"rtl\"", "<h3 dir=\"rtl\"",
		"<span dir=\"rtl\"" };
	struct arena a = { 0 };
	struct markdown m;
	struct err e;

	(void)state;
	assert_int_equal(render(STR("Words " HEBREW ".\n\n" HEBREW " words.\n\n### " HEBREW
				    "\n\n- " HEBREW "\n- words\n"),
				 &a, &m, &e),
		0);
	for (size_t i = 0; i < COUNT(tags); i++) {
		ptrdiff_t at = str_find_str(m.departments[0].html, str_of(tags[i]));

		assert_true(at >= 0);
		assert_int_equal(str_find_str(str_from(m.departments[0].html, (size_t)at + 1),
					 str_of(tags[i])),
			-1);
	}
	arena_free(&a);
}

static void
faults_have_their_lines(void **state)
{
	static const struct {
		struct str in;
		const char *code;
		int line;
		bool fail;
	} rows[] = {
		{ STR_INIT("a\n\n# One\n"), "heading-level", 13, true },
		{ STR_INIT("a\n\n#### Four\n\nb\n\n##### Five\n"), "heading-level", 17, false },
		{ STR_INIT("a <b>x</b>"), "raw-html", 11, true },
		{ STR_INIT("a\n\n<div>\nx\n</div>\n"), "raw-html", 13, true },
		{ STR_INIT("a\n\nx&#x85;y"), "control", 13, true },
		{ STR_INIT("a\n\n##\n\nx\n"), "heading-empty", 13, true },
		{ STR_INIT("a\n\n## D\n\n###\n\nx\n"), "heading-empty", 15, true },
		{ STR_INIT("a\n\n## D\n\n### S\n"), "empty-story", 15, false },
		{ STR_INIT("a\n\n## D\n\n### S\n\n### T\n\nx\n"), "empty-story", 15, false },
		{ STR_INIT("a\n\n## D\n\n### S\n\n## E\n\nx\n"), "empty-story", 15, false },
		{ STR_INIT("![x](https://e.example/x.SVG?a \"1x1\")"), "picture-kind", 11, false },
		{ STR_INIT("a\n\n## D <b>x</b>\n\nx\n"), "raw-html", 13, true },
		{ STR_INIT("| a | b |\n|---|---|\n| 1 | 2 |\n"), "table", 11, true },
		{ STR_INIT("a\n\nTODO: more\n"), "todo", 13, true },
		{ STR_INIT("```bogus\n```\n"), "unknown-block", 11, true },
		{ STR_INIT("![](https://e.example/x.png)"), "image-alt", 11, true },
		{ STR_INIT("![x](http://e.example/x.png)"), "image-source", 11, true },
		{ STR_INIT("![x](pictures/x.png)"), "image-source", 11, true },
		{ STR_INIT("![x](https://e.example/x.png)"), "image-size", 11, false },
		{ STR_INIT("![x](https://e.example/x.png \"0x0\")"), "image-size", 11, false },
		{ STR_INIT("![x](https://e.example/x.png \"a title\")"), "image-size", 11, false },
		{ STR_INIT("a\n\n[x](/y)"), "link-target", 13, true },
		{ STR_INIT("[x y](http://e.example/)"), "link-http", 11, false },
		{ STR_INIT("[](https://e.example/)"), "link-text", 11, true },
		{ STR_INIT("[here](https://e.example/)"), "link-vague", 11, false },
		{ STR_INIT("[x y](https://e.example/?utm_source=z)"), "link-tracking", 11, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct markdown m;
		struct err e;
		bool found = false;

		assert_int_equal(render(rows[i].in, &a, &m, &e), 0);
		for (size_t k = 0; k < m.fault_count; k++)
			found = found || (strcmp(m.faults[k].code, rows[i].code) == 0 &&
						 m.faults[k].line == rows[i].line &&
						 m.faults[k].fail == rows[i].fail);
		if (!found)
			fail_msg("%s: %.*s", rows[i].code, STR_ARG(rows[i].in));
		arena_free(&a);
	}
}

/* At a word, with a sign that it goes on; and never within a character. */
static void
what_is_told_of_a_long_fault_is_its_beginning(void **state)
{
	struct arena a = { 0 };
	struct markdown m;
	struct err e;
	struct buf b;

	(void)state;
	buf_init(&b, 10000);
	buf_addz(&b, "TODO: w");
	for (int i = 0; i < 600; i++)
		buf_addz(&b, " w\xc3\xb6rd");
	buf_addc(&b, '\n');
	assert_int_equal(render(buf_str(&b), &a, &m, &e), 0);
	assert_int_equal(m.fault_count, 1);
	assert_string_equal(m.faults[0].code, "todo");
	assert_true(str_ends(m.faults[0].detail, STR(" w\xc3\xb6rd\xe2\x80\xa6")));
	assert_true(m.faults[0].detail.n > 150 && m.faults[0].detail.n < 250);
	buf_free(&b);
	arena_free(&a);
}

static void
too_deep_and_bad_blocks_are_errors(void **state)
{
	struct arena a = { 0 };
	struct markdown m;
	struct err e;
	char deep[200];

	(void)state;
	memset(deep, '>', sizeof deep);
	assert_int_equal(render((struct str){ deep, sizeof deep }, &a, &m, &e), -1);
	assert_int_equal(e.code, ERR_DATA);
	assert_int_equal(render(STR("a\n\n```bad\nx\n```\n"), &a, &m, &e), -1);
	assert_non_null(strstr(e.text, "f.md:13"));
	arena_free(&a);
}

/* What the letter's encoders would take for a mark, or no relay takes, never leaves the Markdown. */
static void
no_control_character_comes_out(void **state)
{
	static const struct {
		struct str in;
		const char *html, *text;
		bool fault;
	} rows[] = {
		{ STR_INIT("Dear &#1;t\n"), "Dear t", "Dear t\n", true },
		{ STR_INIT("a&#13;b\n"), "ab", "ab\n", true },
		{ STR_INIT("`a\x01n`\n"), "an</code>", "`an`\n", true },
		{ STR_INIT("a\vb\n"), "ab", "ab\n", true },
		{ STR_INIT("a\x7f\n"), "a</p>", "a\n", true },
		{ STR_INIT("![a  \nb](https://c.example \"1x1\")\n"), "alt=\"a b\"", "[a b]\n",
			false },
		{ STR_INIT("a&#0;b\n"),
			"a\xef\xbf\xbd"
			"b",
			"a\xef\xbf\xbd"
			"b\n",
			false },
		{ STR_INIT("a\xff"
			   "b\n"),
			"a\xef\xbf\xbd"
			"b",
			"a\xef\xbf\xbd"
			"b\n",
			false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct markdown m;
		struct err e;

		assert_int_equal(render(rows[i].in, &a, &m, &e), 0);
		if (str_find_str(m.departments[0].html, str_of(rows[i].html)) < 0 ||
			!str_eqz(m.departments[0].text, rows[i].text))
			fail_msg("row %zu: %.*s", i, STR_ARG(m.departments[0].html));
		assert_int_equal(m.fault_count, rows[i].fault);
		if (rows[i].fault)
			assert_string_equal(m.faults[0].code, "control");
		arena_free(&a);
	}
}

static void
a_department_whose_blocks_are_silent_goes(void **state)
{
	static const struct {
		const char *in;
		bool empty;
	} rows[] = {
		{ "## A\n```quiet\n```\n", true },
		{ "## A\nIt leads to this.\n\n```quiet\n```\n\n```quiet\n```\n", true },
		{ "## A\nIt leads to this.\n\n```quiet\n```\n\n```data\nx\n```\n", false },
		{ "## A\nOne.\n\n```quiet\n```\n\nTwo.\n", false },
		{ "## A\n### A story\n\n```quiet\n```\n", false },
		{ "## A\n- a list\n\n```quiet\n```\n", false },
		{ "## A\nWords alone.\n", false },
		{ "## B\n```quiet\n```\n\n## A\nWords alone.\n", false },
		{ "## A\n```python\nx\n```\n\n```quiet\n```\n", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct markdown m;
		struct err e;

		assert_int_equal(render(str_of(rows[i].in), &a, &m, &e), 0);
		if (m.departments[m.count - 1].empty != rows[i].empty)
			fail_msg("%zu", i);
		arena_free(&a);
	}
}

static void
prompts_are_left_out_with_their_departments(void **state)
{
	static const char text[] = "The lead.\n\nTODO: more of it\n\n## One\n\nWords.\n\n```data\n"
				   "one\n```\n\nTODO: and more\nof them\n\n## Two\n\n```data\ntwo\n"
				   "```\n\n## Three\n\n```bad\n```\n\nTODO: x\n\n## Four\n\n"
				   "TODO:\n";
	struct theme theme;
	struct arena a = { 0 };
	struct err e = { 0 };
	struct markdown m;
	struct markdown_options o = {
		.theme = &theme, .block = write_block, .columns = 72, .no_prompts = true
	};

	(void)state;
	if (theme_parse(asset_find("templates/theme.yaml")->bytes, "theme.yaml", &a, &theme, &e) <
			0 ||
		markdown_render(str_of(text), "f.md", 0, &o, &a, &m, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(m.fault_count, 0);
	assert_int_equal(m.count, 5);
	assert_str(str_trim(m.departments[0].text), "The lead.");
	for (size_t i = 1; i < m.count; i++)
		assert_true(m.departments[i].empty == (i != 2));
	assert_str(m.departments[2].text, "two\n");
	assert_int_equal(m.departments[1].html.n + m.departments[1].text.n, 0);
	arena_free(&a);
}

static void
a_table_is_a_row_of_dashes(void **state)
{
	static const struct {
		const char *text;
		bool table;
	} rows[] = {
		{ "| a | b |\n|---|---|\n| 1 | 2 |", true },
		{ "a | b\n--- | :--\n1 | 2", true },
		{ "words |--|--| within a line", false },
		{ "a | b", false },
		{ "`|--|`", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct markdown m;
		struct err e;

		assert_int_equal(render(str_of(rows[i].text), &a, &m, &e), 0);
		if ((m.fault_count == 1 && strcmp(m.faults[0].code, "table") == 0) != rows[i].table)
			fail_msg("%zu: %zu faults", i, m.fault_count);
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prompts_are_left_out_with_their_departments),
		cmocka_unit_test(a_table_is_a_row_of_dashes),
		cmocka_unit_test(a_department_whose_blocks_are_silent_goes),
		cmocka_unit_test(text_reads_well_without_markup),
		cmocka_unit_test(html_escapes_and_drops_what_is_not_ours),
		cmocka_unit_test(departments_begin_at_their_headings),
		cmocka_unit_test(a_heading_says_below_where_it_leads_to),
		cmocka_unit_test(link_notes_run_through_the_whole_message),
		cmocka_unit_test(what_runs_from_right_to_left_says_so),
		cmocka_unit_test(faults_have_their_lines),
		cmocka_unit_test(what_is_told_of_a_long_fault_is_its_beginning),
		cmocka_unit_test(too_deep_and_bad_blocks_are_errors),
		cmocka_unit_test(no_control_character_comes_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
