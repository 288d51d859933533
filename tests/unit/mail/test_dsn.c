#include "mail/dsn.h"

#include "test.h"

static void
actions_are_what_they_say(void **state)
{
	static const struct {
		const char *action;
		enum report_kind kind;
	} rows[] = {
		{ "Action: failed\nStatus: 5.1.1", REPORT_HARD },
		{ "Action: FAILED (permanently)\nStatus: 5.1.1", REPORT_HARD },
		{ "Status: 5.1.1", REPORT_HARD },
		{ "Action: delayed\nStatus: 5.1.1", REPORT_NONE },
		{ "Action: relayed\nStatus: 5.1.1", REPORT_NONE },
		{ "Action: expanded\nStatus: 2.1.5", REPORT_NONE },
		{ "Action: delivered\nStatus: 2.0.0", REPORT_NONE },
		{ "Status: 2.0.0", REPORT_NONE },
		{ "Action: failed\nStatus: 4.2.2", REPORT_SOFT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct report *r = arena_new(&a, struct report);

		dsn_read(str_of(arena_printf(&a, "Final-Recipient: rfc822;ann@example.net\n%s\n",
				 rows[i].action)),
			(struct str){ 0 }, &a, r);
		assert_int_equal(r->recipient_count, 1);
		assert_int_equal(r->recipients[0].kind, rows[i].kind);
		assert_int_equal(r->recipients[0].how, REPORT_BY_STATUS);
		arena_free(&a);
	}
}

/* Empty lines between the groups, none, or one within; either order of the names. */
static void
groups_are_told_apart(void **state)
{
	static const char *const reports[] = {
		"Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822;ann@example.net\nAction: failed\n"
		"Status: 5.1.1\n\nFinal-Recipient: rfc822;bob@example.net\nAction: failed\nStatus: "
		"5.2.2\n",
		"Final-Recipient: rfc822;ann@example.net\nAction: failed\nStatus: 5.1.1\n"
		"Final-Recipient: rfc822;bob@example.net\nAction: failed\nStatus: 5.2.2\n",
		"Original-Recipient: rfc822;ann@example.net\n\nFinal-Recipient: "
		"rfc822;ann@example.net\n"
		"Action: failed\nStatus: 5.1.1\n\nOriginal-Recipient: rfc822;bob@example.net\n"
		"Final-Recipient: rfc822;bob@example.net\nAction: failed\nStatus: 5.2.2\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(reports); i++) {
		struct arena a = { 0 };
		struct report *r = arena_new(&a, struct report);
		struct dsn sum = dsn_read(str_of(reports[i]), (struct str){ 0 }, &a, r);

		assert_int_equal(sum.failed, 2);
		assert_int_equal(r->recipient_count, 2);
		assert_str(r->recipients[0].address, "ann@example.net");
		assert_int_equal(r->recipients[0].kind, REPORT_HARD);
		assert_str(r->recipients[1].address, "bob@example.net");
		assert_int_equal(r->recipients[1].kind, REPORT_SOFT);
		arena_free(&a);
	}
}

static void
ours_is_the_address_that_we_wrote(void **state)
{
	struct arena a = { 0 };
	struct report *r = arena_new(&a, struct report);

	(void)state;
	dsn_read(STR("Original-Recipient: rfc822;ann@example.net\n"
		     "Final-Recipient: rfc822;ann.lee@store.example.net\nStatus: 5.1.1\n\n"
		     "Original-Recipient: rfc822;bob@example.net\n"
		     "Final-Recipient: rfc822;@store:bob@ims\nStatus: 5.1.1\n"),
		(struct str){ 0 }, &a, r);
	assert_int_equal(r->recipient_count, 2);
	assert_str(r->recipients[0].address, "ann.lee@store.example.net");
	assert_str(r->recipients[0].original, "ann@example.net");
	assert_str(r->recipients[1].address, "bob@example.net");
	arena_free(&a);
}

static void
prose_names_nobody(void **state)
{
	struct arena a = { 0 };
	struct report *r = arena_new(&a, struct report);
	struct dsn sum = dsn_read(
		STR("Status: 5.1.1\nAction: failed\nann@example.net"), (struct str){ 0 }, &a, r);

	(void)state;
	assert_int_equal(r->recipient_count, 0);
	assert_int_equal(sum.failed + sum.delayed + sum.delivered, 0);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(actions_are_what_they_say),
		cmocka_unit_test(groups_are_told_apart),
		cmocka_unit_test(ours_is_the_address_that_we_wrote),
		cmocka_unit_test(prose_names_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
