#include "compose/looks.h"

#include "test.h"

#define DARK(rules) "<style>@media (prefers-color-scheme: dark) { " rules " }</style>"

/* The look of the first text in each. */
static const struct {
	const char *html;
	bool dark;
	const char *ink, *ground; /* NULL: not known */
	double pixels;
	bool bold;
} rows[] = {
	{ "x", false, "#000", "#fff", 16, false },
	{ "<p style='color:#123456;background-color:#abcdef;font-size:24px;font-weight:bold'>x",
		false, "#123456", "#abcdef", 24, true },
	{ "<div style='color:#111'><p><b>x", false, "#111", "#fff", 16, true },
	{ "<table bgcolor='#222222'><td>x", false, "#000", "#222", 16, false },
	{ "<table bgcolor='#222222' style='background:#333'><td>x", false, "#000", "#333", 16,
		false },
	{ "<p style=\"font:bold 27px/32px Georgia,serif\">x", false, "#000", "#fff", 27, true },
	{ "<b><p style=\"font:15px/21px Georgia\">x", false, "#000", "#fff", 15, false },
	{ "<p style='color:var(--ink)'>x", false, NULL, NULL, 0, false },
	{ "<p style='color:inherit;background:transparent'>x", false, "#000", "#fff", 16, false },
	{ "<p style='font-size:18.5px;font-weight:700'>x", false, "#000", "#fff", 18.5, true },
	{ "<style>p { color: #444 } .a { color: #555 }</style><p class='a b'>x", false, "#555",
		"#fff", 16, false },
	{ "<style>.a { color: #555 }</style><p class='a' style='color:#666'>x", false, "#666",
		"#fff", 16, false },
	{ "<style>.a { color: #555 !important }</style><p class='a' style='color:#666'>x", false,
		"#555", "#fff", 16, false },
	{ DARK("p { color: #777 !important }") "<p style='color:#666'>x", false, "#666", "#fff", 16,
		false },
	{ DARK("p { color: #777 !important }") "<p style='color:#666'>x", true, "#777", "#fff", 16,
		false },
	{ DARK(".s p, .s td { color: #777 }") "<div class=s><i><p>x", true, "#777", "#fff", 16,
		false },
	{ DARK(".s p { color: #777 }") "<p>x", true, "#000", "#fff", 16, false },
	{ DARK(".s .m { color: #777 !important } .s p { color: #888 !important }") "<div "
										   "class=s><p "
										   "class=m>x",
		true, "#777", "#fff", 16, false },
	{ DARK("[data-x] p, p:hover, a > p, #p { color: #777 }") "<p id=p>x", true, "#000", "#fff",
		16, false },
	{ "<style>@media (max-width: 599px) { p { color: #777 } } /* p { color: #888 } "
	  "*/</style><p>x",
		true, "#000", "#fff", 16, false },
	{ "<style>p { color: #777", true, "#000", "#fff", 16, false },
	{ "<style>}}}{{{</style><p>x", true, "#000", "#fff", 16, false },
};

static void
a_text_looks_as_its_styles_and_rules_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct colour ink, ground;
		struct look *looks;
		struct page p;
		size_t at = 0;

		page_read(str_of(rows[i].html), &a, &p);
		looks = looks_of(&p, rows[i].dark, &a);
		while (at < p.count && p.nodes[at].name.n)
			at++;
		if (at < p.count && looks[at].known != (rows[i].ink != NULL))
			fail_msg("known: %s", rows[i].html);
		if (at < p.count && rows[i].ink) {
			assert_true(colour_parse(str_of(rows[i].ink), &ink));
			assert_true(colour_parse(str_of(rows[i].ground), &ground));
			if (looks[at].ink.red != ink.red || looks[at].ink.blue != ink.blue ||
				looks[at].ground.red != ground.red ||
				looks[at].ground.blue != ground.blue ||
				looks[at].bold != rows[i].bold ||
				looks[at].pixels > rows[i].pixels + 0.01 ||
				looks[at].pixels < rows[i].pixels - 0.01)
				fail_msg("row %zu: %s: #%02x on #%02x, %f", i, rows[i].html,
					looks[at].ink.red, looks[at].ground.red, looks[at].pixels);
		}
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(
		a_text_looks_as_its_styles_and_rules_say) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
