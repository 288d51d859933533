#include "mail/spot.h"

#include "test.h"

static void
addresses_are_found_in_prose(void **state)
{
	static const struct {
		const char *in, *want, *more; /* the first, and the second or NULL */
	} rows[] = {
		{ "<ann@example.net>:", "ann@example.net" },
		{ "to ann@example.net. Sorry", "ann@example.net" },
		{ "(reason: 'ann.b+c@sub.example.net')", "ann.b+c@sub.example.net" },
		{ "RCPT TO:<ann@example.net> T=[bob@example.com]", "ann@example.net",
			"bob@example.com" },
		{ "\"ann b\"@example.net refused", "\"ann b\"@example.net" },
		{ "mailto:ann@example.net", "ann@example.net" },
		{ "*ann@example.net*", "ann@example.net" },
		{ "ann@example.net@example.com", "ann@example.net" },
		{ "https://example.net/?e=ann@example.net&x", NULL },
		{ "ann@localhost", NULL },
		{ "@example.net", NULL },
		{ "at @ it", NULL },
		{ "宛先ann@example.netです", "ann@example.net" },
		{ "an jürgen@bücher.example.", "jürgen@bücher.example" },
		{ "«ann@example.net»", "ann@example.net" },
		{ "\xc2\xa0"
		  "ann@example.net",
			"ann@example.net" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str rest = str_of(rows[i].in), before, found;

		assert_int_equal(spot_address(&rest, &before, &found), rows[i].want != NULL);
		if (rows[i].want)
			assert_str(found, rows[i].want);
		if (rows[i].more) {
			assert_true(spot_address(&rest, &before, &found));
			assert_str(found, rows[i].more);
		}
	}
}

static void
a_field_names_one_mailbox(void **state)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "rfc822; ann@example.net", "ann@example.net" },
		{ "RFC822;<ann@example.net>", "ann@example.net" },
		{ "rfc822; ann@localhost", "ann@localhost" },
		{ "rfc822;@relay.example:ann@store", "ann@store" },
		{ "Ann <ann@example.net>", "ann@example.net" },
		{ "utf-8; 伝言@例え.example", "伝言@例え.example" },
		{ "x400; /G=Ann/S=Lee/", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_str(spot_mailbox(str_of(rows[i].in)), rows[i].want);
}

static void
statuses_and_codes_stand_alone(void **state)
{
	static const struct {
		const char *in, *status, *last;
		unsigned code;
	} rows[] = {
		{ "550 5.1.1 no", "5.1.1", "5.1.1", 550 },
		{ "(#5.2.2)", "5.2.2", "5.2.2", 0 },
		{ "5.1.0 - 550-'5.2.2 full", "5.1.0", "5.2.2", 550 },
		{ "from 192.5.1.1 port 25", "", "", 0 },
		{ "version 4.5.6.7", "", "", 0 },
		{ "server5.1.1", "", "", 0 },
		{ "status 5.1.1234", "", "", 0 },
		{ "4.4.7", "4.4.7", "4.4.7", 0 },
		{ "smtp;452 later", "", "", 452 },
		{ "said: 550-5.7.1 spam", "5.7.1", "5.7.1", 550 },
		{ "code 5501 and 1550", "", "", 0 },
		{ "at 05:50 on 2026", "", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_str(spot_status(str_of(rows[i].in)), rows[i].status);
		assert_str(spot_last_status(str_of(rows[i].in)), rows[i].last);
		assert_int_equal(spot_code(str_of(rows[i].in)), rows[i].code);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_found_in_prose),
		cmocka_unit_test(a_field_names_one_mailbox),
		cmocka_unit_test(statuses_and_codes_stand_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
