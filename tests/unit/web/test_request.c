#include "web/request.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

#define GET "GET / HTTP/1.1\r\n"
#define POST "POST / HTTP/1.1\r\n"
#define HOST "Host: a\r\n"
#define CHUNKED POST HOST "Transfer-Encoding: Chunked\r\n\r\n"

/* Give it all at once, or a byte at a time: what comes of it may not differ. */
static enum request_step
read_in_steps(struct request *r, struct str bytes, size_t step, size_t *used)
{
	enum request_step result = REQUEST_MORE;

	request_init(r);
	*used = 0;
	while (result == REQUEST_MORE && *used < bytes.n) {
		size_t n;

		result = request_read(r, str_sub(bytes, *used, step), &n);
		*used += n;
	}
	return result;
}

static const size_t steps[] = { SIZE_MAX, 1, 7 };

static void
takes_what_is_plain(void **state)
{
	/* clang-format off */
	static const struct {
		const char *in;
		enum request_method method;
		const char *path, *query, *body;
		bool closes;
		const char *rest; /* the next one's */
	} rows[] = {
		{ GET HOST "\r\n", REQUEST_GET, "/", "", "", false, "" },
		{ "HEAD /a HTTP/1.1\r\n" HOST "\r\n", REQUEST_HEAD, "/a", "", "", false, "" },
		{ "\r\nGET /a?b=%41 HTTP/1.1\r\n" HOST "\r\n", REQUEST_GET, "/a", "b=%41", "", false, "" },
		{ "GET http://b.example/a?b HTTP/1.1\r\n" HOST "\r\n", REQUEST_GET, "/a", "b", "", false, "" },
		{ "GET /?x={y}|\"z\" HTTP/1.1\r\n" HOST "\r\n", REQUEST_GET, "/", "x={y}|\"z\"", "", false, "" },
		{ GET "hOST:a:80\r\n\r\n", REQUEST_GET, "/", "", "", false, "" },
		{ GET "Host:\t [::1]:80 \t\r\n\r\n", REQUEST_GET, "/", "", "", false, "" },
		{ GET HOST "X: \xc3\xa4\t\x80 b\r\nEmpty:\r\n\r\n", REQUEST_GET, "/", "", "", false, "" },
		{ GET HOST "Connection: Close\r\n\r\n", REQUEST_GET, "/", "", "", true, "" },
		{ GET HOST "Connection: x\r\nConnection: y , close\r\n\r\n", REQUEST_GET, "/", "", "", true, "" },
		{ "GET / HTTP/1.0\r\n\r\n", REQUEST_GET, "/", "", "", true, "" },
		{ "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", REQUEST_GET, "/", "", "", true, "" },
		{ POST HOST "Content-Length: 3\r\n\r\nabc", REQUEST_POST, "/", "", "abc", false, "" },
		{ POST HOST "Content-Length: 003\r\n\r\nabcGET", REQUEST_POST, "/", "", "abc", false, "GET" },
		{ POST HOST "Content-Length: 0\r\n\r\n", REQUEST_POST, "/", "", "", false, "" },
		{ POST HOST "\r\n", REQUEST_POST, "/", "", "", false, "" },
		{ GET HOST "\r\nGET", REQUEST_GET, "/", "", "", false, "GET" },
		{ CHUNKED "2\r\nab\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n", REQUEST_POST, "/", "", "ab0123456789", false, "" },
		{ CHUNKED "1\r\na\r\n0\r\nTrailer: x\r\n\r\nPOST", REQUEST_POST, "/", "", "a", false, "POST" },
		/* Other methods are answered by the head alone. */
		{ "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", REQUEST_OTHER, "", "", "", true, "" },
		{ "CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n", REQUEST_OTHER, "", "", "", true, "" },
		{ "PUT / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc", REQUEST_OTHER, "/", "", "", true, "abc" },
		{ "get / HTTP/1.1\r\n" HOST "\r\n", REQUEST_OTHER, "/", "", "", true, "" },
	};
	/* clang-format on */

	(void)state;
	for (size_t n = 0; n < COUNT(rows) * COUNT(steps); n++) {
		size_t i = n / COUNT(steps), step = steps[n % COUNT(steps)], used;
		struct str in = str_of(rows[i].in);
		struct request r;

		print_message("%.*s\n", STR_ARG(in));
		assert_int_equal(read_in_steps(&r, in, step, &used), REQUEST_DONE);
		assert_int_equal(r.method, rows[i].method);
		assert_str(r.path, rows[i].path);
		assert_str(r.query, rows[i].query);
		assert_str(buf_str(&r.body), rows[i].body);
		assert_int_equal(r.keep, !rows[i].closes);
		assert_str(str_from(in, used), rows[i].rest);
		request_free(&r);
	}
}

static void
refuses_what_has_two_readings(void **state)
{
	/* clang-format off */
	static const struct {
		struct str in;
		int status;
	} rows[] = {
		/* the first line */
		{ STR_INIT("GET  / HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET / HTTP/1.1 \r\n"), 400 },
		{ STR_INIT(" GET / HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET\t/\tHTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET / HTTP/1.1\n"), 400 },
		{ STR_INIT("GET / HTTP/1.1\r\r\n"), 400 },
		{ STR_INIT("GET /\r\n"), 400 },
		{ STR_INIT("GET / HTTP/2.0\r\n"), 400 },
		{ STR_INIT("GET / HTTP/1.10\r\n"), 400 },
		{ STR_INIT("GET / http/1.1\r\n"), 400 },
		{ STR_INIT("G\0T / HTTP/1.1\r\n"), 400 },
		{ STR_INIT("G(T / HTTP/1.1\r\n"), 400 },
		{ STR_INIT("\r\n\r\n"), 400 },
		{ STR_INIT("\x16\x03\x01\x02\n"), 400 },
		/* the target */
		{ STR_INIT("GET a HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET * HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET ftp://a/ HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET http:/// HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET http://a HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET http://u@a/ HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET /a%00 HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET /a%0 HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET /a%zz HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET /a?%00 HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET /a#b HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET /a\\b HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET /a\0b HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET /\xc3\xa4 HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET /\x7f HTTP/1.1\r\n"), 400 },
		/* header lines */
		{ STR_INIT(GET "\r\n"), 400 },
		{ STR_INIT(GET HOST HOST), 400 },
		{ STR_INIT(GET "Host:\r\n\r\n"), 400 },
		{ STR_INIT(GET "Host: a b\r\n\r\n"), 400 },
		{ STR_INIT(GET "Host: a/b\r\n\r\n"), 400 },
		{ STR_INIT(GET "Host : a\r\n"), 400 },
		{ STR_INIT(GET " Host: a\r\n"), 400 },
		{ STR_INIT(GET HOST " folded\r\n"), 400 },
		{ STR_INIT(GET HOST "\tfolded: x\r\n"), 400 },
		{ STR_INIT(GET HOST ": x\r\n"), 400 },
		{ STR_INIT(GET HOST "no colon\r\n"), 400 },
		{ STR_INIT(GET HOST "A: b\n"), 400 },
		{ STR_INIT(GET HOST "A: b\rC: d\r\n"), 400 },
		{ STR_INIT(GET HOST "A: b\r\r\n"), 400 },
		{ STR_INIT(GET HOST "A: \0\r\n"), 400 },
		{ STR_INIT(GET HOST "A\0: b\r\n"), 400 },
		{ STR_INIT(GET HOST "A: \x7f\r\n"), 400 },
		{ STR_INIT(GET HOST "Expect: tea\r\n\r\n"), 417 },
		/* lengths and codings */
		{ STR_INIT(POST HOST "Content-Length: 1\r\nContent-Length: 1\r\n"), 400 },
		{ STR_INIT(POST HOST "Content-Length: 1, 1\r\n\r\n"), 400 },
		{ STR_INIT(POST HOST "Content-Length: +1\r\n\r\n"), 400 },
		{ STR_INIT(POST HOST "Content-Length: -1\r\n\r\n"), 400 },
		{ STR_INIT(POST HOST "Content-Length: 0x1\r\n\r\n"), 400 },
		{ STR_INIT(POST HOST "Content-Length:\r\n\r\n"), 400 },
		{ STR_INIT(POST HOST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"), 400 },
		{ STR_INIT(POST HOST "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"), 400 },
		{ STR_INIT(POST HOST "Transfer-Encoding : chunked\r\n"), 400 },
		{ STR_INIT(POST HOST "Transfer-Encoding:\r\n chunked\r\n"), 400 },
		{ STR_INIT(POST HOST "Transfer-Encoding: chunked\0\r\n"), 400 },
		{ STR_INIT(POST HOST "Transfer-Encoding:\x0b chunked\r\n"), 400 },
		{ STR_INIT(POST HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n"), 400 },
		{ STR_INIT(POST HOST "Transfer-Encoding: identity, chunked\r\n\r\n"), 400 },
		{ STR_INIT(POST HOST "Transfer-Encoding: xchunked\r\n\r\n"), 400 },
		{ STR_INIT(POST HOST "Transfer-Encoding:\r\n\r\n"), 400 },
		{ STR_INIT("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400 },
		{ STR_INIT(CHUNKED "\r\n"), 400 },
		{ STR_INIT(CHUNKED "g\r\n"), 400 },
		{ STR_INIT(CHUNKED "-1\r\n"), 400 },
		{ STR_INIT(CHUNKED "0x1\r\n"), 400 },
		{ STR_INIT(CHUNKED "1 \r\n"), 400 },
		{ STR_INIT(CHUNKED " 1\r\n"), 400 },
		{ STR_INIT(CHUNKED "1\n"), 400 },
		{ STR_INIT(CHUNKED "000000001\r\n"), 400 },
		{ STR_INIT(CHUNKED "1;\x01\r\n"), 400 },
		{ STR_INIT(CHUNKED "1\r\nabc\r\n"), 400 },
		{ STR_INIT(CHUNKED "1\r\na\n"), 400 },
		{ STR_INIT(CHUNKED "0\r\n folded\r\n"), 400 },
		/* too much */
		{ STR_INIT(POST HOST "Content-Length: 8193\r\n\r\n"), 413 },
		{ STR_INIT(POST HOST "Content-Length: 18446744073709551617\r\n\r\n"), 413 },
		{ STR_INIT(CHUNKED "2001\r\n"), 413 },
		{ STR_INIT(CHUNKED "ffffffffffffffff1\r\n"), 413 },
	};
	/* clang-format on */

	(void)state;
	for (size_t n = 0; n < COUNT(rows) * COUNT(steps); n++) {
		size_t i = n / COUNT(steps), step = steps[n % COUNT(steps)], used;
		struct str in = rows[i].in;
		struct request r;

		print_message("%.*s\n", STR_ARG(in));
		assert_int_equal(read_in_steps(&r, in, step, &used), REQUEST_REFUSED);
		assert_int_equal(r.status, rows[i].status);
		assert_non_null(r.why);
		assert_false(r.keep);
		request_free(&r);
	}
}

/* One head with something of n bytes in it. */
static struct str
stretched(const char *before, char c, size_t n, const char *behind)
{
	size_t a = strlen(before), b = strlen(behind);
	char *p = malloc(a + n + b);

	assert_non_null(p);
	memcpy(p, before, a);
	memset(p + a, c, n);
	memcpy(p + a + n, behind, b);
	return (struct str){ p, a + n + b };
}

static void
ends_at_its_limits(void **state)
{
	/* clang-format off */
	static const struct {
		const char *before;
		size_t fits;
		const char *behind;
		int status; /* with one byte more */
	} rows[] = {
		{ "GET /", REQUEST_TARGET_LIMIT - 1, " HTTP/1.1\r\n" HOST "\r\n", 414 },
		{ GET HOST "A: ", REQUEST_FIELDS_LIMIT - 9 - 5 - 2, "\r\n\r\n", 431 },
		{ GET HOST "A: ", REQUEST_FIELDS_LIMIT - 9 - 5 - 2 - 6, "\r\nB: c\r\n\r\n", 431 },
		{ CHUNKED "0;", 252, "\r\n\r\n", 400 },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t more = 0; more < 2; more++) {
			struct str in =
				stretched(rows[i].before, 'a', rows[i].fits + more, rows[i].behind);
			struct request r;
			size_t used;

			print_message("%s%zu\n", rows[i].before, rows[i].fits + more);
			assert_int_equal(read_in_steps(&r, in, SIZE_MAX, &used),
				more ? REQUEST_REFUSED : REQUEST_DONE);
			assert_int_equal(r.status, more ? rows[i].status : 0);
			request_free(&r);
			free((void *)(uintptr_t)in.p);
		}
}

/* Nobody can make it gather without end: not by one line, nor by many, nor by little chunks. */
static void
does_not_wait_for_the_end_of_what_is_too_long(void **state)
{
	/* clang-format off */
	static const struct {
		const char *before, *again;
		int status;
	} rows[] = {
		{ "", "A", 414 },
		{ "GET /", "a", 414 },
		{ GET, "A", 431 },
		{ GET HOST, "A: b\r\n", 431 },
		{ GET HOST "A: ", "b", 431 },
		{ CHUNKED, "1\r\na\r\n", 413 },
		{ CHUNKED "1;", "x", 400 },
		{ CHUNKED "0\r\n", "A: b\r\n", 431 },
		{ CHUNKED "0\r\nA: ", "b", 431 },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum request_step step;
		struct request r;
		size_t used, sent = 0;

		request_init(&r);
		print_message("%s%s...\n", rows[i].before, rows[i].again);
		step = request_read(&r, str_of(rows[i].before), &used);
		while (step == REQUEST_MORE && sent < 100000) {
			step = request_read(&r, str_of(rows[i].again), &used);
			sent += used;
		}
		assert_int_equal(step, REQUEST_REFUSED);
		assert_int_equal(r.status, rows[i].status);
		request_free(&r);
	}
}

static void
knows_who_waits_for_100_continue(void **state)
{
	/* clang-format off */
	static const struct {
		const char *in;
		bool expects;
	} rows[] = {
		{ POST HOST "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\n", true },
		{ POST HOST "Content-Length: 1\r\n\r\n", false },
		{ "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n", false },
		/* There is nothing to wait for. */
		{ POST HOST "Expect: 100-continue\r\n\r\n", false },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct request r;
		size_t used;

		request_init(&r);
		assert_int_not_equal(request_read(&r, str_of(rows[i].in), &used), REQUEST_REFUSED);
		assert_int_equal(r.expects, rows[i].expects);
		request_free(&r);
	}
}

static void
joins_the_lines_of_a_list(void **state)
{
	/* clang-format off */
	static const struct {
		const char *in;
		enum request_field field;
		const char *want;
	} rows[] = {
		{ GET HOST "X-Forwarded-For: 192.0.2.1\r\n\r\n", REQUEST_FORWARDED_FOR, "192.0.2.1" },
		{ GET HOST "X-Forwarded-For: a, b\r\nA: c\r\nx-forwarded-for: d\r\nX-FORWARDED-FOR:\r\n\r\n",
			REQUEST_FORWARDED_FOR, "a, b, d, " },
		{ GET HOST "If-None-Match: \"a\"\r\nIf-None-Match: \"b\"\r\n\r\n", REQUEST_IF_NONE_MATCH, "\"a\", \"b\"" },
	};
	/* clang-format on */

	(void)state;
	for (size_t n = 0; n < COUNT(rows) * COUNT(steps); n++) {
		size_t i = n / COUNT(steps), used;
		struct request r;

		assert_int_equal(
			read_in_steps(&r, str_of(rows[i].in), steps[n % COUNT(steps)], &used),
			REQUEST_DONE);
		assert_str(r.fields[rows[i].field], rows[i].want);
		request_free(&r);
	}
}

/* As many lines as there may be, as long as they may be together. */
static void
a_list_grows_to_its_limit(void **state)
{
	struct request r;
	size_t used;

	(void)state;
	request_init(&r);
	assert_int_equal(request_read(&r, STR(GET HOST), &used), REQUEST_MORE);
	for (int i = 0; i < REQUEST_LINES_LIMIT - 2; i++) {
		struct str line =
			stretched("X-Forwarded-For: ", '1', (16384 - 100) / 98 - 19, "\r\n");

		assert_int_equal(request_read(&r, line, &used), REQUEST_MORE);
		free((void *)(uintptr_t)line.p);
	}
	assert_int_equal(request_read(&r, STR("\r\n"), &used), REQUEST_DONE);
	assert_int_equal(r.fields[REQUEST_FORWARDED_FOR].n, 98 * ((16384 - 100) / 98 - 19 + 2) - 2);
	request_free(&r);
}

static void
knows_who_takes_gzip(void **state)
{
	/* clang-format off */
	static const struct {
		const char *list;
		bool takes;
	} rows[] = {
		{ "gzip", true }, { "deflate, GZip", true }, { "br;q=1, gzip;q=0.5", true }, { "gzip; q=0.001", true },
		{ "gzip;q=0", false }, { "gzip; Q=0.000", false }, { "gzip;q=", false },
		{ "", false }, { "br", false }, { "xgzip", false }, { "*", false },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct request r;

		request_init(&r);
		r.fields[REQUEST_ACCEPT_ENCODING] = str_of(rows[i].list);
		print_message("%s\n", rows[i].list);
		assert_int_equal(request_takes_gzip(&r), rows[i].takes);
		request_free(&r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_the_lines_of_a_list),
		cmocka_unit_test(a_list_grows_to_its_limit),
		cmocka_unit_test(knows_who_takes_gzip),
		cmocka_unit_test(takes_what_is_plain),
		cmocka_unit_test(refuses_what_has_two_readings),
		cmocka_unit_test(ends_at_its_limits),
		cmocka_unit_test(does_not_wait_for_the_end_of_what_is_too_long),
		cmocka_unit_test(knows_who_waits_for_100_continue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
