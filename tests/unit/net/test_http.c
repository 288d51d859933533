#include "net/http.h"

#include <arpa/inet.h>
#include <string.h>

#include "test.h"

static void
only_public_addresses_are_dialled(void **state)
{
	static const struct {
		const char *address;
		bool public;
	} rows[] = {
		{ "8.8.8.8", true },
		{ "127.0.0.1", false },
		{ "127.255.255.254", false },
		{ "10.1.2.3", false },
		{ "172.15.0.1", true },
		{ "172.16.0.1", false },
		{ "172.31.255.255", false },
		{ "172.32.0.1", true },
		{ "192.168.0.1", false },
		{ "192.169.0.1", true },
		{ "169.254.169.254", false },
		{ "100.64.0.1", false },
		{ "100.128.0.1", true },
		{ "0.0.0.0", false },
		{ "224.0.0.1", false },
		{ "255.255.255.255", false },
		{ "2a00:1450::1", true },
		{ "::", false },
		{ "::1", false },
		{ "fe80::1", false },
		{ "fc00::1", false },
		{ "fd12::1", false },
		{ "ff02::1", false },
		{ "2001:db8::1", false },
		{ "::ffff:127.0.0.1", false },
		{ "::ffff:8.8.8.8", true },
		{ "64:ff9b::7f00:1", false },
		{ "2002:7f00:1::", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sockaddr_in in = { .sin_family = AF_INET };
		struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
		bool six = strchr(rows[i].address, ':');
		bool public;

		assert_int_equal(inet_pton(six ? AF_INET6 : AF_INET, rows[i].address,
					 six ? (void *)&in6.sin6_addr : (void *)&in.sin_addr),
			1);
		public = http_address_is_public(
			six ? (const struct sockaddr *)&in6 : (const struct sockaddr *)&in);
		if (public != rows[i].public)
			fail_msg("%s", rows[i].address);
	}
}

static void
a_private_host_is_refused_unless_it_was_configured(void **state)
{
	struct http_request r = {
		.url = "http://127.0.0.1:9/", .ceiling = 1000, .deadline = 2000000
	};
	struct http_response out;
	struct arena a = { 0 };
	struct http *h = http_new();
	struct err e;

	(void)state;
	assert_int_equal(http_get(h, &r, 0, &a, &out, &e), -1);
	assert_non_null(strstr(e.text, "a private address"));
	r.configured = true;
	assert_int_equal(http_get(h, &r, 0, &a, &out, &e), -1);
	assert_null(strstr(e.text, "a private address"));
	r.url = "file:///etc/passwd";
	assert_int_equal(http_get(h, &r, 0, &a, &out, &e), -1);
	http_free(h);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_public_addresses_are_dialled),
		cmocka_unit_test(a_private_host_is_refused_unless_it_was_configured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
