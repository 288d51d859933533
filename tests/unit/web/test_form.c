#include "web/form.h"

#include "base/buf.h"

#include "test.h"

#define URLENCODED "application/x-www-form-urlencoded"
#define MULTIPART "multipart/form-data; boundary=b"
#define PART(name, value)                                                                          \
	"--b\r\nContent-Disposition: form-data; name=" name "\r\n\r\n" value "\r\n"
#define LINES(name, value) "--b\nContent-Disposition: form-data; name=" name "\n\n" value "\n"

static void
reads_both_kinds_that_rfc_8058_names(void **state)
{
	/* clang-format off */
	static const struct {
		const char *type;
		struct str body;
		const char *name, *value;
	} rows[] = {
		{ URLENCODED, STR_INIT("a=b"), "a", "b" },
		{ "Application/X-WWW-Form-Urlencoded ; charset=UTF-8", STR_INIT("a=b"), "a", "b" },
		{ URLENCODED, STR_INIT("x=1&a=b&y="), "a", "b" },
		{ URLENCODED, STR_INIT("a%2Db=%c3%A4+c"), "a-b", "\xc3\xa4 c" },
		{ URLENCODED, STR_INIT("a=b=c"), "a", "b=c" },
		{ URLENCODED, STR_INIT("List-Unsubscribe=One-Click"), "List-Unsubscribe", "One-Click" },
		{ URLENCODED, STR_INIT("List-Unsubscribe=One-Click\r\n"), "List-Unsubscribe", "One-Click" },
		{ URLENCODED, STR_INIT("a=b\n"), "a", "b" },
		{ URLENCODED, STR_INIT("a=b\r\n\r\n"), "a", "b" },
		{ URLENCODED, STR_INIT("a=b%0D%0A"), "a", "b\r\n" },
		{ URLENCODED, STR_INIT("a=b&"), "a", "b" },
		{ URLENCODED, STR_INIT("x&a=b"), "a", "b" },
		{ URLENCODED, STR_INIT("x=1&&a"), "a", "" },
		{ MULTIPART, STR_INIT(PART("\"a\"", "b") "--b--\r\n"), "a", "b" },
		{ MULTIPART, STR_INIT(PART("a", "b") "--b--"), "a", "b" },
		{ MULTIPART, STR_INIT(PART("x", "1") PART("a", "") "--b--\r\n"), "a", "" },
		{ MULTIPART, STR_INIT(PART("a", "b\r\n--c\r\n") "--b--\r\n"), "a", "b\r\n--c\r\n" },
		{ "MULTIPART/Form-Data; x=y; Boundary=\"b\"",
			STR_INIT("--b\r\nContent-Type: text/plain\r\n"
				"content-disposition: Form-Data; name=\"a\"\r\n\r\nb\r\n--b--\r\n"),
			"a", "b" },
		{ MULTIPART, STR_INIT("\r\n" PART("a", "b") "--b--\r\n"), "a", "b" },
		{ MULTIPART, STR_INIT(LINES("a", "b") LINES("c", "1") "--b--\n"), "a", "b" },
		{ MULTIPART, STR_INIT(PART("\"x\"; filename=\"y;z\"", "1") PART("a", "b") "--b--"), "a", "b" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct form f;

		print_message("%s: %.*s\n", rows[i].type, STR_ARG(rows[i].body));
		assert_int_equal(form_parse(str_of(rows[i].type), rows[i].body, &a, &f), FORM_OK);
		assert_true(form_says(&f, rows[i].name, rows[i].value));
		assert_false(form_says(&f, rows[i].name, "another"));
		arena_free(&a);
	}
}

static void
repairs_nothing(void **state)
{
	/* clang-format off */
	static const struct {
		const char *type;
		struct str body;
		enum form_verdict want;
	} rows[] = {
		{ URLENCODED, STR_INIT("=b"), FORM_BROKEN },
		{ URLENCODED, STR_INIT("a=%"), FORM_BROKEN },
		{ URLENCODED, STR_INIT("a=%\r\n"), FORM_BROKEN },
		{ URLENCODED, STR_INIT("a=%4"), FORM_BROKEN },
		{ URLENCODED, STR_INIT("a=%4g"), FORM_BROKEN },
		{ URLENCODED, STR_INIT("a=%00"), FORM_BROKEN },
		{ URLENCODED, STR_INIT("a=b\0"), FORM_BROKEN },
		{ "multipart/form-data", STR_INIT(PART("a", "b") "--b--\r\n"), FORM_BROKEN },
		{ "multipart/form-data; boundary=", STR_INIT(PART("a", "b") "--b--\r\n"), FORM_BROKEN },
		{ MULTIPART, STR_INIT(PART("a\0", "b") "--b--\r\n"), FORM_BROKEN },
		{ MULTIPART, STR_INIT(""), FORM_BROKEN },
		{ MULTIPART, STR_INIT("a=b"), FORM_BROKEN },
		{ MULTIPART, STR_INIT(PART("a", "b")), FORM_BROKEN },
		{ MULTIPART, STR_INIT(PART("a", "b") "--b"), FORM_BROKEN },
		{ MULTIPART, STR_INIT(PART("a", "b") "--bb--"), FORM_BROKEN },
		{ MULTIPART, STR_INIT("text\r\n" PART("a", "b") "--b--"), FORM_BROKEN },
		{ MULTIPART, STR_INIT(LINES("a", "b") PART("c", "d") "--b"), FORM_BROKEN },
		{ MULTIPART, STR_INIT(PART("a", "b\0") "--b--"), FORM_BROKEN },
		{ MULTIPART, STR_INIT(PART("\"\"", "b") "--b--"), FORM_BROKEN },
		{ MULTIPART, STR_INIT("--b\r\n\r\nb\r\n--b--\r\n"), FORM_BROKEN },
		{ MULTIPART, STR_INIT("--b\r\nContent-Disposition: file; name=a\r\n\r\nb\r\n--b--\r\n"), FORM_BROKEN },
		{ "", STR_INIT("a=b"), FORM_OTHER_TYPE },
		{ "text/plain", STR_INIT("a=b"), FORM_OTHER_TYPE },
		{ "application/json", STR_INIT("{\"a\":\"b\"}"), FORM_OTHER_TYPE },
		{ "application/x-www-form-urlencodedx", STR_INIT("a=b"), FORM_OTHER_TYPE },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct form f;

		print_message("%s: %.*s\n", rows[i].type, STR_ARG(rows[i].body));
		assert_int_equal(
			form_parse(str_of(rows[i].type), rows[i].body, &a, &f), rows[i].want);
		arena_free(&a);
	}
}

static void
a_name_that_comes_twice_says_nothing(void **state)
{
	struct arena a = { 0 };
	struct str value;
	struct form f;

	(void)state;
	assert_int_equal(form_parse(STR(URLENCODED), STR("a=b&a=b&c=d&e="), &a, &f), FORM_OK);
	assert_false(form_says(&f, "a", "b"));
	assert_int_equal(form_value(&f, "a", &value), -1);
	assert_int_equal(form_value(&f, "b", &value), 0);
	assert_int_equal(form_value(&f, "c", &value), 1);
	assert_str(value, "d");
	assert_int_equal(form_value(&f, "e", &value), 1);
	assert_str(value, "");
	arena_free(&a);
}

static void
has_room_for_so_many_fields_and_no_more(void **state)
{
	struct arena a = { 0 };
	struct form f;
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	for (int i = 0; i < FORM_FIELDS_LIMIT; i++)
		buf_printf(&b, "%sa%d=1", i ? "&" : "", i);
	assert_int_equal(form_parse(STR(URLENCODED), buf_str(&b), &a, &f), FORM_OK);
	buf_addz(&b, "&b=1");
	assert_int_equal(form_parse(STR(URLENCODED), buf_str(&b), &a, &f), FORM_BROKEN);
	buf_free(&b);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_both_kinds_that_rfc_8058_names),
		cmocka_unit_test(repairs_nothing),
		cmocka_unit_test(a_name_that_comes_twice_says_nothing),
		cmocka_unit_test(has_room_for_so_many_fields_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
