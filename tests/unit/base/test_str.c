#include "base/str.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

static void
compares_bytes(void **state)
{
	const struct str none = { 0 };

	(void)state;
	assert_true(str_eq(none, STR("")) && str_eq(str_of(NULL), none));
	assert_true(
		str_eqz(STR("a"), "a") && !str_eqz(STR("a"), "ab") && !str_eqz(STR("a\0b"), "a"));
	assert_true(
		str_ieq(STR("Post"), STR("pOST")) && !str_ieq(STR("\xc3\x84"), STR("\xc3\xa4")));
	assert_false(str_ieq(STR("@"), STR("`")));
	assert_true(str_starts(STR("abc"), STR("")) && str_starts(STR("abc"), STR("abc")));
	assert_false(str_starts(STR("ab"), STR("abc")));
	assert_true(str_ends(STR("abc"), STR("bc")) && !str_ends(STR("bc"), STR("abc")));
	assert_true(str_cmp(STR("a"), STR("ab")) < 0 && str_cmp(STR("b"), STR("ab")) > 0);
	assert_true(str_cmp(STR("\xff"), STR("a")) > 0 && str_cmp(none, STR("")) == 0);
}

static void
takes_pieces_that_are_there(void **state)
{
	const struct str s = STR("morning");

	(void)state;
	assert_str(str_from(s, 4), "ing");
	assert_str(str_from(s, 7), "");
	assert_str(str_from(s, 100), "");
	assert_str(str_sub(s, 1, 3), "orn");
	assert_str(str_sub(s, 4, 100), "ing");
	assert_str(str_sub(s, 100, 1), "");
	assert_str(str_trim(STR(" \t\r\n a b \n")), "a b");
	assert_str(str_trim(STR(" \n ")), "");
	assert_int_equal(str_find(s, 'n'), 3);
	assert_int_equal(str_find(s, 'x'), -1);
	assert_int_equal(str_find_str(s, STR("ing")), 4);
	assert_int_equal(str_find_str(s, STR("")), 0);
	assert_int_equal(str_find_str(s, STR("mornings")), -1);
}

/* What comes of it, with a bar behind each piece. */
static void
join(char *out, struct str s, bool lines)
{
	struct str rest = s, piece;

	*out = '\0';
	while (lines ? str_line(&rest, &piece) : str_split(&rest, ',', &piece))
		sprintf(out + strlen(out), "%.*s|", STR_ARG(piece));
}

static void
splits_at_separators_and_lines(void **state)
{
	static const struct {
		struct str in;
		bool lines;
		const char *want;
	} rows[] = {
		{ STR_INIT(""), false, "" },
		{ STR_INIT("a"), false, "a|" },
		{ STR_INIT("a,,b"), false, "a||b|" },
		{ STR_INIT(","), false, "|" },
		{ STR_INIT("a,"), false, "a|" },
		{ STR_INIT(""), true, "" },
		{ STR_INIT("a\nb"), true, "a|b|" },
		{ STR_INIT("a\r\nb\n"), true, "a|b|" },
		{ STR_INIT("\n\n"), true, "||" },
		{ STR_INIT("a\rb\r\n"), true, "a\rb|" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char got[100];

		join(got, rows[i].in, rows[i].lines);
		assert_string_equal(got, rows[i].want);
	}
}

static void
reads_whole_numbers_within_their_limit(void **state)
{
	static const char *const bad[] = { "", " 1", "1 ", "+1", "-1", "1.0", "0x1", "1e3", "101",
		"18446744073709551616", "99999999999999999999999", "\xd9\xa1" };
	uint64_t n;

	(void)state;
	assert_true(str_u64(STR("0"), 100, &n) && n == 0);
	assert_true(str_u64(STR("100"), 100, &n) && n == 100);
	assert_true(str_u64(STR("007"), 100, &n) && n == 7);
	assert_true(str_u64(STR("18446744073709551615"), UINT64_MAX, &n) && n == UINT64_MAX);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (str_u64(str_of(bad[i]), 100, &n))
			fail_msg("'%s' is a number", bad[i]);
}

static void
knows_hexadecimal_digits(void **state)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	static const char others[] = "/:@G`g \xff";

	(void)state;
	for (int i = 0; i < 32; i++)
		assert_int_equal(str_hex_digit(digits[i]), i % 16);
	for (size_t i = 0; i < sizeof others; i++)
		assert_int_equal(str_hex_digit(others[i]), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_bytes),
		cmocka_unit_test(takes_pieces_that_are_there),
		cmocka_unit_test(splits_at_separators_and_lines),
		cmocka_unit_test(reads_whole_numbers_within_their_limit),
		cmocka_unit_test(knows_hexadecimal_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
