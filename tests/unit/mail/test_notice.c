#include "mail/notice.h"

#include "test.h"

static void
the_notice_ends_where_the_message_begins(void **state)
{
	static const struct {
		const char *in, *notice, *returned;
	} rows[] = {
		{ "Sorry.\n--- Below this line is a copy of the message.\n\nReturn-Path: <a@b.c>\n",
			"Sorry.\n", "\nReturn-Path: <a@b.c>\n" },
		{ "Sorry.\nReceived: from x\nTo: y\n", "Sorry.\n", "Received: from x\nTo: y\n" },
		{ "Your original message was refused.\nSorry.\n",
			"Your original message was refused.\nSorry.\n", "" },
		{ "Message details:\n  Subject: x\n  To: y\nSorry.\n",
			"Message details:\n  Subject: x\n  To: y\nSorry.\n", "" },
		{ "", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct str returned;

		assert_str(notice_end(str_of(rows[i].in), &a, &returned), rows[i].notice);
		assert_str(returned, rows[i].returned);
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_notice_ends_where_the_message_begins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
