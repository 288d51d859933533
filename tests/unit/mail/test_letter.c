#include "mail/letter.h"

#include <string.h>

#include "mail/message.h"
#include "test.h"

static const struct letter_values ann = {
	.name = { "Ann <&> Lee", 11 },
	.email = { "ann@example.org", 15 },
	.email_shown = { "ann@example.org", 15 },
	.message_id = { "<id@example.org>", 16 },
	.date = { "Sat, 14 Feb 2026 06:00:00 +0000", 31 },
	.token = { "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"
		   "f0123456789abcdef0123456789abcde",
		111 },
};

#define X20 "xxxxxxxxxxxxxxxxxxxx"
#define X80 X20 X20 X20 X20
#define X200 X80 X80 X20 X20

static const struct {
	struct str bytes;
	const char *why; /* NULL: good */
} rows[] = {
	{ STR_INIT("To: \1o\r\n\r\nbody\r\n"), NULL },
	{ STR_INIT("To: \1o\r\n\r\n\1n=\r\n\r\n"), NULL },
	{ STR_INIT("A: b\r\n"), "no empty line" },
	{ STR_INIT("A: b\r\n\r\nx"), "CR LF" },
	{ STR_INIT("A: b\n\r\n"), "0x0a" },
	{ STR_INIT("A: b\r\n\r\n.x\r\n"), "dot" },
	{ STR_INIT("A: b\r\n\r\ncaf\xc3\xa9\r\n"), "0xc3" },
	{ STR_INIT("A: b\r\n\r\na\0b\r\n"), "0x00" },
	{ STR_INIT("A: b\r\n\r\na\rb\r\n"), "0x0d" },
	{ STR_INIT("A: \1n\r\n\r\n"), "may not be" },
	{ STR_INIT("A: b\r\n\r\n\1o=\r\n"), "may not be" },
	{ STR_INIT("A: b\r\n\r\nDear \1n=\r\n"), "not alone" },
	{ STR_INIT("A: b\r\n\r\n\1z=\r\n"), "may not be" },
	{ STR_INIT("A: b\r\n\r\n\1"), "CR LF" },
	/* 998 at the most, once the link is in it */
	{ STR_INIT("A: " X200 X200 X200 X200 "\1t\r\n\r\n"), NULL },
	{ STR_INIT("A: " X200 X200 X200 X200 X80 "\1t\r\n\r\n"), NULL },
	{ STR_INIT("A: " X200 X200 X200 X200 X80 "xxx\1t\r\n\r\n"), "more than 998" },
	{ STR_INIT("A: " X200 X200 X200 X80 "\1m\r\n\r\n"), "more than 998" },
	{ STR_INIT("A: b\r\n\r\n" X200 X200 X200 X200 X200 "\r\n"), "more than 998" },
};

static void
only_what_may_go_out_is_frozen(void **state)
{
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct letter l;
		struct err e = { 0 };
		int status = letter_freeze(rows[i].bytes, &a, &l, &e);

		if ((status == 0) != !rows[i].why || (status < 0 && !strstr(e.text, rows[i].why)))
			fail_msg("row %zu: %s", i, status < 0 ? e.text : "frozen");
	}
	arena_free(&a);
}

static struct letter
make(struct arena *a)
{
	struct message m = { .from_name = STR("The Morning Post"),
		.from_email = STR("news@post.example"),
		.subject = STR("Good morning"),
		.list_name = STR("The Morning Post"),
		.list_id = STR("post.example"),
		.unsubscribe_url = STR("https://post.example/u/"),
		.unsubscribe_mailto = STR("bounce@post.example"),
		.archived_at = STR("https://post.example/issues/2026-02-14"),
		.one_click = true,
		.text = STR("Dear \1n,\n\nFrom here\n.dot\nhttps://post.example/u/\1t\n"),
		.html = STR("<p>Dear \1N</p><a href=\"https://post.example/u/\1t\">leave</a>\n") };
	struct letter l;
	struct err e = { 0 };

	if (message_freeze(&m, a, &l, &e) < 0)
		fail_msg("%s", e.text);
	return l;
}

static void
a_filled_letter_has_legal_lines_and_the_values_escaped_for_their_place(void **state)
{
	struct arena a = { 0 };
	struct letter l = make(&a);
	struct str rest, line;
	struct buf b;
	struct err e;

	(void)state;
	buf_init(&b, 1 << 20);
	assert_int_equal(letter_fill(&l, &ann, &b, &e), 0);
	assert_true(
		str_find_str(buf_str(&b), STR("To: \"Ann <&> Lee\" <ann@example.org>\r\n")) >= 0);
	assert_true(str_find_str(buf_str(&b), STR("Dear =\r\nAnn <&> Lee=\r\n,")) >= 0);
	assert_true(str_find_str(buf_str(&b), STR("Ann &lt;&amp;&gt; Lee=\r\n")) >= 0);
	assert_true(str_find_str(buf_str(&b), STR("=46rom here\r\n=2Edot")) >= 0);
	assert_true(str_find(buf_str(&b), '\1') < 0);
	for (rest = buf_str(&b); str_line(&rest, &line);)
		assert_true(line.n <= 998 && (line.n == 0 || line.p[0] != '.'));
	buf_free(&b);
	arena_free(&a);
}

static void
values_that_could_write_headers_are_refused(void **state)
{
	static const char *const bad[] = { "a\r\nBcc: x", "a\nb", "a\rb", "a\tb", "a\x7f" };
	struct arena a = { 0 };
	struct letter l = make(&a);
	struct buf b;
	struct err e;

	(void)state;
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct letter_values v = ann;

		v.name = str_of(bad[i]);
		assert_int_equal(letter_fill(&l, &v, &b, &e), -1);
		v = ann;
		v.email = str_of(bad[i]);
		assert_int_equal(letter_fill(&l, &v, &b, &e), -1);
		v = ann;
		v.token = str_of(bad[i]);
		assert_int_equal(letter_fill(&l, &v, &b, &e), -1);
	}
	struct letter_values none = ann;

	none.token = (struct str){ 0 };
	assert_int_equal(letter_fill(&l, &none, &b, &e), -1);
	buf_free(&b);
	arena_free(&a);
}

static void
who_has_no_name_is_a_reader(void **state)
{
	struct arena a = { 0 };
	struct letter l = make(&a);
	struct letter_values v = ann;
	struct buf b;
	struct err e;

	(void)state;
	buf_init(&b, 1 << 20);
	v.name = (struct str){ 0 };
	assert_int_equal(letter_fill(&l, &v, &b, &e), 0);
	assert_true(str_find_str(buf_str(&b), STR("To: <ann@example.org>\r\n")) >= 0);
	assert_true(str_find_str(buf_str(&b), STR("Dear =\r\nreader=\r\n")) >= 0);
	buf_clear(&b);
	assert_int_equal(letter_blank(&l, ann.date, &b, &e), 0);
	assert_true(str_find_str(buf_str(&b), STR("ann@")) < 0);
	buf_free(&b);
	arena_free(&a);
}

static void
the_same_content_has_the_same_hash(void **state)
{
	struct arena a = { 0 };
	struct letter x = make(&a), y = make(&a), z;
	char one[65], two[65];
	struct err e;

	(void)state;
	letter_hash(&x, one);
	letter_hash(&y, two);
	assert_string_equal(one, two);
	assert_int_equal(letter_freeze(STR("A: b\r\n\r\n"), &a, &z, &e), 0);
	letter_hash(&z, two);
	assert_string_not_equal(one, two);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_may_go_out_is_frozen),
		cmocka_unit_test(
			a_filled_letter_has_legal_lines_and_the_values_escaped_for_their_place),
		cmocka_unit_test(values_that_could_write_headers_are_refused),
		cmocka_unit_test(who_has_no_name_is_a_reader),
		cmocka_unit_test(the_same_content_has_the_same_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
