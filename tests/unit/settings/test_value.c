#include "settings/value.h"

#include "base/clock.h"
#include "test.h"

static void
knows_what_is_one_line_and_several(void **state)
{
	(void)state;
	assert_true(value_is_line(STR("The Post"), 8));
	assert_false(value_is_line(STR("The Post"), 7));
	assert_false(value_is_line(STR(""), 8));
	assert_false(value_is_line(STR("a\nb"), 8));
	assert_false(value_is_line(STR("a\x7f"), 8));
	assert_false(value_is_line(STR("a\xe2\x80\xae"), 8));
	assert_true(value_is_lines(STR("1 Lane\n\nTown\n"), 20));
	assert_false(value_is_lines(STR("\n \n"), 20));
	assert_false(value_is_lines(STR("1 Lane\nTo\x01wn"), 20));
}

static void
knows_addresses_on_the_web(void **state)
{
	static const struct {
		struct str in;
		bool ok;
	} rows[] = {
		{ STR_INIT("https://post.example.org"), true },
		{ STR_INIT("http://127.0.0.1:8025/daily"), true },
		{ STR_INIT("https://[::1]/"), true },
		{ STR_INIT("https://"), false },
		{ STR_INIT("https:///x"), false },
		{ STR_INIT("https://:80"), false },
		{ STR_INIT("HTTPS://a.example"), false },
		{ STR_INIT("ftp://a.example"), false },
		{ STR_INIT("javascript:alert(1)"), false },
		{ STR_INIT("https://user@a.example"), false },
		{ STR_INIT("https://a.example/\"x"), false },
		{ STR_INIT("https://a.example/ x"), false },
		{ STR_INIT("https://a.example/\r\nx"), false },
		{ STR_INIT("https://b\xc3\xbc.example"), false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (value_is_web_url(rows[i].in, 100) != rows[i].ok)
			fail_msg("%.*s", STR_ARG(rows[i].in));
}

static void
knows_relays(void **state)
{
	static const struct {
		struct str in;
		bool ok;
	} rows[] = {
		{ STR_INIT("smtp://127.0.0.1:25"), true },
		{ STR_INIT("smtp://mx.example.org"), true },
		{ STR_INIT("smtps://[::1]:465"), true },
		{ STR_INIT("smtp://[::1]"), true },
		{ STR_INIT("maildir:var/outbox"), true },
		{ STR_INIT("smtp://"), false },
		{ STR_INIT("smtp://::1"), false },
		{ STR_INIT("smtp://[::1"), false },
		{ STR_INIT("smtp://[]:25"), false },
		{ STR_INIT("smtp://a:0"), false },
		{ STR_INIT("smtp://a:65536"), false },
		{ STR_INIT("smtp://a:"), false },
		{ STR_INIT("smtp://-a"), false },
		{ STR_INIT("smtp://a..b"), false },
		{ STR_INIT("smtp://u:p@a"), false },
		{ STR_INIT("smtp://a/x"), false },
		{ STR_INIT("smtp://a b"), false },
		{ STR_INIT("lmtp://a"), false },
		{ STR_INIT("maildir:/tmp/x"), false },
		{ STR_INIT("maildir:../x"), false },
		{ STR_INIT("maildir:"), false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (value_is_relay_url(rows[i].in) != rows[i].ok)
			fail_msg("%.*s", STR_ARG(rows[i].in));
}

static void
knows_a_mailbox_by_its_url(void **state)
{
	static const struct {
		struct str in;
		bool ok;
	} rows[] = {
		{ STR_INIT("imaps://mail.example.org"), true },
		{ STR_INIT("imaps://mail.example.org/INBOX"), true },
		{ STR_INIT("imap://127.0.0.1:1143/Lists/Back%20mail"), true },
		{ STR_INIT("pop3://[::1]:110"), true },
		{ STR_INIT("pop3s://a.example/"), true },
		{ STR_INIT("pop3s://a.example/box"), false },
		{ STR_INIT("imap://a.example/x;UID=1"), false },
		{ STR_INIT("imap://a.example/x?ALL"), false },
		{ STR_INIT("imap://a.example/a b"), false },
		{ STR_INIT("imap://u:p@a.example/"), false },
		{ STR_INIT("imap://"), false },
		{ STR_INIT("https://a.example/"), false },
		{ STR_INIT("imap:a"), false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (value_is_mailbox_url(rows[i].in) != rows[i].ok)
			fail_msg("%.*s", STR_ARG(rows[i].in));
}

static void
reads_rates_shares_and_minutes(void **state)
{
	static const char *const bad_rates[] = { "", "/s", "0/s", "1/d", "1.5/s", "-1/s", "10",
		"10/", "99999999/s" },
				 *const bad_shares[] = { "", "%", "5", "101%", "-1%", ".5%", "5.%",
					 "5 %", "100.1%" },
				 *const bad_minutes[] = { "", "24:00", "11:60", "9:00", "11.00",
					 "11:00:00", "-1:00" };
	struct rate rate;
	double share;
	int minute;

	(void)state;
	assert_true(value_rate(STR("500/m"), &rate));
	assert_int_equal(rate.count, 500);
	assert_int_equal(rate.span, 60 * CLOCK_SECOND);
	assert_true(value_share(STR("0.3%"), &share) && share > 0.00299 && share < 0.00301);
	assert_true(value_share(STR("100%"), &share) && share >= 1);
	assert_true(value_minute(STR("11:30"), &minute) && minute == 690);
	for (size_t i = 0; i < COUNT(bad_rates); i++)
		assert_false(value_rate(str_of(bad_rates[i]), &rate));
	for (size_t i = 0; i < COUNT(bad_shares); i++)
		assert_false(value_share(str_of(bad_shares[i]), &share));
	for (size_t i = 0; i < COUNT(bad_minutes); i++)
		assert_false(value_minute(str_of(bad_minutes[i]), &minute));
	assert_int_equal(value_word("a|bc|d", STR("bc")), 1);
	assert_int_equal(value_word("a|bc|d", STR("b")), -1);
	assert_int_equal(value_word("a|bc|d", STR("")), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_what_is_one_line_and_several),
		cmocka_unit_test(knows_addresses_on_the_web),
		cmocka_unit_test(knows_relays),
		cmocka_unit_test(knows_a_mailbox_by_its_url),
		cmocka_unit_test(reads_rates_shares_and_minutes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
