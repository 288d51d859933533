#include "base/json.h"

#include <string.h>

#include "base/buf.h"
#include "test.h"

static const struct {
	struct str in;
	enum json_kind kind;
	const char *why; /* NULL: it is good */
} rows[] = {
	{ STR_INIT("[]"), JSON_ARRAY, NULL },
	{ STR_INIT(" {\"a\": [1, -0, 1.5e+3, true, false, null]}\n"), JSON_OBJECT, NULL },
	{ STR_INIT("\"x\""), JSON_OTHER, NULL },
	{ STR_INIT("\xef\xbb\xbf[1]"), JSON_ARRAY, NULL },
	{ STR_INIT("[\"\\ud83d\\ude00 \xf0\x9f\x98\x80 \\u00e9\"]"), JSON_ARRAY, NULL },
	{ STR_INIT("{\"a\":{\"a\":1},\"b\":{\"a\":2}}"), JSON_OBJECT, NULL },
	{ STR_INIT(""), JSON_OTHER, "an empty body" },
	{ STR_INIT("  "), JSON_OTHER, "an empty body" },
	{ STR_INIT("[1,2"), JSON_ARRAY, "an array without an end" },
	{ STR_INIT("[1,]"), JSON_ARRAY, "not JSON" },
	{ STR_INIT("{\"a\":1"), JSON_OBJECT, "an object without an end" },
	{ STR_INIT("{a:1}"), JSON_OBJECT, "not JSON" },
	{ STR_INIT("[1] x"), JSON_ARRAY, "more text behind the value" },
	{ STR_INIT("[1][2]"), JSON_ARRAY, "more text behind the value" },
	{ STR_INIT("[NaN]"), JSON_ARRAY, "not JSON" },
	{ STR_INIT("[Infinity]"), JSON_ARRAY, "not JSON" },
	{ STR_INIT("[01]"), JSON_ARRAY, "a number with a leading zero" },
	{ STR_INIT("[1.]"), JSON_ARRAY, "a number without digits behind its point" },
	{ STR_INIT("[1e]"), JSON_ARRAY, "a number without digits in its exponent" },
	{ STR_INIT("[+1]"), JSON_ARRAY, "not JSON" },
	{ STR_INIT("// hm\n[1]"), JSON_OTHER, "not JSON" },
	{ STR_INIT("[\"\\x41\"]"), JSON_ARRAY, "an escape that JSON does not have" },
	{ STR_INIT("[\"\\u0000\"]"), JSON_ARRAY, NULL },
	{ STR_INIT("[\"a\0b\"]"), JSON_ARRAY, "a NUL" },
	{ STR_INIT("[\"\\ud800\"]"), JSON_ARRAY, NULL },
	{ STR_INIT("[\"\\udc00\\ud800\"]"), JSON_ARRAY, NULL },
	{ STR_INIT("[\"\\u12\"]"), JSON_ARRAY, "an escape that JSON does not have" },
	{ STR_INIT("{\"\\ud800\":1,\"\\u0000\":3}"), JSON_OBJECT, "a key twice in one object" },
	{ STR_INIT("[\"a\nb\"]"), JSON_ARRAY, "a control character in a string" },
	{ STR_INIT("[\"\xe9\"]"), JSON_ARRAY, "bytes that are no UTF-8" },
	{ STR_INIT("[\"\xed\xa0\x80\"]"), JSON_ARRAY, "bytes that are no UTF-8" },
	{ STR_INIT("{\"a\":1,\"b\":2,\"a\":3}"), JSON_OBJECT, "a key twice in one object" },
	{ STR_INIT("{\"a\":1,\"\\u0061\":3}"), JSON_OBJECT, "a key twice in one object" },
	{ STR_INIT("<html></html>"), JSON_OTHER, "not JSON" },
	{ STR_INIT("tru"), JSON_OTHER, "not JSON" },
};

static void
what_is_no_json_is_said_so(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str text = rows[i].in;
		enum json_kind kind;
		struct err e = { 0 };
		int status = json_check(&text, &kind, &e);

		if ((status == 0) != !rows[i].why ||
			(status < 0 && strncmp(e.text, rows[i].why, strlen(rows[i].why)) != 0))
			fail_msg("'%.*s': %s", STR_ARG(rows[i].in), status < 0 ? e.text : "taken");
		assert_int_equal(kind, rows[i].kind);
	}
}

static void
escapes_of_no_character_are_mended(void **state)
{
	static const struct {
		const char *in, *want;
	} mended[] = {
		{ "[\"\\u0000\"]", "[\"\\ufffd\"]" },
		{ "[\"\\u0001\\u0041\"]", "[\"\\u0001\\u0041\"]" },
		{ "[\"\\\\u0000\"]", "[\"\\\\u0000\"]" }, /* an escaped backslash */
		{ "[\"\\ud83d\\ude00\"]", "[\"\\ud83d\\ude00\"]" },
		{ "[\"\\ud83d x\"]", "[\"\\ufffd x\"]" },
		{ "[\"\\ude00\\ud83d\"]", "[\"\\ufffd\\ufffd\"]" },
		{ "[\"\\ud83d\\ud83d\\ude00\"]", "[\"\\ufffd\\ud83d\\ude00\"]" },
		{ "[\"\\ud83d\\n\"]", "[\"\\ufffd\\n\"]" },
		{ "[\"\\ud83d\"]", "[\"\\ufffd\"]" },
		{ "[]", "[]" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(mended); i++) {
		char text[64];

		strcpy(text, mended[i].in);
		json_mend(text, strlen(text));
		assert_string_equal(text, mended[i].want);
	}
}

static void
nesting_and_numbers_have_limits(void **state)
{
	static const int depths[] = { 32, 33, 100000 };
	struct err e;

	(void)state;
	for (size_t i = 0; i < COUNT(depths); i++) {
		struct str text;
		enum json_kind kind;
		struct buf b;

		buf_init(&b, 1 << 20);
		buf_fill(&b, '[', (size_t)depths[i]);
		buf_fill(&b, ']', (size_t)depths[i]);
		text = buf_str(&b);
		assert_int_equal(json_check(&text, &kind, &e), depths[i] <= 32 ? 0 : -1);
		buf_clear(&b);
		buf_fill(&b, '9', (size_t)depths[i] * 10);
		text = buf_str(&b);
		assert_int_equal(json_check(&text, &kind, &e), depths[i] * 10 <= 400 ? 0 : -1);
		buf_free(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_json_is_said_so),
		cmocka_unit_test(escapes_of_no_character_are_mended),
		cmocka_unit_test(nesting_and_numbers_have_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
