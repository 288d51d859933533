#include "mail/judge.h"

#include "test.h"

/* RELIABILITY S3 in rows: what takes an address off, and what never does. */
static void
hard_needs_a_reason_of_the_recipients_own(void **state)
{
	static const struct {
		const char *status, *words;
		enum report_kind kind;
		const char *want; /* status */
		unsigned code;
	} rows[] = {
		{ "5.1.1", "smtp; 550 5.1.1 User unknown", REPORT_HARD, "5.1.1", 550 },
		{ "5.1.1", "", REPORT_HARD, "5.1.1", 0 },
		{ "5.2.1", "550 5.2.1 mailbox disabled", REPORT_HARD, "5.2.1", 550 },
		{ "5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound", REPORT_HARD, "5.1.10",
			550 },
		{ "5.1.0", "Domain does not accept mail (nullMX)", REPORT_HARD, "5.1.0", 0 },
		{ "", "Host unknown", REPORT_HARD, "5.1.2", 0 },
		{ "", "Unrouteable address", REPORT_HARD, "5.1.1", 0 },
		{ "", "RCPT TO: 550 no such user", REPORT_HARD, "5.1.1", 550 },
		{ "", "<ann@example.net>... User unknown", REPORT_HARD, "5.1.1", 0 },
		{ "5.0.0", "550 5.1.1 unknown", REPORT_HARD, "5.1.1", 550 },
		{ "5.1.1", "550 5.1.1 User unknown. This mailbox is protected by Anti Spam Ltd.",
			REPORT_HARD, "5.1.1", 550 },
		{ "5.1.1", "550 5.1.1 Sender address rejected: User unknown", REPORT_SOFT, "5.1.1",
			550 },
		/* Of the sender, the message, a policy, the moment. */
		{ "5.1.7", "550 5.1.7 bad sender", REPORT_SOFT, "5.1.7", 550 },
		{ "5.1.8", "550 5.1.8 Domain not found", REPORT_SOFT, "5.1.8", 550 },
		{ "5.7.1", "550 5.7.1 User unknown", REPORT_SOFT, "5.7.1", 550 },
		{ "5.1.1", "550 5.7.1 blocked, see our policy", REPORT_SOFT, "5.7.1", 550 },
		{ "5.2.2", "552 5.2.2 Mailbox full", REPORT_SOFT, "5.2.2", 552 },
		{ "5.1.1", "not enough disk space", REPORT_SOFT, "5.1.1", 0 },
		{ "5.3.4", "message too large", REPORT_SOFT, "5.3.4", 0 },
		{ "4.4.7", "Delivery time expired; user unknown", REPORT_SOFT, "4.4.7", 0 },
		{ "4.0.0", "DNS says NXDOMAIN", REPORT_SOFT, "4.0.0", 0 },
		{ "", "450 user unknown (RCPT)", REPORT_SOFT, "5.1.1", 450 },
		{ "", "after end of data: 550 User unknown", REPORT_SOFT, "5.1.1", 550 },
		{ "", "550 User unknown", REPORT_SOFT, "5.1.1", 550 },
		{ "", "Sender address rejected: user unknown", REPORT_SOFT, "5.7.1", 0 },
		{ "", "account is disabled", REPORT_SOFT, "5.2.1", 0 },
		{ "", "nobody knows these words", REPORT_SOFT, "", 0 },
		{ "5.0.0", "550 nobody knows these words", REPORT_SOFT, "5.0.0", 550 },
		{ "", "", REPORT_SOFT, "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct report_recipient r = { 0 };

		judge_failure(
			&r, str_of(rows[i].status), str_of(rows[i].words), (struct str){ 0 }, &a);
		if (r.kind != rows[i].kind)
			fail_msg("'%s' '%s' is %s", rows[i].status, rows[i].words,
				report_kind_name(r.kind));
		assert_str(r.status, rows[i].want);
		assert_int_equal(r.code, rows[i].code);
		arena_free(&a);
	}
}

static void
more_is_asked_when_the_words_say_nothing(void **state)
{
	struct arena a = { 0 };
	struct report_recipient r = { 0 };

	(void)state;
	judge_failure(&r, STR("5.0.0"), STR("554 no"), STR("The mailbox is full."), &a);
	assert_int_equal(r.kind, REPORT_SOFT);
	assert_str(r.status, "5.2.2");
	judge_failure(
		&r, STR(""), STR("550 no such user"), STR("(in reply to RCPT TO command)"), &a);
	assert_int_equal(r.kind, REPORT_HARD);
	arena_free(&a);
}

static void
a_reason_is_one_line(void **state)
{
	struct arena a = { 0 };

	(void)state;
	assert_str(judge_reason(STR(" a\r\n b\tc \x1b[0m"), &a), "a b c [0m");
	assert_true(
		judge_reason((struct str){ arena_alloc(&a, 5000), 5000 }, &a).n <= REPORT_REASON);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hard_needs_a_reason_of_the_recipients_own),
		cmocka_unit_test(more_is_asked_when_the_words_say_nothing),
		cmocka_unit_test(a_reason_is_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
