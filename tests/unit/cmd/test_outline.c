#include "cmd/outline.h"

#include "test.h"

static const struct str own = STR_INIT("https://post.example");

static void
reads_headings_and_links(void **state)
{
	static const struct {
		const char *html, *headings, *links; /* one a line */
	} rows[] = {
		{ "", "", "" },
		{ "<h1 style=\"a\">One</h1><h2>Two &amp; <em>a half</em></h2><h4>no</h4>",
			"One\nTwo & a half\n", "" },
		{ "<hr><h3>Three</h3><header>no</header>", "Three\n", "" },
		{ "<a class=\"x\" href=\"https://a.example/?b=1&amp;c=2\">a</a>", "",
			"https://a.example/?b=1&c=2\n" },
		/* Each once; not those of the publication, nor what is no address on the web. */
		{ "<a href=\"https://a.example/\"></a><a href=\"https://a.example/\"></a>"
		  "<a href=\"https://post.example/u/T\"></a><a href=\"mailto:a@b.example\"></a>",
			"", "https://a.example/\n" },
		/* What is broken is not read beyond its end. */
		{ "<h2>never closed", "", "" },
		{ "<h", "", "" },
		{ "<a href=\"https://a.example/", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct outline o;
		struct str headings = { 0 }, links = { 0 };

		outline_read(str_of(rows[i].html), own, &a, &o);
		for (size_t k = 0; k < o.heading_count; k++)
			headings = str_of(arena_printf(
				&a, "%.*s%.*s\n", STR_ARG(headings), STR_ARG(o.headings[k])));
		for (size_t k = 0; k < o.link_count; k++)
			links = str_of(arena_printf(
				&a, "%.*s%.*s\n", STR_ARG(links), STR_ARG(o.links[k])));
		assert_str(headings, rows[i].headings);
		assert_str(links, rows[i].links);
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(reads_headings_and_links) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
