#include "people/decode.h"

#include <string.h>

#include "test.h"

/* Decode in pieces of a size; the outcome is the same whatever the size. */
static int
decode(const char *encoding, struct str in, size_t size, struct buf *out, char *named,
	struct err *e)
{
	struct decoder *d;
	int status = decoder_open(encoding, &d, e);

	if (status < 0)
		return -1;
	for (size_t at = 0; status == 0 && at < in.n; at += size)
		status = decoder_feed(d, str_sub(in, at, size), false, out, e);
	if (status == 0)
		status = decoder_feed(d, STR(""), true, out, e);
	strcpy(named, decoder_encoding(d));
	decoder_close(d);
	return status;
}

static void
makes_utf8_of_what_is_named_or_marked(void **state)
{
	static const struct {
		const char *encoding;
		struct str in;
		const char *want, *named;
	} rows[] = {
		{ NULL, { "", 0 }, "", "UTF-8" },
		{ NULL, { "a,\xc3\xa9", 4 }, "a,\xc3\xa9", "UTF-8" },
		{ NULL,
			{ "\xef\xbb\xbf"
			  "email",
				8 },
			"email", "UTF-8" },
		{ "utf8",
			{ "\xef\xbb\xbf"
			  "x",
				4 },
			"x", "UTF-8" },
		{ NULL,
			{ "\xff\xfe"
			  "a\0\xe9\0",
				6 },
			"a\xc3\xa9", "UTF-16LE" },
		{ NULL,
			{ "\xfe\xff"
			  "\0a\0\xe9",
				6 },
			"a\xc3\xa9", "UTF-16BE" },
		{ NULL,
			{ "\xff\xfe\0\0"
			  "a\0\0\0\xe9\0\0\0",
				12 },
			"a\xc3\xa9", "UTF-32LE" },
		{ NULL,
			{ "\0\0\xfe\xff"
			  "\0\0\0a",
				8 },
			"a", "UTF-32BE" },
		{ "utf-16",
			{ "\xfe\xff"
			  "\0a",
				4 },
			"a", "UTF-16BE" },
		{ "utf-16le", { "a\0b\0", 4 }, "ab", "utf-16le" },
		{ "latin1", { "a\xe9", 2 }, "a\xc3\xa9", "latin1" },
		{ "windows-1252", { "\x80", 1 }, "\xe2\x82\xac", "windows-1252" },
		/* Never guessed: it stays as it is, and is no UTF-8. */
		{ NULL, { "a\xe9", 2 }, "a\xe9", "UTF-8" },
		/* What the encoding does not have is marked, and what follows is read on. */
		{ "utf-16le",
			{ "\x00\xd8"
			  "a\0",
				4 },
			"\xff"
			"a",
			"utf-16le" },
		{ "utf-16le", { "a\0b", 3 }, "a\xff", "utf-16le" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t size = 1; size < 10; size += 4) {
			struct buf out;
			struct err e;
			char named[64];

			buf_init(&out, 1000);
			assert_int_equal(
				decode(rows[i].encoding, rows[i].in, size, &out, named, &e), 0);
			if (strcmp(buf_z(&out), rows[i].want) != 0)
				fail_msg("row %zu by %zu: '%s'", i, size, buf_z(&out));
			assert_string_equal(named, rows[i].named);
			buf_free(&out);
		}
}

static void
refuses_what_is_no_text(void **state)
{
	static const struct str rows[] = {
		{ "\x1f\x8b\x08\0\0\0\0\0\0", 9 },
		{ "PK\x03\x04", 4 },
		{ "%PDF-1.7", 8 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf out;
		struct err e;
		char named[64];

		buf_init(&out, 1000);
		assert_int_equal(decode(NULL, rows[i], 3, &out, named, &e), -1);
		assert_int_equal(e.code, ERR_DATA);
		buf_free(&out);
	}
}

static void
knows_when_it_does_not_know_an_encoding(void **state)
{
	static const char *const rows[] = { "", "klingon", "latin1//TRANSLIT", "a b" };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct decoder *d;
		struct err e;

		assert_int_equal(decoder_open(rows[i], &d, &e), -1);
		assert_int_equal(e.code, ERR_USAGE);
	}
	decoder_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_utf8_of_what_is_named_or_marked),
		cmocka_unit_test(refuses_what_is_no_text),
		cmocka_unit_test(knows_when_it_does_not_know_an_encoding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
