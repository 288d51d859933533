#include "base/log.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

static void
makes_one_harmless_line_of_anything(void **state)
{
	static const struct {
		struct str in;
		const char *want;
	} rows[] = {
		{ STR_INIT("550 5.1.1 no such user"), "550 5.1.1 no such user" },
		{ STR_INIT("Gr\xc3\xbc\xc3\x9f"
			   "e \xe6\x97\xa5 \xf0\x9f\xa6\x8a"),
			"Gr\xc3\xbc\xc3\x9f"
			"e \xe6\x97\xa5 \xf0\x9f\xa6\x8a" },
		{ STR_INIT("a\r\nforged: line"), "a\\x0d\\x0aforged: line" },
		{ STR_INIT("a\tb\0c"), "a\\x09b\\x00c" },
		{ STR_INIT("\x1b[31mred\x1b[0m"), "\\x1b[31mred\\x1b[0m" },
		{ STR_INIT("\x1b]52;c;cGFzc3dk\x07"), "\\x1b]52;c;cGFzc3dk\\x07" },
		{ STR_INIT("\x7f"), "\\x7f" },
		{ STR_INIT("c1 \x9b"
			   "31m"),
			"c1 \\x9b31m" },
		{ STR_INIT("c1 \xc2\x9b"
			   "31m"),
			"c1 \\xc2\\x9b31m" },
		{ STR_INIT("\xe2\x80\xae"
			   "evil\xe2\x81\xa9"),
			"\\xe2\\x80\\xaeevil\\xe2\\x81\\xa9" },
		{ STR_INIT("\xe2\x80\xa8\xe2\x80\xa9"), "\\xe2\\x80\\xa8\\xe2\\x80\\xa9" },
		{ STR_INIT("bad \xff\xc3("), "bad \\xff\\xc3(" },
		{ STR_INIT("half \xe6\x97"), "half \\xe6\\x97" },
		{ STR_INIT("\xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80"),
			"\\xc0\\xaf \\xed\\xa0\\x80 \\xf4\\x90\\x80\\x80" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char out[200];
		size_t n = log_escape(rows[i].in, out, sizeof out);

		assert_string_equal(out, rows[i].want);
		assert_int_equal(n, strlen(out));
	}
}

static void
cuts_never_within_a_character(void **state)
{
	const struct str s = STR("ab\xe6\x97\xa5\x01z");

	(void)state;
	for (size_t size = 1; size < 14; size++) {
		char *out = malloc(size);
		size_t n;

		assert_non_null(out);
		n = log_escape(s, out, size);
		assert_true(n < size && strlen(out) == n);
		assert_true(n == 0 || n == 1 || n == 2 || n == 5 || n == 9 || n == 10);
		free(out);
	}
}

static void
knows_how_long_a_character_is(void **state)
{
	static const struct {
		struct str in;
		size_t want;
	} rows[] = {
		{ STR_INIT(""), 0 },
		{ STR_INIT("a"), 1 },
		{ STR_INIT("\xc3\xbcx"), 2 },
		{ STR_INIT("\xe6\x97\xa5"), 3 },
		{ STR_INIT("\xf0\x9f\xa6\x8a"), 4 },
		{ STR_INIT("\xe6\x97"), 0 },
		{ STR_INIT("\x80"), 0 },
		{ STR_INIT("\xc0\x80"), 0 },
		{ STR_INIT("\xe0\x80\x80"), 0 },
		{ STR_INIT("\xed\xa0\x80"), 0 },
		{ STR_INIT("\xf0\x80\x80\x80"), 0 },
		{ STR_INIT("\xf5\x80\x80\x80"), 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(log_character(rows[i].in), rows[i].want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_one_harmless_line_of_anything),
		cmocka_unit_test(cuts_never_within_a_character),
		cmocka_unit_test(knows_how_long_a_character_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
