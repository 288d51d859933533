#include "web/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "settings/value.h"
#include "test.h"

static struct client_ip
ip_of(const char *address)
{
	struct sockaddr_storage out = { 0 };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, address, &v4.sin_addr) == 1) {
		memcpy(&out, &v4, sizeof v4);
	} else {
		assert_int_equal(inet_pton(AF_INET6, address, &v6.sin6_addr), 1);
		memcpy(&out, &v6, sizeof v6);
	}
	return client_ip_of(&out);
}

static void
is_one_address_or_one_network_of_ipv6(void **state)
{
	/* clang-format off */
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{ "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1", "192.0.2.2", false },
		{ "192.0.2.1", "::ffff:192.0.2.1", true },
		{ "::ffff:192.0.2.1", "::ffff:192.0.2.2", false },
		{ "2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true },
		{ "2001:db8:0:1::1", "2001:db8:0:2::1", false },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct client_ip a = ip_of(rows[i].a), b = ip_of(rows[i].b);
		struct client one = client_of(&a), other = client_of(&b);

		assert_int_equal(client_eq(&one, &other), rows[i].same);
	}
}

static void
networks_hold_what_they_say(void **state)
{
	/* clang-format off */
	static const struct {
		const char *net, *peer;
		bool has;
	} rows[] = {
		{ "127.0.0.1", "127.0.0.1", true },
		{ "127.0.0.1", "127.0.0.2", false },
		{ "127.0.0.1", "::ffff:127.0.0.1", true },
		{ "::1", "::1", true },
		{ "::1", "127.0.0.1", false },
		{ "10.0.0.0/8", "10.255.0.1", true },
		{ "10.0.0.0/8", "11.0.0.1", false },
		{ "192.0.2.128/25", "192.0.2.200", true },
		{ "192.0.2.128/25", "192.0.2.100", false },
		{ "0.0.0.0/0", "192.0.2.1", true },
		{ "0.0.0.0/0", "2001:db8::1", false },
		{ "fd00::/7", "fdff::1", true },
		{ "fd00::/7", "fe80::1", false },
	};
	/* clang-format on */
	static const char *const bad[] = { "", "localhost", "127.0.0", "10.0.0.0/33", "10.0.0.0/",
		"10.0.0.0/x", "::/129", "1.2.3.4 ", "*" };
	struct network net;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct client_ip p = ip_of(rows[i].peer);
		struct settings_networks nets = { &net, 1 };

		print_message("%s %s\n", rows[i].net, rows[i].peer);
		assert_true(value_network(str_of(rows[i].net), &net));
		assert_int_equal(client_ip_is_in(&nets, &p), rows[i].has);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(value_network(str_of(bad[i]), &net));
}

static void
is_whom_trusted_proxies_speak_for(void **state)
{
	/* clang-format off */
	static const struct {
		const char *peer, *forwarded, *want;
	} rows[] = {
		{ "192.0.2.1", "198.51.100.7", "192.0.2.1" }, /* no proxy of ours: its own word */
		{ "127.0.0.1", "", "127.0.0.1" },
		{ "127.0.0.1", "198.51.100.7", "198.51.100.7" },
		{ "127.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7" },
		{ "127.0.0.1", "203.0.113.9,198.51.100.7,10.1.2.3", "198.51.100.7" },
		{ "127.0.0.1", "10.0.0.1, 10.0.0.2", "10.0.0.1" }, /* none but proxies */
		{ "127.0.0.1", "2001:db8::7", "2001:db8::7" },
		{ "127.0.0.1", "[2001:db8::7]:4711", "2001:db8::7" },
		{ "127.0.0.1", "198.51.100.7:4711", "198.51.100.7" },
		{ "127.0.0.1", "::ffff:198.51.100.7", "198.51.100.7" },
		{ "127.0.0.1", "unknown", "127.0.0.1" },
		{ "127.0.0.1", "198.51.100.7, unknown", "127.0.0.1" },
		{ "127.0.0.1", "198.51.100.7,", "127.0.0.1" },
		{ "127.0.0.1", "[", "127.0.0.1" },
		{ "127.0.0.1", "[]", "127.0.0.1" },
		{ "127.0.0.1", ",", "127.0.0.1" },
		{ "127.0.0.1", "1.2.3.4.5", "127.0.0.1" },
		{ "::1", "198.51.100.7", "::1" },
	};
	/* clang-format on */
	struct network nets[2];
	const struct settings_networks trusted = { nets, 2 };

	(void)state;
	assert_true(value_network(STR("127.0.0.1"), &nets[0]));
	assert_true(value_network(STR("10.0.0.0/8"), &nets[1]));
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct client_ip peer = ip_of(rows[i].peer), got;
		char text[CLIENT_IP_TEXT];

		got = client_behind(&peer, str_of(rows[i].forwarded), &trusted);
		client_ip_print(&got, text);
		print_message("%s %s\n", rows[i].peer, rows[i].forwarded);
		assert_string_equal(text, rows[i].want);
	}
}

static void
loopback_is_this_machine(void **state)
{
	static const struct {
		const char *ip;
		bool is;
	} rows[] = { { "127.0.0.1", true }, { "127.255.0.1", true }, { "::1", true },
		{ "::ffff:127.0.0.1", true }, { "128.0.0.1", false }, { "::2", false } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct client_ip ip = ip_of(rows[i].ip);

		assert_int_equal(client_ip_is_loopback(&ip), rows[i].is);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_whom_trusted_proxies_speak_for),
		cmocka_unit_test(loopback_is_this_machine),
		cmocka_unit_test(is_one_address_or_one_network_of_ipv6),
		cmocka_unit_test(networks_hold_what_they_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
