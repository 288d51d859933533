#include "compose/link.h"

#include "test.h"

static void
an_address_tells_what_is_odd_about_it(void **state)
{
	static const struct {
		const char *url;
		bool tracks, is_short, odd, mistyped;
	} rows[] = {
		{ "https://example.org/" },
		{ "https://example.org/a?page=2&q=utm_source#utm_x=1" },
		{ "https://example.org/a?utm_source=x", .tracks = true },
		{ "https://example.org/a?x=1&UTM_Medium=y", .tracks = true },
		{ "https://example.org/a?fbclid", .tracks = true },
		{ "https://example.org/a?fbclidx=1" },
		{ "https://example.org/#?utm_source=x" },
		{
			"https://example.org/?",
		},
		{ "https://bit.ly/abc", .is_short = true },
		{ "https://notbit.ly/abc" },
		{ "https://127.0.0.1/", .odd = true },
		{ "https://example.org:8443/", .odd = true },
		{ "https://ann@example.org/", .odd = true },
		{ "https://[2001:db8::1]/", .odd = true },
		{ "https://localhost/", .odd = true },
		{ "https://printer.local/", .odd = true },
		{ "https:///path" },
		{ "https://example.org/%E2%80%9Cx%E2%80%9D", .mistyped = true },
		{ "https://example.org/%C2%A0", .mistyped = true },
		{ "https://de.wikipedia.org/wiki/%C3%84pfel" },
		{ "https://b%C3%BCcher.example/", .mistyped = true },
		{ "mailto:ann@ex%C3%A4mple.org", .mistyped = true },
		{ "mailto:ann@example.org?subject=a%20b" },
		{ "tel:+4930123" },
		{ "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str url = str_of(rows[i].url);

		if (link_tracks(url) != rows[i].tracks || link_is_short(url) != rows[i].is_short ||
			link_is_odd(url) != rows[i].odd ||
			link_is_mistyped(url) != rows[i].mistyped)
			fail_msg("'%s': %d %d %d %d", rows[i].url, link_tracks(url),
				link_is_short(url), link_is_odd(url), link_is_mistyped(url));
	}
}

static void
addresses_are_found_in_running_text(void **state)
{
	struct str rest =
		STR("See https://a.example/x, (http://b.example/y_(z)) and httpx, http:/no "
		    "<https://c.example/?a=1&b=2>. [7] https://d.example/u/\1t\n"
		    "\"https://e.example\" https://f.example/.");
	static const char *const want[] = { "https://a.example/x", "http://b.example/y_(z",
		"https://c.example/?a=1&b=2", "https://d.example/u/", "https://e.example",
		"https://f.example/" };
	struct str url;

	(void)state;
	for (size_t i = 0; i < COUNT(want); i++) {
		assert_true(link_next(&rest, &url));
		assert_str(url, want[i]);
	}
	assert_false(link_next(&rest, &url));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_tells_what_is_odd_about_it),
		cmocka_unit_test(addresses_are_found_in_running_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
