#include "mail/header.h"

#include <string.h>

#include "base/text.h"
#include "test.h"

#define TEN "ten chars "

static void
text_is_folded_or_encoded(void **state)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "Hello", "Subject: Hello\r\n" },
		{ "", "Subject: \r\n" },
		{ "caf\xc3\xa9", "Subject: =?UTF-8?Q?caf=C3=A9?=\r\n" },
		{ "=?utf-8?q?fake?=", "Subject: =?UTF-8?Q?=3D=3Futf-8=3Fq=3Ffake=3F=3D?=\r\n" },
		{ "\xe6\x97\xa5\xe6\x9c\xac", "Subject: =?UTF-8?B?5pel5pys?=\r\n" },
		{ TEN TEN TEN TEN TEN TEN TEN "end",
			"Subject: " TEN TEN TEN TEN TEN TEN "ten chars\r\n end\r\n" },
	};
	struct buf b;

	(void)state;
	buf_init(&b, 10000);
	for (size_t i = 0; i < COUNT(rows); i++) {
		buf_clear(&b);
		header_text(&b, "Subject", str_of(rows[i].in));
		assert_string_equal(buf_z(&b), rows[i].want);
	}
	buf_free(&b);
}

static void
check_lines(struct str s)
{
	struct str line;

	while (str_line(&s, &line)) {
		struct str rest = line, word;

		if (line.n > 78)
			fail_msg("a line of %zu: %.*s", line.n, STR_ARG(line));
		while (str_split(&rest, ' ', &word))
			if (str_starts(word, STR("=?")) && (word.n > 75 || line.n > 76))
				fail_msg("an encoded word too long: %.*s", STR_ARG(word));
	}
}

static void
long_and_strange_subjects_stay_within_their_lines(void **state)
{
	static const char *const units[] = { "\xf0\x9f\x9a\x80", "\xc3\xa9", "\xe6\x97\xa5",
		"a\xc3\xa9 ", "\xf0\x90\x8d\x88x", "word ", "x", "\"" };
	struct buf text, out;
	struct arena a = { 0 };

	(void)state;
	buf_init(&text, 1 << 20);
	buf_init(&out, 1 << 20);
	for (size_t k = 0; k < COUNT(units); k++)
		for (int n = 1; n < 90; n++) {
			buf_clear(&text);
			buf_clear(&out);
			for (int i = 0; i < n; i++)
				buf_addz(&text, units[k]);
			header_text(&out, "Subject", text_clean(buf_str(&text), &a));
			check_lines(buf_str(&out));
			buf_clear(&out);
			header_mailbox(&out, "From", text_clean(buf_str(&text), &a),
				STR("news@example.org"));
			check_lines(buf_str(&out));
		}
	buf_clear(&out);
	buf_fill(&text, 'x', 10000);
	header_text(&out, "Subject", buf_str(&text));
	check_lines(buf_str(&out));
	buf_free(&text);
	buf_free(&out);
	arena_free(&a);
}

static void
names_are_written_as_what_they_are(void **state)
{
	static const struct {
		const char *name, *want;
	} rows[] = {
		{ "", "To: <a@b.example>\r\n" },
		{ "Ann", "To: Ann <a@b.example>\r\n" },
		{ "Ann Lee", "To: Ann Lee <a@b.example>\r\n" },
		{ "Lee, Ann", "To: \"Lee, Ann\" <a@b.example>\r\n" },
		{ "A. \"B\" C\\", "To: \"A. \\\"B\\\" C\\\\\" <a@b.example>\r\n" },
		{ "Zo\xc3\xab", "To: =?UTF-8?Q?Zo=C3=AB?= <a@b.example>\r\n" },
		{ "x@y", "To: \"x@y\" <a@b.example>\r\n" },
	};
	struct buf b;

	(void)state;
	buf_init(&b, 10000);
	for (size_t i = 0; i < COUNT(rows); i++) {
		buf_clear(&b);
		header_mailbox(&b, "To", str_of(rows[i].name), STR("a@b.example"));
		assert_string_equal(buf_z(&b), rows[i].want);
	}
	buf_free(&b);
}

static void
uris_are_folded_after_the_comma_and_never_encoded(void **state)
{
	const struct str items[] = {
		STR("<https://post.example/u/"
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa>"),
		STR("<mailto:x@y.example>")
	};
	struct buf b;

	(void)state;
	buf_init(&b, 10000);
	header_items(&b, "List-Unsubscribe", items, 2, ",");
	assert_string_equal(buf_z(&b), "List-Unsubscribe: "
				       "<https://post.example/u/"
				       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
				       "aaaaaaaaaaa>,\r\n <mailto:x@y.example>\r\n");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_folded_or_encoded),
		cmocka_unit_test(long_and_strange_subjects_stay_within_their_lines),
		cmocka_unit_test(names_are_written_as_what_they_are),
		cmocka_unit_test(uris_are_folded_after_the_comma_and_never_encoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
