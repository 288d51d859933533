#include "mail/plain.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

static void
is_a_whole_message_of_a_program(void **state)
{
	const struct plain m = { .from_name = STR("The Post"),
		.from_email = STR("news@post.example"),
		.to = STR("ed@post.example"),
		.subject = STR("The Post: the issue is held, für heute"),
		.date = STR("Sat, 14 Feb 2026 06:00:00 +0000"),
		.message_id = STR("<alert.x@post.example>"),
		.text = STR("Held.\n\n.a dot\nFrom here: caf\xc3\xa9\n") };
	static const char want[] =
		"Date: Sat, 14 Feb 2026 06:00:00 +0000\r\n"
		"From: The Post <news@post.example>\r\n"
		"To: <ed@post.example>\r\n"
		"Subject: =?UTF-8?Q?The_Post=3A_the_issue_is_held=2C_f=C3=BCr_heute?=\r\n"
		"Message-ID: <alert.x@post.example>\r\n"
		"Auto-Submitted: auto-generated\r\n"
		"MIME-Version: 1.0\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n"
		"\r\n"
		"Held.\r\n"
		"\r\n"
		"=2Ea dot\r\n"
		"=46rom here: caf=C3=A9\r\n";
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 16);
	plain_write(&m, &b);
	buf_addc(&b, '\0');
	assert_string_equal(buf_str(&b).p, want);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_a_whole_message_of_a_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
