#include "net/dns.h"

#include "test.h"

static const struct {
	const char *address, *want;
} rows[] = {
	{ "192.0.2.1", "1.2.0.192.in-addr.arpa" },
	{ "2001:db8::1",
		"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa" },
	{ "192.0.2", NULL },
	{ "", NULL },
};

static void
addresses_are_names_backwards(void **state)
{
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *have = dns_reverse(rows[i].address, &a);

		if (rows[i].want)
			assert_string_equal(have, rows[i].want);
		else
			assert_null(have);
	}
	arena_free(&a);
}

static void
servers_are_addresses(void **state)
{
	static const struct {
		const char *server;
		int status;
	} servers[] = { { "127.0.0.1", 0 }, { "127.0.0.1:5353", 0 }, { "::1", 0 }, { "[::1]", 0 },
		{ "[::1]:5353", 0 }, { "", -1 }, { "name.test", -1 }, { "127.0.0.1:", -1 },
		{ "127.0.0.1:0", -1 }, { "127.0.0.1:65536", -1 }, { "[::1", -1 },
		{ "[::1]x", -1 } };

	(void)state;
	for (size_t i = 0; i < COUNT(servers); i++) {
		struct dns *d = NULL;
		struct err e = { 0 };

		if (dns_open(servers[i].server, 1, &d, &e) != servers[i].status)
			fail_msg("'%s': %s", servers[i].server, e.text);
		if (servers[i].status < 0)
			assert_int_equal(e.code, ERR_USAGE);
		dns_close(d);
	}
}

static void
no_question_is_asked_when_the_time_is_over(void **state)
{
	struct arena a = { 0 };
	struct dns_record *r;
	struct err e = { 0 };
	struct dns *d;
	size_t n;

	(void)state;
	assert_int_equal(dns_open("127.0.0.1:1", 0, &d, &e), 0);
	assert_int_equal(dns_ask(d, DNS_TXT, "name.test", &a, &r, &n, &e), -1);
	assert_int_equal(e.code, ERR_UNAVAILABLE);
	assert_int_equal(n, 0);
	dns_close(d);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_names_backwards),
		cmocka_unit_test(servers_are_addresses),
		cmocka_unit_test(no_question_is_asked_when_the_time_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
