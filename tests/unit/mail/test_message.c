#include "mail/message.h"

#include <stdio.h>
#include <string.h>

#include "base/sign.h"
#include "test.h"

static const struct message plain = {
	.from_name = STR_INIT("The Post"),
	.from_email = STR_INIT("news@post.example"),
	.subject = STR_INIT("A morning like any other"),
	.list_name = STR_INIT("The Post"),
	.list_id = STR_INIT("post.example"),
	.unsubscribe_url = STR_INIT("https://post.example/u/"),
	.archived_at = STR_INIT("https://post.example/issues/2026-02-14"),
	.feedback_id = STR_INIT("issue:daily:post-example"),
	.one_click = true,
	.text = STR_INIT("Hello.\n"),
	.html = STR_INIT("<p>Hello.</p>\n"),
};

static struct str
filled(const struct message *m, struct arena *a)
{
	const struct letter_values v = {
		.name = STR("Ann"),
		.email = STR("ann@b.example"),
		.email_shown = STR("ann@b.example"),
		.message_id = STR("<x@post.example>"),
		.date = STR("Sat, 14 Feb 2026 06:00:00 +0000"),
		.token = STR("TOKEN"),
	};
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

/* How often a header stands in the head. */
static int
count(struct str message, const char *name)
{
	ptrdiff_t end = str_find_str(message, STR("\r\n\r\n"));
	struct str rest = str_sub(message, 0, (size_t)end), line;
	char prefix[64];
	int n = 0;

	snprintf(prefix, sizeof prefix, "%s: ", name);
	while (str_line(&rest, &line))
		n += str_starts(line, str_of(prefix));
	return n;
}

static void
every_header_is_there_once(void **state)
{
	static const char *const names[] = { "Date", "From", "To", "Subject", "Message-ID",
		"MIME-Version", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post",
		"Archived-At", "Feedback-ID", "Content-Type" };
	struct arena a = { 0 };
	struct str s = filled(&plain, &a);

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		if (count(s, names[i]) != 1)
			fail_msg("%s: %d times", names[i], count(s, names[i]));
	assert_int_equal(count(s, "Reply-To") + count(s, "Auto-Submitted") + count(s, "Bcc"), 0);
	assert_true(str_find_str(s,
			    STR("\r\nList-Unsubscribe: <https://post.example/u/TOKEN>\r\n")) > 0);
	assert_true(str_find_str(s,
			    STR("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")) > 0);
	assert_true(str_find_str(s, STR("\r\nTo: Ann <ann@b.example>\r\n")) > 0);
	arena_free(&a);
}

static void
what_is_not_given_is_left_out(void **state)
{
	struct message m = plain;
	struct arena a = { 0 };
	struct str s;

	(void)state;
	m.one_click = false;
	m.auto_generated = true;
	m.reply_to = STR("ed@post.example");
	m.archived_at = m.feedback_id = (struct str){ 0 };
	s = filled(&m, &a);
	assert_int_equal(count(s, "List-Unsubscribe") + count(s, "List-Unsubscribe-Post") +
				 count(s, "Archived-At") + count(s, "Feedback-ID"),
		0);
	assert_int_equal(count(s, "Auto-Submitted"), 1);
	assert_true(str_find_str(s, STR("\r\nReply-To: <ed@post.example>\r\n")) > 0);
	arena_free(&a);
}

static void
text_comes_before_html_and_no_line_is_bad(void **state)
{
	struct message m = plain;
	struct arena a = { 0 };
	struct str s, rest, line;
	ptrdiff_t text, html;

	(void)state;
	m.text = STR("From me.\n.\n..\n.x\nGr\xc3\xbc\xc3\x9f"
		     "e \n");
	s = filled(&m, &a);
	text = str_find_str(s, STR("Content-Type: text/plain; charset=utf-8"));
	html = str_find_str(s, STR("Content-Type: text/html; charset=utf-8"));
	assert_true(text > 0 && html > text);
	rest = s;
	while (str_line(&rest, &line)) {
		assert_true(line.n <= 998 && str_find(line, '\r') < 0);
		assert_false(str_starts(line, STR(".")) || str_starts(line, STR("From ")));
	}
	assert_true(
		str_find_str(
			s, STR("=46rom me.\r\n=2E\r\n=2E.\r\n=2Ex\r\nGr=C3=BC=C3=9Fe=20\r\n")) > 0);
	assert_true(str_ends(s, STR("--\r\n")));
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_header_is_there_once),
		cmocka_unit_test(what_is_not_given_is_left_out),
		cmocka_unit_test(text_comes_before_html_and_no_line_is_bad),
	};

	sign_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
