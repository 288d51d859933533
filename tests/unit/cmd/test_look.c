#include "cmd/look.h"

#include "test.h"

static void
answers_for_the_reader(void **state)
{
	static const struct {
		const char *in, *light, *dark;
	} rows[] = {
		{ "", "", "" },
		{ "@media (prefers-color-scheme: dark) { a {} }", "@media (max-width: 0) { a {} }",
			"@media (min-width: 0) { a {} }" },
		{ "@media screen and (prefers-color-scheme:dark) and (max-width: 600px)",
			"@media screen and (max-width: 0) and (max-width: 600px)",
			"@media screen and (min-width: 0) and (max-width: 600px)" },
		{ "@media (prefers-color-scheme: light)", "@media (min-width: 0)",
			"@media (max-width: 0)" },
		{ "<meta name=\"color-scheme\" content=\"light dark\">",
			"<meta name=\"color-scheme\" content=\"light\">",
			"<meta name=\"color-scheme\" content=\"dark\">" },
		{ ":root{color-scheme: light dark}", ":root{color-scheme: light}",
			":root{color-scheme: dark}" },
		{ "<img src=\"cid:qr.1@post.example\">", "<img src=\"part/qr.1@post.example\">",
			"<img src=\"part/qr.1@post.example\">" },
		/* A text about it is no rule. */
		{ "prefers-color-scheme and cid: are words",
			"prefers-color-scheme and cid: are words",
			"prefers-color-scheme and cid: are words" },
		{ "<head><title>", "<head><base target=\"_blank\"><title>",
			"<head><base target=\"_blank\"><title>" },
	};
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	for (size_t i = 0; i < COUNT(rows); i++) {
		look_dress(str_of(rows[i].in), LOOK_LIGHT, "part/", &b);
		assert_str(buf_str(&b), rows[i].light);
		buf_clear(&b);
		look_dress(str_of(rows[i].in), LOOK_DARK, "part/", &b);
		assert_str(buf_str(&b), rows[i].dark);
		buf_clear(&b);
	}
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(answers_for_the_reader) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
