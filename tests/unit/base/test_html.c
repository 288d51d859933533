#include "base/html.h"

#include "base/buf.h"
#include "test.h"

/* Pieces as text: "<name attributes>", "</name>", "[text]". */
static void
print(struct str html, struct buf *out)
{
	struct html_piece p;

	while (html_next(&html, &p))
		switch (p.kind) {
		case HTML_TEXT:
			buf_printf(out, "[%.*s]", STR_ARG(p.text));
			break;
		case HTML_OPEN:
			buf_printf(out, "<%.*s|%.*s%s>", STR_ARG(p.name), STR_ARG(p.attributes),
				p.closed ? "|/" : "");
			break;
		case HTML_CLOSE:
			buf_printf(out, "</%.*s>", STR_ARG(p.name));
			break;
		}
}

static void
is_cut_as_a_browser_cuts_it(void **state)
{
	static const struct {
		const char *html, *want;
	} rows[] = {
		{ "", "" },
		{ "a<b>c</b>", "[a]<b|>[c]</b>" },
		{ "<IMG src='a>b'><br/>", "<IMG| src='a>b'><br|/|/>" },
		{ "a < b <3 c", "[a < b <3 c]" },
		{ "<!DOCTYPE html>a<!-- <b> -->b<?xml?>c", "[a][b][c]" },
		{ "a<!-- never", "[a]" },
		{ "a<b never", "[a]<b| never>" },
		{ "</ >x", "</>[x]" },
		{ "a <", "[a <]" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b;

		buf_init(&b, 4096);
		print(str_of(rows[i].html), &b);
		assert_str(buf_str(&b), rows[i].want);
		buf_free(&b);
	}
}

static void
what_is_no_html_ends_at_its_closing_tag(void **state)
{
	struct str rest = STR("p > a { x: '</b>' }</STYLE>after"), text;

	(void)state;
	text = html_raw(&rest, STR("style"));
	assert_str(text, "p > a { x: '</b>' }");
	assert_str(rest, "</STYLE>after");
	rest = STR("never");
	text = html_raw(&rest, STR("style"));
	assert_str(text, "never");
	assert_int_equal(rest.n, 0);
}

static void
attributes_are_taken_one_by_one(void **state)
{
	struct str rest = STR(" a=1 b = \"x y\" c d='>' / =e"), name, value;
	static const char *const want[] = { "a=1", "b=x y", "c=", "d=>", "e=" };
	struct arena a = { 0 };
	size_t n = 0;

	(void)state;
	while (html_attribute(&rest, &name, &value)) {
		assert_true(n < COUNT(want));
		assert_string_equal(
			arena_printf(&a, "%.*s=%.*s", STR_ARG(name), STR_ARG(value)), want[n]);
		n++;
	}
	assert_int_equal(n, COUNT(want));
	arena_free(&a);
}

static void
references_become_characters(void **state)
{
	struct arena a = { 0 };

	(void)state;
	assert_str(html_decode(STR("java&#115;cript&#x3a;&amp;&quot;&nope;&#xd800;"), &a),
		"javascript:&\"&nope;&#xd800;");
	assert_str(html_decode(STR("plain"), &a), "plain");
	arena_free(&a);
}

static void
names_are_compared_in_any_case(void **state)
{
	(void)state;
	assert_true(html_is_void(STR("BR")));
	assert_false(html_is_void(STR("b")));
	assert_true(html_is_one_of(STR("Script"), "style script"));
	assert_false(html_is_one_of(STR("scrip"), "style script"));
	assert_false(html_is_one_of(STR(""), "style script"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_cut_as_a_browser_cuts_it),
		cmocka_unit_test(what_is_no_html_ends_at_its_closing_tag),
		cmocka_unit_test(attributes_are_taken_one_by_one),
		cmocka_unit_test(references_become_characters),
		cmocka_unit_test(names_are_compared_in_any_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
