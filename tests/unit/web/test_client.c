#include "web/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "settings/value.h"
#include "test.h"

static struct sockaddr_storage
peer(const char *address)
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
	return out;
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
		struct sockaddr_storage a = peer(rows[i].a), b = peer(rows[i].b);
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
		struct sockaddr_storage p = peer(rows[i].peer);

		print_message("%s %s\n", rows[i].net, rows[i].peer);
		assert_true(value_network(str_of(rows[i].net), &net));
		assert_int_equal(client_is_in(&net, &p), rows[i].has);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(value_network(str_of(bad[i]), &net));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_one_address_or_one_network_of_ipv6),
		cmocka_unit_test(networks_hold_what_they_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
