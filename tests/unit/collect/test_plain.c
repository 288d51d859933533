#include "collect/plain.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

static void
html_becomes_a_line_of_text(void **state)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "ok <b>bold</b>", "ok bold" },
		{ "one<br>two<p class=\"x\">three</p>", "one two three" },
		{ "H<sub>2</sub>O", "H2O" },
		{ "a < b and c > d", "a < b and c > d" },
		{ "x <3 y", "x <3 y" },
		{ "AT&T &amp; others", "AT&T & others" },
		{ "&lt;b&gt;", "<b>" },
		{ "it&#8217;s &#x201C;it&#X201d;", "it\u2019s \u201cit\u201d" },
		{ "caf&eacute;&nbsp;&hellip; &unknown; &;", "caf\u00e9 \u2026 &unknown; &;" },
		{ "&#145;old&#146;", "\u2018old\u2019" },
		{ "&#0;&#xD800;&#x110000;&#99999999999;", "\ufffd\ufffd\ufffd&#99999999999;" },
		{ "&#x202e;abc&#8203;d&#10;e", "abcd e" },
		{ "<script>alert('<b>')</script>after", "after" },
		{ "<SCRIPT src=x>y</ScRiPt >z", "" },
		{ "<style>p{}</style>text", "text" },
		{ "a<!-- <b> -->b<!-- open", "ab" },
		{ "open <b at the end", "open <b at the end" },
		{ "<a href='x'", "<a href='x'" },
		{ "  \t two \r\n lines ", "two lines" },
		{ "\xff\xfe", "\ufffd\ufffd" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_str(plain_text(str_of(rows[i].in), &a), rows[i].want);
	arena_free(&a);
}

/* A megabyte of what could be a tag takes no longer than a megabyte of text. */
static void
what_never_closes_is_read_once(void **state)
{
	static const char *const units[] = { "<a", "<!--", "&#", "<script>", "</", "<b>" };
	enum { SIZE = 1 << 20 };
	char *text = malloc(SIZE);

	(void)state;
	for (size_t i = 0; i < COUNT(units); i++) {
		struct arena a = { 0 };

		for (size_t n = 0; n < SIZE; n++)
			text[n] = units[i][n % strlen(units[i])];
		plain_text((struct str){ .p = text, .n = SIZE }, &a);
		arena_free(&a);
	}
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(html_becomes_a_line_of_text),
		cmocka_unit_test(what_never_closes_is_read_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
