#include "mail/inspect.h"

#include <string.h>

#include "mail/message.h"
#include "test.h"

static const struct mime_picture picture = { .bytes = STR_INIT("\x89PNG"),
	.type = "image/png",
	.filename = STR_INIT("qr.png"),
	.cid = STR_INIT("qr@post.example") };

static const struct message plain = {
	.from_name = STR_INIT("The Post"),
	.from_email = STR_INIT("news@post.example"),
	.subject = STR_INIT("Caf\xc3\xa9s, and a subject so long that it must be folded: twice"),
	.list_name = STR_INIT("The Post"),
	.list_id = STR_INIT("post.example"),
	.unsubscribe_url = STR_INIT("https://post.example/u/"),
	.unsubscribe_mailto = STR_INIT("bounce@post.example"),
	.archived_at = STR_INIT("https://post.example/issues/2026-02-14"),
	.feedback_id = STR_INIT("issue:daily:post-example"),
	.one_click = true,
	.text = STR_INIT("Hello \1n.\n\nFrom here.\n"),
	.html = STR_INIT("<p>Hello \1N, caf\xc3\xa9.</p>\n"),
};

static struct str
filled(const struct message *m, struct arena *a)
{
	const struct letter_values v = { .name = STR("Ann \xc3\x84rm"),
		.email = STR("ann@b.example"),
		.email_shown = STR("ann@b.example"),
		.message_id = STR("<x@post.example>"),
		.date = STR("Sat, 14 Feb 2026 06:00:00 +0000"),
		.token = STR("TOKEN") };
	struct letter letter;
	struct err e = { 0 };
	struct str out;
	struct buf b;

	if (message_freeze(m, a, &letter, &e) < 0)
		fail_msg("%s", e.text);
	buf_init(&b, 1 << 20);
	if (letter_fill(&letter, &v, &b, &e) < 0)
		fail_msg("%s", e.text);
	out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return out;
}

static void
reads_what_we_write(void **state)
{
	struct arena a = { 0 };
	struct inspected m;
	struct err e = { 0 };

	(void)state;
	if (inspect_read(filled(&plain, &a), false, &a, &m, &e) < 0)
		fail_msg("%s", e.text);
	assert_str(m.subject, plain.subject.p);
	assert_str(m.to, "ann@b.example");
	assert_str(m.unsubscribe, "https://post.example/u/TOKEN");
	assert_int_equal(m.part_count, 2);
	assert_str(inspect_body(&m, "text/plain"), "Hello Ann \xc3\x84rm.\n\nFrom here.\n");
	assert_str(inspect_body(&m, "text/html"), "<p>Hello Ann \xc3\x84rm, caf\xc3\xa9.</p>\n");
	assert_true(str_starts(m.header, STR("Date: ")));
	assert_true(m.longest_line > 20 && m.longest_line <= 998);
	arena_free(&a);
}

static void
reads_pictures(void **state)
{
	static const struct {
		const char *html;
		const char *why; /* NULL: taken */
	} rows[] = {
		{ "<p><img src=\"cid:qr@post.example\"></p>\n", NULL },
		{ "<p>no picture</p>\n", "the picture qr@post.example is not shown" },
		{ "<img src=\"cid:qr@post.example\"><img src=\"cid:other\">\n",
			"the picture other is not there" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct message with = plain;
		struct arena a = { 0 };
		struct inspected m;
		struct err e = { 0 };
		int status;

		with.html = str_of(rows[i].html);
		with.pictures = &picture;
		with.picture_count = 1;
		status = inspect_read(filled(&with, &a), false, &a, &m, &e);
		if (rows[i].why) {
			assert_int_equal(status, -1);
			assert_string_equal(e.text, rows[i].why);
		} else {
			if (status < 0)
				fail_msg("%s", e.text);
			assert_int_equal(m.part_count, 3);
			assert_str(m.parts[2].content_id, "qr@post.example");
			assert_str(m.parts[2].body, "\x89PNG");
		}
		arena_free(&a);
	}
}

/* The first `from` of a good message as `to`. */
static struct str
spoiled(struct str good, const char *from, const char *to, struct arena *a)
{
	ptrdiff_t at = str_find_str(good, str_of(from));

	if (at < 0)
		fail_msg("there is no '%s'", from);
	return str_of(arena_printf(a, "%.*s%s%.*s", STR_ARG(str_sub(good, 0, (size_t)at)), to,
		STR_ARG(str_from(good, (size_t)at + strlen(from)))));
}

/* A paper that is tried on a machine without TLS. */
static void
reads_http(void **state)
{
	struct arena a = { 0 };
	struct inspected m;
	struct err e = { 0 };
	struct str bytes = spoiled(filled(&plain, &a), "<https://post.example/u/TOKEN>",
		"<http://post.example/u/TOKEN>", &a);

	(void)state;
	if (inspect_read(bytes, false, &a, &m, &e) < 0)
		fail_msg("%s", e.text);
	assert_str(m.unsubscribe, "http://post.example/u/TOKEN");
	arena_free(&a);
}

static void
refuses_what_is_not_right(void **state)
{
	static const struct {
		const char *from, *to, *why;
	} rows[] = {
		{ "\r\n", "\n", "does not end in CR LF" },
		{ "Hello =", "Hel\rlo =", "control character" },
		{ "Hello =", "Hello \1n=", "control character" },
		{ "Hello =", "H\xc3\xa9llo =", "more than seven bits" },
		{ "=46rom here", "From here", "begins with 'From '" },
		{ "Hello =", ".Hello =", "begins with a dot" },
		{ "Date: Sat, 14 Feb 2026", "Date: Sat, 31 Feb 2026", "header Date: no date" },
		{ "Date: ", "Date:", "no blank is behind its colon" },
		{ "Date: ", "Date : ", "a name that is none" },
		{ "Date: ", "Dated: ", "there is no header Date" },
		{ "Feedback-ID: ", "Date: ", "header Date: it is there twice" },
		{ "Feedback-ID: ", "Bcc: ", "header Bcc: a field that has no place" },
		{ "Feedback-ID: ", "Return-Path: ", "header Return-Path" },
		{ "Feedback-ID: issue:daily:post-example", "Feedback-ID: ", "it is empty" },
		{ "<ann@b.example>", "<ann@b.example>, <bob@b.example>", "more than one address" },
		{ "<ann@b.example>", "ann@b.example", "no address in angle brackets" },
		{ "<ann@b.example>", "<ann>", "an address that is none" },
		{ "<x@post.example>", "x@post.example", "header Message-ID" },
		{ "=?UTF-8?Q?Caf=C3", "=?UTF-8?Q?Caf=C3=C3", "header Subject" },
		{ "<https://post.example/u/TOKEN>", "<ftp://post.example/u/TOKEN>",
			"header List-Unsubscribe: an address of neither" },
		{ "<https://post.example/u/TOKEN>", "https://post.example/u/TOKEN",
			"does not stand in angle brackets" },
		{ "<https://post.example/u/TOKEN>",
			"<https://post.example/u/T>, <https://b.example/>",
			"two https: addresses" },
		{ "List-Unsubscribe=One-Click", "ListUnsubscribe=One-Click",
			"header List-Unsubscribe-Post" },
		{ "List-Unsubscribe-Post: ", "X-Post: ", "header List-Unsubscribe-Post" },
		{ "MIME-Version: 1.0", "MIME-Version: 2.0", "header MIME-Version" },
		{ "multipart/alternative", "multipart/mixed", "multipart/mixed in place of" },
		{ "boundary=\"", "boundary=\"x", "boundary is wrong" },
		{ "quoted-printable", "8bit", "neither quoted-printable nor base64" },
		{ "charset=utf-8", "charset=iso-8859-1", "a charset that is not utf-8" },
		{ "caf=C3=A9", "caf=C3=a9", "two upper-case hex digits" },
		{ "text/plain", "text/html", "not plain text and then HTML" },
		{ "--\r\n", "\r\n", "not closed" },
		{ "\r\n\r\n", "\r\n", "a header line that is no field" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct inspected m;
		struct err e = { 0 };
		struct str bad = spoiled(filled(&plain, &a), rows[i].from, rows[i].to, &a);

		if (inspect_read(bad, false, &a, &m, &e) == 0)
			fail_msg("'%s' for '%s' was taken", rows[i].to, rows[i].from);
		if (!strstr(e.text, rows[i].why))
			fail_msg("'%s' for '%s': %s", rows[i].to, rows[i].from, e.text);
		arena_free(&a);
	}
}

static void
long_lines_are_told_from_too_long_ones(void **state)
{
	static const struct {
		size_t n;
		bool taken;
	} rows[] = { { 900, true }, { 985, true }, { 986, false }, { 100000, false } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct inspected m;
		struct err e = { 0 };
		char *value = arena_alloc(&a, rows[i].n + 1);

		/* "Feedback-ID: " are the other 13. */
		memset(value, 'x', rows[i].n);
		assert_int_equal(inspect_read(spoiled(filled(&plain, &a),
						      "issue:daily:post-example", value, &a),
					 false, &a, &m, &e) == 0,
			rows[i].taken);
		arena_free(&a);
	}
}

static void
utf8_in_the_header_needs_smtputf8(void **state)
{
	struct arena a = { 0 };
	struct inspected m;
	struct err e = { 0 };
	struct str message =
		spoiled(filled(&plain, &a), "<ann@b.example>", "<\xc3\xa4nn@b.example>", &a);

	(void)state;
	assert_int_equal(inspect_read(message, false, &a, &m, &e), -1);
	assert_int_equal(inspect_read(message, true, &a, &m, &e), 0);
	assert_str(m.to, "\xc3\xa4nn@b.example");
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_we_write),
		cmocka_unit_test(reads_http),
		cmocka_unit_test(reads_pictures),
		cmocka_unit_test(refuses_what_is_not_right),
		cmocka_unit_test(long_lines_are_told_from_too_long_ones),
		cmocka_unit_test(utf8_in_the_header_needs_smtputf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
