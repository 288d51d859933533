#include "web/cover.h"

#include "test.h"

#define FOLDER "/issues/2026-02-14/"

static void
the_first_wide_picture_of_the_issue_is_its_cover(void **state)
{
	/* clang-format off */
	static const struct {
		const char *html, *name, *words;
	} rows[] = {
		{ "<p>no picture</p>", NULL, NULL },
		{ "", NULL, NULL },
		{ "<p>x <img src=\"" FOLDER "a.png\" alt=\"A chart\" width=\"576\"> y", "a.png", "A chart" },
		{ "<IMG WIDTH=576 SRC='" FOLDER "a.png'>", "a.png", "" },
		{ "<img src=\"" FOLDER "a.png\" alt=\"R&amp;D &quot;now&quot;\" width=\"200\">", "a.png", "R&D \"now\"" },
		{ "<img src=\"" FOLDER "a.png\" width=\"199\">", NULL, NULL },
		{ "<img src=\"" FOLDER "a.png\">", NULL, NULL },
		{ "<img src=\"" FOLDER "a.png\" width=\"100%\">", NULL, NULL },
		{ "<img src=\"" FOLDER "\" width=\"576\">", NULL, NULL },
		{ "<img src=\"/qr/subscribe.svg\" width=\"576\">", NULL, NULL },
		{ "<img src=\"https://example.org" FOLDER "a.png\" width=\"576\">", NULL, NULL },
		{ "<!-- <img src=\"" FOLDER "a.png\" width=\"576\"> -->", NULL, NULL },
		{ "<img src=\"" FOLDER "code.png\" alt=\"QR code\" width=\"160\"><img src=\"" FOLDER "b.jpg\" width=\"300\">"
			"<img src=\"" FOLDER "c.png\" width=\"576\">", "b.jpg", "" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct cover c;
		bool found = cover_find(str_of(rows[i].html), STR(FOLDER), &a, &c);

		print_message("%s\n", rows[i].html);
		assert_int_equal(found, rows[i].name != NULL);
		if (found) {
			assert_str(c.name, rows[i].name);
			assert_str(c.words, rows[i].words);
		}
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_wide_picture_of_the_issue_is_its_cover),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
