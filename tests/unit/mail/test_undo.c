#include "mail/undo.h"

#include "mail/encode.h"
#include "test.h"

static void
qp_is_taken_back_strictly(void **state)
{
	static const struct {
		const char *in, *want; /* NULL: refused */
	} rows[] = {
		{ "", "" },
		{ "a=41b\r\n", "aAb\n" },
		{ "one=\r\nline\r\n", "oneline\n" },
		{ "=C3=A9\r\n\r\nx\r\n", "\xc3\xa9\n\nx\n" },
		{ "a=3D\r\n", "a=\n" },
		{ "a=3d\r\n", NULL },
		{ "a=4\r\n", NULL },
		{ "a=\n", NULL },
		{ "a\n", NULL },
		{ "a", NULL },
		{ "blank \r\n", NULL },
		{ "blank \t=\r\n", "blank \t" },
		{ "\xc3\xa9\r\n", NULL },
		{ "a\rb\r\n", NULL },
		{ "a=4=\r\n", NULL },
		{ "0123456789012345678901234567890123456789012345678901234567890123456789012345\r"
		  "\n",
			"01234567890123456789012345678901234567890123456789012345678901234567890123"
			"45"
			"\n" },
		{ "01234567890123456789012345678901234567890123456789012345678901234567890123456"
		  "\r\n",
			NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *why;
		size_t line;
		struct buf b;

		buf_init(&b, 4096);
		if (undo_qp(str_of(rows[i].in), &b, &why, &line) != (rows[i].want != NULL))
			fail_msg("'%s'", rows[i].in);
		if (rows[i].want)
			assert_str(buf_str(&b), rows[i].want);
		buf_free(&b);
	}
}

static void
says_which_line_is_wrong(void **state)
{
	const char *why;
	size_t line;
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	assert_false(undo_qp(STR("a\r\nb\r\n=x\r\n"), &b, &why, &line));
	assert_int_equal(line, 3);
	buf_free(&b);
}

static void
base64_is_taken_back_strictly(void **state)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "", "" },
		{ "YWJj\r\n", "abc" },
		{ "YWI=\r\n", "ab" },
		{ "YQ==\r\n", "a" },
		{ "YWJj\r\nYQ==\r\n", "abca" },
		{ "YQ\r\n", NULL },
		{ "YR==\r\n", NULL },
		{ "YWJ=\r\n", NULL },
		{ "YQ==YWJj\r\n", NULL },
		{ "YQ==\r\nYWJj\r\n", NULL },
		{ "Y===\r\n", NULL },
		{ "====\r\n", NULL },
		{ "YW-_\r\n", NULL },
		{ "YWJj\n", NULL },
		{ "YW Jj\r\n", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *why;
		size_t line;
		struct buf b;

		buf_init(&b, 4096);
		if (undo_base64(str_of(rows[i].in), &b, &why, &line) != (rows[i].want != NULL))
			fail_msg("'%s'", rows[i].in);
		if (rows[i].want)
			assert_str(buf_str(&b), rows[i].want);
		buf_free(&b);
	}
}

static void
encoded_words_are_taken_back_strictly(void **state)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "plain words", "plain words" },
		{ "=?UTF-8?Q?caf=C3=A9?=", "caf\xc3\xa9" },
		{ "=?utf-8?b?Y2Fmw6k=?=", "caf\xc3\xa9" },
		{ "=?UTF-8?Q?a_b?= =?UTF-8?Q?_c?=", "a b c" },
		{ "=?UTF-8?Q?a?=\r\n =?UTF-8?Q?b?=", "ab" },
		{ "x =?UTF-8?Q?a?= y", "x a y" },
		{ "folded\r\n here", "folded here" },
		{ "=?UTF-8?Q?half=C3?=", NULL },
		{ "=?ISO-8859-1?Q?a?=", NULL },
		{ "=?UTF-8?X?a?=", NULL },
		{ "=?UTF-8?Q?a b?=", NULL },
		{ "=?UTF-8?Q?"
		  "?=",
			NULL },
		{ "x=?UTF-8?Q?a?=", NULL },
		{ "\"=?UTF-8?Q?a?=\"", NULL },
		{ "=?UTF-8?Q?a", NULL },
		{ "=?UTF-8?Q?aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?=",
			NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *why;
		struct buf b;

		buf_init(&b, 4096);
		if (undo_words(str_of(rows[i].in), &b, &why) != (rows[i].want != NULL))
			fail_msg("'%s'", rows[i].in);
		if (rows[i].want)
			assert_str(buf_str(&b), rows[i].want);
		buf_free(&b);
	}
}

static void
what_we_encode_comes_back(void **state)
{
	static const char *const rows[] = { "plain\n", "From here\n.\n..\n",
		"caf\xc3\xa9 \n\n  x\n",
		"\xf0\x9f\x93\xb0 a very long line that goes on and on, so that it must be broken "
		"somewhere, and then once more, until it ends\n",
		"=41 and = and tabs\t\n" };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *why;
		size_t line;
		struct buf there, back;

		buf_init(&there, 4096);
		buf_init(&back, 4096);
		encode_qp(str_of(rows[i]), &there);
		if (!undo_qp(buf_str(&there), &back, &why, &line))
			fail_msg("%s, line %zu of '%s'", why, line, buf_z(&there));
		assert_str(buf_str(&back), rows[i]);
		buf_clear(&there);
		buf_clear(&back);
		encode_base64(str_of(rows[i]), &there);
		assert_true(undo_base64(buf_str(&there), &back, &why, &line));
		assert_str(buf_str(&back), rows[i]);
		buf_free(&there);
		buf_free(&back);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(qp_is_taken_back_strictly),
		cmocka_unit_test(says_which_line_is_wrong),
		cmocka_unit_test(base64_is_taken_back_strictly),
		cmocka_unit_test(encoded_words_are_taken_back_strictly),
		cmocka_unit_test(what_we_encode_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
