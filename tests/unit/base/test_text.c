#include "base/text.h"

#include "test.h"

#define ZWJ "\xe2\x80\x8d"
#define FAMILY "\xf0\x9f\x91\xa9" ZWJ "\xf0\x9f\x91\xa7"

static void
width_is_what_a_terminal_draws(void **state)
{
	static const struct {
		const char *in;
		size_t want;
	} rows[] = {
		{ "", 0 },
		{ "abc", 3 },
		{ "na\xc3\xafve", 5 },
		{ "nai\xcc\x88ve", 5 },
		{ "\xe6\x97\xa5\xe6\x9c\xac", 4 },
		{ "\xf0\x9f\x9a\x80", 2 },
		{ FAMILY, 2 },
		{ "\xe2\x80\xa6", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (text_width(str_of(rows[i].in)) != rows[i].want)
			fail_msg("'%s' is %zu wide", rows[i].in, text_width(str_of(rows[i].in)));
}

static void
what_strangers_wrote_comes_out_as_one_harmless_line(void **state)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "plain", "plain" },
		{ "  two\t words \r\n", "two words" },
		{ "Bcc:\r\nx@y", "Bcc: x@y" },
		{ "a\x01"
		  "b\x7f"
		  "c",
			"a b c" },
		{ "e\xcc\x81t\xc3\xa9", "\xc3\xa9t\xc3\xa9" },
		{ "bad \xff byte", "bad \xef\xbf\xbd byte" },
		{ "\xe2\x80\xae"
		  "evil",
			"evil" },
		{ "zero\xe2\x80\x8bwidth", "zerowidth" },
		{ "\xef\xbb\xbf"
		  "bom",
			"bom" },
		{ "a\xe2\x80\x8d"
		  "b",
			"ab" },
		{ FAMILY, FAMILY },
		{ "line\xe2\x80\xa8sep", "line sep" },
		{ "nb\xc2\xa0sp", "nb sp" },
		{ "c1\xc2\x9bx", "c1 x" },
		{ "tag\xf3\xa0\x81\x81", "tag" },
		{ "", "" },
		{ " \n ", "" },
		{ "\xe2\x84\xaa\xe2\x80\x8d\xf0\x9f\x91\xa9", "K\xf0\x9f\x91\xa9" },
		{ "e\xe2\x80\x8b\xcc\x81\xe2\x80\x8d\xf0\x9f\x91\xa9", "\xc3\xa9\xf0\x9f\x91\xa9" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_str(text_clean(str_of(rows[i].in), &a), rows[i].want);
		assert_true(text_is_clean(str_of(rows[i].want)));
		assert_int_equal(text_is_clean(str_of(rows[i].in)),
			str_eqz(str_of(rows[i].in), rows[i].want));
	}
	arena_free(&a);
}

static void
a_cut_falls_before_a_word_and_never_within_a_character(void **state)
{
	static const struct {
		const char *in;
		size_t columns;
		const char *want;
	} rows[] = {
		{ "short", 10, "short" },
		{ "one two three four", 10, "one two\xe2\x80\xa6" },
		{ "one two, three four", 10, "one two\xe2\x80\xa6" },
		{ "one two. Three four", 10, "one two\xe2\x80\xa6" },
		{ "one two - three four", 12, "one two\xe2\x80\xa6" },
		{ "one two (three four)", 12, "one two\xe2\x80\xa6" },
		{ "one self- and other", 12, "one self-\xe2\x80\xa6" },
		{ "unbreakablewordthatislong", 10, "unbreakab\xe2\x80\xa6" },
		{ "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 4, "\xe6\x97\xa5\xe2\x80\xa6" },
		{ FAMILY FAMILY FAMILY, 5, FAMILY FAMILY "\xe2\x80\xa6" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_str(text_cut(str_of(rows[i].in), rows[i].columns, &a), rows[i].want);
	/* Of what is not looked at, not half of a character either. */
	assert_str(text_excerpt(STR("ab\xe6\x97\xa5"), 4, 10, &a), "ab");
	assert_str(text_excerpt(STR("ab\xe6\x97\xa5"), 5, 10, &a), "ab\xe6\x97\xa5");
	assert_str(
		text_excerpt(STR("\x01 one  two three four"), 100, 10, &a), "one two\xe2\x80\xa6");
	arena_free(&a);
}

static void
wrapping_counts_columns_and_leaves_long_words_whole(void **state)
{
	static const struct {
		const char *in, *first, *rest, *want;
	} rows[] = {
		{ "one two three", "", "", "one two\nthree\n" },
		{ "one  two\nthree", "- ", "  ", "- one two\n  three\n" },
		{ "averyveryverylongword x", "", "", "averyveryverylongword\nx\n" },
		{ "\xe6\x97\xa5\xe6\x9c\xac \xe6\x97\xa5\xe6\x9c\xac x", "", "",
			"\xe6\x97\xa5\xe6\x9c\xac \xe6\x97\xa5\xe6\x9c\xac\nx\n" },
		{ "", "> ", "> ", "> \n" },
		/* Chinese and Japanese have no blanks: a line ends between two characters, never before
		 * a full stop, and not within a word of letters. */
		{ "日本語日本語", "", "", "日本語日\n本語\n" },
		{ "日本語日本語", "- ", "  ", "- 日本語\n  日本語\n" },
		{ "ab 日本語。日本", "", "", "ab 日本\n語。日本\n" },
		{ "日本語日。本", "", "", "日本語\n日。本\n" },
		{ "日本GitHub", "", "", "日本\nGitHub\n" },
		{ "https://example.org/日", "", "", "https://example.org/日\n" },
	};
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	for (size_t i = 0; i < COUNT(rows); i++) {
		buf_clear(&b);
		text_wrap(str_of(rows[i].in), 9, str_of(rows[i].first), str_of(rows[i].rest), &b);
		assert_str(buf_str(&b), rows[i].want);
	}
	buf_free(&b);
}

static void
html_and_urls_are_escaped_for_their_place(void **state)
{
	struct arena a = { 0 };
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	text_html(STR("<a href=\"x\">&'</a>"), &b);
	assert_str(buf_str(&b), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;&lt;/a&gt;");
	buf_clear(&b);
	text_url(STR("a b/\xc3\xa9~-._"), &b);
	assert_str(buf_str(&b), "a%20b%2F%C3%A9~-._");
	assert_str(text_tidy_url(STR("https://a.example/b c?d=\"\xc3\xa9\"&e=%20#<f>\n"), &a),
		"https://a.example/b%20c?d=%22%C3%A9%22&e=%20#%3Cf%3E%0A");
	buf_free(&b);
	arena_free(&a);
}

static void
mixed_scripts_are_noticed(void **state)
{
	(void)state;
	assert_false(text_mixes_scripts(STR("Morning Post \xe6\x97\xa5")));
	assert_true(text_mixes_scripts(STR("p\xd0\xb0ypal")));
}

static void
languages_have_a_direction(void **state)
{
	(void)state;
	assert_string_equal(text_direction("en"), "ltr");
	assert_string_equal(text_direction("de-AT"), "ltr");
	assert_string_equal(text_direction(""), "ltr");
	assert_string_equal(text_direction("ar"), "rtl");
	assert_string_equal(text_direction("HE-IL"), "rtl");
	assert_string_equal(text_direction("arn"), "ltr");
}

static void
the_first_letter_says_which_way_words_run(void **state)
{
	static const struct {
		struct str in;
		bool rtl;
	} rows[] = {
		{ STR_INIT(""), false },
		{ STR_INIT("123, 45."), false },
		{ STR_INIT("words \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d"), false },
		{ STR_INIT("\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d words"), true },
		{ STR_INIT("\"3 \xd8\xa7\xd9\x84"), true },
		{ STR_INIT("\xe6\x97\xa5\xd7\xa9"), false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (text_is_right_to_left(rows[i].in) != rows[i].rtl)
			fail_msg("row %zu", i);
}

static void
web_addresses_are_told_by_their_scheme(void **state)
{
	(void)state;
	assert_int_equal(text_web_scheme(STR("https://a.example")), 8);
	assert_int_equal(text_web_scheme(STR("HTTP://")), 7);
	assert_int_equal(text_web_scheme(STR("http:/a")), 0);
	assert_int_equal(text_web_scheme(STR("httpss://a")), 0);
	assert_int_equal(text_web_scheme(STR("")), 0);
}

static void
a_character_is_put_as_it_is_read(void **state)
{
	static const uint32_t rows[] = { 0x1, 'a', 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x10000,
		0x10ffff };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint32_t c;
		struct buf b;

		buf_init(&b, 16);
		text_put(rows[i], &b);
		assert_int_equal(text_char(buf_str(&b), &c), b.n);
		assert_int_equal(c, rows[i]);
		buf_free(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_character_is_put_as_it_is_read),
		cmocka_unit_test(the_first_letter_says_which_way_words_run),
		cmocka_unit_test(web_addresses_are_told_by_their_scheme),
		cmocka_unit_test(width_is_what_a_terminal_draws),
		cmocka_unit_test(what_strangers_wrote_comes_out_as_one_harmless_line),
		cmocka_unit_test(a_cut_falls_before_a_word_and_never_within_a_character),
		cmocka_unit_test(wrapping_counts_columns_and_leaves_long_words_whole),
		cmocka_unit_test(html_and_urls_are_escaped_for_their_place),
		cmocka_unit_test(mixed_scripts_are_noticed),
		cmocka_unit_test(languages_have_a_direction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
