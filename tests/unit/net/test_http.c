#include "net/http.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
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

/* A server that gives each connection the next of its answers, whatever it is asked. */
struct canned {
	const char *answers[4];
	int listener;
	char url[64];
	pthread_t thread;
};

static void *
serve(void *context)
{
	struct canned *c = context;

	for (size_t i = 0; i < COUNT(c->answers) && c->answers[i]; i++) {
		int fd = accept(c->listener, NULL, NULL);
		char request[8192];

		if (fd < 0)
			break;
		if (read(fd, request, sizeof request) > 0)
			(void)!write(fd, c->answers[i], strlen(c->answers[i]));
		close(fd);
	}
	return NULL;
}

static void
canned_start(struct canned *c)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof in;

	c->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(c->listener, (struct sockaddr *)&in, sizeof in), 0);
	assert_int_equal(listen(c->listener, 4), 0);
	assert_int_equal(getsockname(c->listener, (struct sockaddr *)&in, &n), 0);
	snprintf(c->url, sizeof c->url, "http://127.0.0.1:%u/a?b=1", ntohs(in.sin_port));
	assert_int_equal(pthread_create(&c->thread, NULL, serve, c), 0);
}

static void
canned_stop(struct canned *c)
{
	shutdown(c->listener, SHUT_RDWR);
	pthread_join(c->thread, NULL);
	close(c->listener);
}

#define OK200 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
#define NOW (INT64_C(1787306400) * CLOCK_SECOND) /* 2026-08-21 10:00 */

static void
an_answer_says_how_long_to_wait(void **state)
{
	static const struct {
		const char *answer;
		int64_t wait, left;
		bool limited;
	} rows[] = {
		{ OK200 "\r\n[]", -1, -1, false },
		{ "HTTP/1.1 429 No\r\nRetry-After: 7\r\n\r\n", 7, -1, true },
		{ "HTTP/1.1 429 No\r\nRetry-After: Fri, 21 Aug 2026 10:00:09 GMT\r\n\r\n", 9, -1,
			true },
		{ "HTTP/1.1 429 No\r\nRetry-After: Fri, 21 Aug 2026 09:00:00 GMT\r\n\r\n", 0, -1,
			true },
		{ "HTTP/1.1 429 No\r\nRetry-After: 999999\r\n\r\n", 999999, -1, true },
		{ "HTTP/1.1 429 No\r\nRetry-After: 99999999999999999999\r\n\r\n", -1, -1, true },
		{ "HTTP/1.1 429 No\r\nRetry-After: -5\r\n\r\n", -1, -1, true },
		{ "HTTP/1.1 429 No\r\nRetry-After: soon\r\nRateLimit: garbage;;;\r\n\r\n", -1, -1,
			true },
		{ "HTTP/1.1 429 No\r\nRateLimit: \"api\";r=0;t=2\r\nRetry-After: 50\r\n\r\n", 3, 0,
			true },
		{ OK200 "RateLimit: \"api\";r=17;t=200\r\n\r\n[]", -1, 17, false },
		{ "HTTP/1.1 503 No\r\nRateLimit: \"api\";r=17;t=200\r\nRetry-After: "
		  "4\r\n\r\n",
			4, 17, false },
		{ "HTTP/1.1 403 No\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: "
		  "1787306403\r\n\r\n",
			3, 0, true },
		{ "HTTP/1.1 403 No\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: "
		  "1787306403\r\nRetry-After: 1\r\n\r\n",
			1, 0, true },
		{ "HTTP/1.1 403 No\r\n\r\nYou have exceeded a secondary rate limit.", -1, -1,
			true },
		{ "HTTP/1.1 403 No\r\n\r\nadministrative rules", -1, -1, false },
		{ OK200 "x-ratelimit-remaining: 9\r\nx-ratelimit-reset: 1\r\n\r\n[]", -1, 9,
			false },
		{ "HTTP/1.1 103 Early\r\nRetry-After: 9\r\n\r\n" OK200 "\r\n[]", -1, -1, false },
	};
	struct http *h = http_new();
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct canned c = { .answers = { rows[i].answer } };
		struct http_response out;
		struct err e;

		canned_start(&c);
		struct http_request r = { .url = c.url,
			.ceiling = 1000,
			.deadline = 5 * CLOCK_SECOND,
			.configured = true };

		if (http_get(h, &r, NOW, &a, &out, &e) < 0)
			fail_msg("%zu: %s", i, e.text);
		canned_stop(&c);
		if (out.wait != rows[i].wait || out.left != rows[i].left ||
			out.limited != rows[i].limited)
			fail_msg("%zu: wait %jd, left %jd, limited %d", i, (intmax_t)out.wait,
				(intmax_t)out.left, out.limited);
		assert_int_equal(out.calls, 1);
	}
	http_free(h);
	arena_free(&a);
}

/* What is refused is refused for good (ERR_DATA); what broke on its way may go better. */
static void
a_bad_answer_is_refused_in_words(void **state)
{
	static const struct {
		const char *answers[4], *why;
		enum err_code code;
	} rows[] = {
		{ { "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n[]" }, "remaining to read",
			ERR_UNAVAILABLE },
		{ { "HTTP/1.1 200 OK\r\n\r\n0123456789012345678901234567890" },
			"more than 30 bytes", ERR_DATA },
		{ { "" }, "Empty reply", ERR_UNAVAILABLE },
		{ { "[]" }, "HTTP/0.9", ERR_DATA },
		{ { "HTTP/1.1 302 Go\r\n\r\n" }, "a redirect that leads nowhere", ERR_DATA },
		{ { "HTTP/1.1 302 Go\r\nLocation: file:///etc/passwd\r\n\r\n" },
			"a redirect that leads nowhere", ERR_DATA },
		{ { "HTTP/1.1 302 Go\r\nLocation: gopher://127.0.0.1/x\r\n\r\n" },
			"redirect to gopher:", ERR_DATA },
		{ { "HTTP/1.1 302 Go\r\nLocation: http://localhost:1/\r\n\r\n" },
			"redirect to another host", ERR_DATA },
		{ { "HTTP/1.1 302 Go\r\nLocation: /x\r\nConnection: close\r\n\r\n",
			  "HTTP/1.1 302 Go\r\nLocation: /y\r\nConnection: close\r\n\r\n" },
			"more than 1 redirects", ERR_DATA },
		{ { "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nplain" }, "ncoding",
			ERR_DATA },
	};
	struct http *h = http_new();
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct canned c = { 0 };
		struct http_response out;
		struct err e = { 0 };

		memcpy(c.answers, rows[i].answers, sizeof c.answers);
		canned_start(&c);
		struct http_request r = { .url = c.url,
			.ceiling = 30,
			.deadline = 5 * CLOCK_SECOND,
			.configured = true,
			.redirects = 1 };

		assert_int_equal(http_get(h, &r, NOW, &a, &out, &e), -1);
		canned_stop(&c);
		if (!strstr(e.text, rows[i].why) || e.code != rows[i].code)
			fail_msg("%zu: %d %s", i, e.code, e.text);
	}
	http_free(h);
	arena_free(&a);
}

/* Lines that are kept, each within what libcurl takes: a megabyte of them. */
static void
a_header_has_a_ceiling(void **state)
{
	struct canned c = { 0 };
	struct http *h = http_new();
	struct http_response out;
	struct arena a = { 0 };
	struct err e;
	struct buf b;

	(void)state;
	buf_init(&b, 2 << 20);
	buf_addz(&b, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 20; i++) {
		buf_addz(&b, "Link: ");
		buf_fill(&b, 'x', 50000);
		buf_addz(&b, "\r\n");
	}
	buf_addz(&b, "\r\n[]");
	c.answers[0] = buf_z(&b);
	signal(SIGPIPE, SIG_IGN);
	canned_start(&c);
	struct http_request r = {
		.url = c.url, .ceiling = 1000, .deadline = 5 * CLOCK_SECOND, .configured = true
	};

	assert_int_equal(http_get(h, &r, NOW, &a, &out, &e), -1);
	canned_stop(&c);
	assert_int_equal(e.code, ERR_DATA);
	assert_non_null(strstr(e.text, "a header of more than 131072 bytes"));
	http_free(h);
	arena_free(&a);
	buf_free(&b);
}

/* A host that was configured may be private; a kept connection to it does not serve a request that
 * may not go there. */
static void
a_kept_connection_is_no_way_around(void **state)
{
	struct canned c = { .answers = { "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nETag: "
					 "\"x\"\r\n\r\n[]",
				    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]" } };
	struct http *h = http_new();
	struct http_response out;
	struct arena a = { 0 };
	struct err e;

	(void)state;
	canned_start(&c);
	struct http_request r = {
		.url = c.url, .ceiling = 1000, .deadline = 5 * CLOCK_SECOND, .configured = true
	};

	assert_int_equal(http_get(h, &r, NOW, &a, &out, &e), 0);
	assert_str(out.etag, "\"x\"");
	assert_str(out.body, "[]");
	r.configured = false;
	assert_int_equal(http_get(h, &r, NOW, &a, &out, &e), -1);
	assert_non_null(strstr(e.text, "a private address"));
	canned_stop(&c);
	http_free(h);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_public_addresses_are_dialled),
		cmocka_unit_test(a_private_host_is_refused_unless_it_was_configured),
		cmocka_unit_test(an_answer_says_how_long_to_wait),
		cmocka_unit_test(a_bad_answer_is_refused_in_words),
		cmocka_unit_test(a_header_has_a_ceiling),
		cmocka_unit_test(a_kept_connection_is_no_way_around),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
