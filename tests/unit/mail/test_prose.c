#include "mail/prose.h"

#include "test.h"

static void
who_is_meant(void **state)
{
	static const struct {
		const char *notice, *failed, *want; /* "" nobody */
	} rows[] = {
		{ "<ann@example.net>:\nno such user\n", "", "ann@example.net" },
		{ "Mail to ann@example.net could not be delivered.\nHelp: write to "
		  "bob@example.com\n",
			"", "ann@example.net" },
		{ "Not delivered.\n  ann@example.net\nSender: <bob@example.com>\n", "",
			"ann@example.net" },
		{ "bob@example.com is no more\n", "ann@example.net", "ann@example.net" },
		{ "From: <editor@post.example>\nTo: <ann@example.net>\nFailed.\n", "",
			"ann@example.net" },
		{ "Nothing is said of anybody.\n", "", "to@example.org" },
		{ "Sent by editor@post.example.\n", "", "to@example.org" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct report *r = arena_new(&a, struct report);
		struct returned original = { .to = { STR_INIT("to@example.org") }, .to_count = 1 };

		report_add_clue(&r->envelopes, STR("editor@post.example"));
		prose_read(str_of(rows[i].notice), str_of(rows[i].failed), &original, &a, r);
		if (r->recipient_count != 1)
			fail_msg("%zu for '%s'", r->recipient_count, rows[i].notice);
		assert_str(r->recipients[0].address, rows[i].want);
		arena_free(&a);
	}
}

static void
each_has_the_reason_that_stands_by_him(void **state)
{
	struct arena a = { 0 };
	struct report *r = arena_new(&a, struct report);
	const struct returned original = { 0 };

	(void)state;
	prose_read(STR("<ann@example.net>:\nRCPT TO: 550 5.1.1 no such user\n\n<bob@example.com>:\n"
		       "552 5.2.2 mailbox is full\n"),
		(struct str){ 0 }, &original, &a, r);
	assert_int_equal(r->recipient_count, 2);
	assert_int_equal(r->recipients[0].kind, REPORT_HARD);
	assert_str(r->recipients[0].status, "5.1.1");
	assert_int_equal(r->recipients[1].kind, REPORT_SOFT);
	assert_str(r->recipients[1].reason, "552 5.2.2 mailbox is full");
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_meant),
		cmocka_unit_test(each_has_the_reason_that_stands_by_him),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
