#include "store/answered.h"

#include "store/event.h"

#include "store/ledger.h"

/* What a relay said, and whether it is the address's fault (RELIABILITY S3). */
static const struct {
	int code;
	const char *status;
	bool refused;
} rows[] = {
	{ 550, "5.1.1", true },
	{ 550, "5.1.2", true },
	{ 550, "5.2.1", true },
	{ 550, "", true },
	{ 550, "5.0.0", true },
	{ 551, "", true },
	{ 553, "", true },
	{ 552, "", false },
	{ 554, "", false },
	{ 554, "5.0.0", false },
	{ 550, "5.1.7", false },
	{ 550, "5.1.8", false },
	{ 550, "5.2.2", false },
	{ 550, "5.7.1", false },
	{ 552, "5.3.4", false },
	{ 450, "4.1.1", false },
};

static void
record(struct scratch *s, int64_t who, int code, const char *status)
{
	const struct delivery_outcome o = { .to = DELIVERY_FAILED,
		.relay = "smtp://relay.example:25",
		.code = code,
		.status = str_of(status),
		.words = STR("no such user") };

	assert_done(s, delivery_record(s->db, 1, who, &o, 5, &s->e));
}

static void
counts_who_was_refused_for_the_address_s_sake(void **state)
{
	struct scratch *s = *state;
	struct answered a = { 0 };
	struct issue issue;
	struct str words;
	int64_t wanted = 0;

	ledger_fill(s, 40, &issue);
	assert_done(s, answered_count(s->db, 1, &a, &s->e));
	assert_int_equal(a.served, 0);
	assert_int_equal(answered_words(s->db, 1, &s->a, &words, &s->e), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		record(s, (int64_t)i + 1, rows[i].code, rows[i].status);
		wanted += rows[i].refused;
		assert_done(s, answered_count(s->db, 1, &a, &s->e));
		if (a.refused != wanted)
			fail_msg("row %zu: %d %s", i, rows[i].code, rows[i].status);
	}
	ledger_record(s, 30, DELIVERY_SENT, 250, "ok", 6);
	ledger_record(s, 31, DELIVERY_DEFERRED, 450, "later", 6);
	assert_done(s, answered_count(s->db, 1, &a, &s->e));
	assert_int_equal(a.all, 40);
	assert_int_equal(a.served, COUNT(rows) + 1);
	assert_int_equal(answered_words(s->db, 1, &s->a, &words, &s->e), 1);
	assert_str(words, "550 no such user");
}

static void
counts_persons_and_not_words(void **state)
{
	struct scratch *s = *state;
	struct answered a = { 0 };
	struct issue issue;

	ledger_fill(s, 10, &issue);
	record(s, 1, 550, "5.1.1");
	ledger_record(s, 2, DELIVERY_SENT, 250, "ok", 6);
	assert_done(s, db_begin(s->db, &s->e));
	/* Refused, and therefore taken off the list: one and the same. */
	assert_done(s, event_add(s->db, 7, "bounced", 1, 1, STR(""), &s->e));
	for (int i = 0; i < 3; i++) {
		assert_done(s, event_add(s->db, 7, "bounced", 2, 1, STR(""), &s->e));
		assert_done(s, event_add(s->db, 7, "complained", 3, 1, STR(""), &s->e));
	}
	assert_done(s, event_add(s->db, 7, "bounced", 4, 2, STR(""), &s->e));
	assert_done(s, event_add(s->db, 7, "complained", 5, 0, STR(""), &s->e));
	assert_done(s, event_add(s->db, 7, "unsubscribed", 6, 1, STR(""), &s->e));
	assert_done(s, db_commit(s->db, &s->e));
	assert_done(s, answered_count(s->db, 1, &a, &s->e));
	assert_done(s, answered_by_mail(s->db, 1, &a, &s->e));
	assert_int_equal(a.refused, 1);
	assert_int_equal(a.bounced, 1);
	assert_int_equal(a.complained, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(counts_who_was_refused_for_the_address_s_sake,
			scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			counts_persons_and_not_words, scratch_setup_db, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
