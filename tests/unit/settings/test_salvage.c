#include "settings/salvage.h"

#include "test.h"

#define PAPER                                                                                      \
	"publication:\n  name: P\n  url: https://post.example\n  postal_address: A Street 1\n"     \
	"sender: {from: P <p@post.example>}\n"
#define RELAYS "relays:\n- url: smtp://127.0.0.1:2525\n"
#define DAILY "daily:\n  alert: e@desk.example\n"

static void
what_stands_beside_does_not_matter(void **state)
{
	static const char *const rows[] = {
		PAPER RELAYS DAILY,
		"\xef\xbb\xbf" PAPER RELAYS DAILY,
		"---\n" PAPER RELAYS "# a note\n" DAILY "...\n",
		"bogus: 1\n" PAPER "dkim: [{\n" RELAYS "send: 'open\n" DAILY "web: }\n",
		PAPER "relays: [\n  {url: 'smtp://127.0.0.1:2525'}\n]\nweb: 1\n" DAILY "web: 2\n",
		"web:\r\n  listen: x\r\n" PAPER RELAYS DAILY,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct settings s;
		struct err e;

		if (settings_salvage(str_of(rows[i]), "f.yaml", &a, &s, &e) < 0)
			fail_msg("row %zu: %s", i, e.text);
		assert_string_equal(s.daily.alert, "e@desk.example");
		assert_string_equal(s.sender.from_email, "p@post.example");
		assert_int_equal(s.relay_count, 1);
		assert_string_equal(s.relays[0].url, "smtp://127.0.0.1:2525");
		arena_free(&a);
	}
}

static void
what_is_wrong_in_them_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ PAPER DAILY, "f.yaml: there is no section relays" },
		{ PAPER "relay:\n- url: smtp://127.0.0.1:2525\n" DAILY,
			"f.yaml: there is no section relays" },
		{ "web: [\n" PAPER "relays:\n- url: nowhere\n" DAILY, "f.yaml:8: relays[0].url" },
		{ PAPER RELAYS "daily: {alert: nobody}\n", "f.yaml:8: daily.alert" },
		{ RELAYS DAILY, "f.yaml:1: publication.name is missing" },
		{ PAPER RELAYS RELAYS DAILY, "f.yaml:8: " },
		{ "{" PAPER, "f.yaml: there is no section relays" },
		{ PAPER DAILY "broken:\n  relays: 1\n", "f.yaml: there is no section relays" },
		{ "", "f.yaml: there is no section relays" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct settings s;
		struct err e;

		assert_int_equal(settings_salvage(str_of(rows[i].text), "f.yaml", &a, &s, &e), -1);
		assert_int_equal(e.code, ERR_CONFIG);
		if (!str_starts(str_of(e.text), str_of(rows[i].want)))
			fail_msg("row %zu: %s", i, e.text);
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stands_beside_does_not_matter),
		cmocka_unit_test(what_is_wrong_in_them_is_refused_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
