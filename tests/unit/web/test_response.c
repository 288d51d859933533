#include "web/response.h"

#include <string.h>

#include "test.h"

/* A moment in 2026, and a page of four bytes. */
static const int64_t now = INT64_C(1771045205000000);

static void
writes_what_every_answer_has(void **state)
{
	const struct response r = { .status = 405,
		.type = "text/plain",
		.body = STR_INIT("page"),
		.style = "sha256-x",
		.allow = "GET, HEAD",
		.retry_after = 10 };
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	response_write(&r, now, true, false, &b);
	assert_string_equal(buf_z(&b),
		"HTTP/1.1 405 Method Not Allowed\r\n"
		"Date: Sat, 14 Feb 2026 05:00:05 GMT\r\n"
		"Content-Type: text/plain\r\n"
		"Content-Length: 4\r\n"
		"Content-Security-Policy: default-src 'none'; style-src 'sha256-x'; "
		"base-uri 'none'; form-action 'self'; frame-ancestors 'none'\r\n"
		"Referrer-Policy: no-referrer\r\n"
		"X-Content-Type-Options: nosniff\r\n"
		"X-Robots-Tag: noindex\r\n"
		"Cache-Control: no-store\r\n"
		"Allow: GET, HEAD\r\n"
		"Retry-After: 10\r\n"
		"Connection: close\r\n"
		"\r\n"
		"page");
	buf_free(&b);
}

static void
head_is_get_without_its_body(void **state)
{
	const struct response r = { .status = 200, .type = "text/plain", .body = STR_INIT("page") };
	struct buf get, head;

	(void)state;
	buf_init(&get, 4096);
	buf_init(&head, 4096);
	response_write(&r, now, true, true, &get);
	response_write(&r, now, false, true, &head);
	buf_addz(&head, "page");
	assert_string_equal(buf_z(&head), buf_z(&get));
	buf_free(&get);
	buf_free(&head);
}

static void
what_is_public_may_be_kept_and_found(void **state)
{
	const struct response r = { .status = 200,
		.type = "text/html; charset=utf-8",
		.body = STR_INIT("page"),
		.public = true,
		.max_age = 300,
		.etag = "W/\"a\"",
		.encoding = "gzip" };
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	response_write(&r, now, true, true, &b);
	assert_string_equal(buf_z(&b),
		"HTTP/1.1 200 OK\r\n"
		"Date: Sat, 14 Feb 2026 05:00:05 GMT\r\n"
		"Content-Type: text/html; charset=utf-8\r\n"
		"Content-Length: 4\r\n"
		"Content-Encoding: gzip\r\n"
		"ETag: W/\"a\"\r\n"
		"Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; "
		"img-src 'self'; script-src 'self'; base-uri 'none'; form-action 'self'; "
		"frame-ancestors 'none'\r\n"
		"Referrer-Policy: no-referrer\r\n"
		"X-Content-Type-Options: nosniff\r\n"
		"Cache-Control: public, max-age=300\r\n"
		"Vary: Accept-Encoding\r\n"
		"\r\n"
		"page");
	buf_free(&b);
}

static void
what_the_client_has_is_not_sent_again(void **state)
{
	/* clang-format off */
	static const struct {
		const char *known, *etag;
		int was, want;
	} rows[] = {
		{ "\"a\"", "\"a\"", 200, 304 },
		{ "W/\"a\"", "\"a\"", 200, 304 },
		{ "\"a\"", "W/\"a\"", 200, 304 },
		{ "\"x\", \"a\"", "\"a\"", 200, 304 },
		{ "*", "\"a\"", 200, 304 },
		{ "\"b\"", "\"a\"", 200, 200 },
		{ "a", "\"a\"", 200, 200 },
		{ "", "\"a\"", 200, 200 },
		{ "*", NULL, 200, 200 },
		{ "*", "\"a\"", 404, 404 },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct response r = { .status = rows[i].was,
			.type = "text/plain",
			.body = STR_INIT("page"),
			.public = true,
			.etag = rows[i].etag };
		struct buf b;

		response_be_brief(&r, str_of(rows[i].known));
		assert_int_equal(r.status, rows[i].want);
		buf_init(&b, 4096);
		response_write(&r, now, true, true, &b);
		assert_int_equal(strstr(buf_z(&b), "page") == NULL, r.status == 304);
		assert_int_equal(strstr(buf_z(&b), "Content-Length") == NULL, r.status == 304);
		buf_free(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_public_may_be_kept_and_found),
		cmocka_unit_test(what_the_client_has_is_not_sent_again),
		cmocka_unit_test(writes_what_every_answer_has),
		cmocka_unit_test(head_is_get_without_its_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
