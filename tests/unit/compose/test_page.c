#include "compose/page.h"

#include <string.h>

#include "test.h"

static void
words_are_read_as_a_reader_sees_them(void **state)
{
	static const struct {
		const char *html, *want;
	} rows[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "<p>one</p><p>two</p>", "one two" },
		{ "<p>o<b>n</b>e\n  <a href=x>two</a></p>", "one two" },
		{ "a<br>b<hr>c<img src=x>d", "a b c d" },
		{ "1&#160;204&nbsp;&amp; &lt;x&gt; &#x41;&quot; &bogus; &#xd800; &",
			"1 204 & <x> A\" &bogus; &#xd800; &" },
		{ "a\xc2\xa0"
		  "b\xe2\x80\xaf"
		  "c",
			"a b c" },
		{ "<div style=\"display:none\">hidden<p>too</p></div>seen", "seen" },
		{ "<div style='max-height:0;overflow:hidden'>hidden</div>seen", "seen" },
		{ "<head><title>t</title><style>p > a { color: red }</style></head>seen", "seen" },
		{ "a<!-- <p>no</p> -->b<!--[if mso]><table><tr><td><![endif]-->c<!---->d", "abcd" },
		{ "<!DOCTYPE html><p title=\"a > b\">x</p>", "x" },
		{ "<p title='never closed", "" },
		{ "<p>a</x></p></p>b", "a b" },
		{ "a < b <3 c", "a < b <3 c" },
		{ "a <", "a <" },
		{ "<!-- never closed", "" },
		{ "<style>never closed", "" },
		{ "</", "" },
		{ "<a", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct page p;
		struct buf b;

		buf_init(&b, 1000);
		page_read(str_of(rows[i].html), &a, &p);
		page_words(&p, -1, &b);
		if (!str_eqz(buf_str(&b), rows[i].want))
			fail_msg("'%s' is '%s'", rows[i].html, buf_z(&b));
		buf_free(&b);
		arena_free(&a);
	}
}

static void
attributes_are_decoded_and_found_whatever_their_quotes(void **state)
{
	static const struct {
		const char *html, *name, *want; /* NULL: it has none */
	} rows[] = {
		{ "<a href=\"x?a=1&amp;b=2\">", "href", "x?a=1&b=2" },
		{ "<a class=c href='y'>", "href", "y" },
		{ "<a href=z class=c>", "href", "z" },
		{ "<a HREF = \"q\" >", "href", "q" },
		{ "<a data-href=\"no\">", "href", NULL },
		{ "<a title=\" href='no' \">", "href", NULL },
		{ "<a hidden>", "hidden", "" },
		{ "<img alt=\"\"/>", "alt", "" },
		{ "<a>", "href", NULL },
		{ "<a href=\"never closed>", "href", "never closed>" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct page p;
		struct str value;
		bool got;

		page_read(str_of(rows[i].html), &a, &p);
		assert_int_equal(p.count, 1);
		got = page_attribute(&p.nodes[0], rows[i].name, &a, &value);
		if (got != (rows[i].want != NULL) || (got && !str_eqz(value, rows[i].want)))
			fail_msg("%s", rows[i].html);
		arena_free(&a);
	}
}

static void
code_is_known_as_code(void **state)
{
	struct arena a = { 0 };
	struct page p;

	(void)state;
	page_read(STR("<p>a <code>b</code></p><pre>c</pre>"), &a, &p);
	for (size_t i = 0; i < p.count; i++)
		if (p.nodes[i].name.n == 0)
			assert_int_equal(p.nodes[i].code, !str_eqz(p.nodes[i].text, "a "));
	arena_free(&a);
}

/* A hundred thousand that are opened and never closed, and as many that were never opened. */
static void
what_is_never_closed_costs_little(void **state)
{
	enum { TIMES = 100000 };
	static const char *const pieces[] = { "<p>", "</b>", "<b>x</i>", "<", "<!", "<!--", "&",
		"<a '" };

	(void)state;
	for (size_t i = 0; i < COUNT(pieces); i++) {
		struct arena a = { 0 };
		struct page p;
		struct buf b;

		buf_init(&b, 1 << 20);
		for (int k = 0; k < TIMES; k++)
			buf_addz(&b, pieces[i]);
		page_read(buf_str(&b), &a, &p);
		assert_true(p.count <= 2 * TIMES);
		buf_free(&b);
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_read_as_a_reader_sees_them),
		cmocka_unit_test(attributes_are_decoded_and_found_whatever_their_quotes),
		cmocka_unit_test(code_is_known_as_code),
		cmocka_unit_test(what_is_never_closed_costs_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
