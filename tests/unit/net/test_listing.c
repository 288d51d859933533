#include "net/listing.h"

#include "test.h"

/* "ID#NUMBER:OCTETS " of each. */
static const char *
told(const struct mailbox_entry *entries, size_t n, struct buf *b)
{
	buf_clear(b);
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "%.*s#%ju:%ju ", STR_ARG(entries[i].id), (uintmax_t)entries[i].number,
			(uintmax_t)entries[i].octets);
	return buf_z(b);
}

static void
reads_what_pop3_has(void **state)
{
	static const struct {
		const char *ids, *sizes, *want;
	} rows[] = {
		{ "", "", "" },
		{ "1 whqtswO00WBw418f9t5JxYwZ\r\n2 QhdPYR:00WBw1Ph7x7\r\n", "1 120\r\n2 200\r\n",
			"whqtswO00WBw418f9t5JxYwZ#1:120 QhdPYR:00WBw1Ph7x7#2:200 " },
		{ "2 b\n5 e\n", "1 1\n2 2\n3 3\n5 5\n", "b#2:2 e#5:5 " },
		{ "1 a\n2 b\n", "2 2\n", "a#1:0 b#2:2 " },
		/* What is no such line, or out of order, is passed over. */
		{ "x y\n\n1\n1 a\n1 again\n0 zero\n3 c\n2 b\n99999999999 d\n", "1 x\n3 4\n",
			"a#1:0 c#3:4 " },
	};
	struct arena a = { 0 };
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mailbox_entry *entries;
		size_t n;

		listing_pop3(str_of(rows[i].ids), str_of(rows[i].sizes), &a, &entries, &n);
		assert_string_equal(told(entries, n, &b), rows[i].want);
	}
	buf_free(&b);
	arena_free(&a);
}

static void
reads_what_imap_has(void **state)
{
	static const struct {
		const char *answer, *want;
	} rows[] = {
		{ "", "" },
		{ "* SEARCH\r\n", "" },
		{ "* SEARCH 4 7 19\r\n", "3.4#4:0 3.7#7:0 3.19#19:0 " },
		{ "* 5 EXISTS\r\n* SEARCH 4\r\n* SEARCH 5\r\n", "3.4#4:0 3.5#5:0 " },
		{ "* SEARCH 0 x 4x -1 99999999999 6 \r\n", "3.6#6:0 " },
		{ "SEARCH 4\r\n", "" },
	};
	struct arena a = { 0 };
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mailbox_entry *entries;
		size_t n;

		listing_imap(str_of(rows[i].answer), 3, &a, &entries, &n);
		assert_string_equal(told(entries, n, &b), rows[i].want);
	}
	buf_free(&b);
	arena_free(&a);
}

static void
finds_a_number_behind_a_word(void **state)
{
	(void)state;
	assert_int_equal(listing_number(STR("* STATUS \"INBOX\" (UIDVALIDITY 1795676291)\r\n"),
				 STR("(UIDVALIDITY ")),
		1795676291);
	assert_int_equal(listing_number(STR("(UIDVALIDITY )"), STR("(UIDVALIDITY ")), 0);
	assert_int_equal(listing_number(STR("(UIDVALIDITY 99999999999)"), STR("(UIDVALIDITY ")), 0);
	assert_int_equal(listing_number(STR("* OK"), STR("(UIDVALIDITY ")), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_pop3_has),
		cmocka_unit_test(reads_what_imap_has),
		cmocka_unit_test(finds_a_number_behind_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
