#include "web/response.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_every_answer_has),
		cmocka_unit_test(head_is_get_without_its_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
