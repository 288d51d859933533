#include "base/json_value.h"

#include "test.h"

static void
values_are_found_by_path(void **state)
{
	static const char json[] = " {\"a\" : {\"b\":[1, 2,{\"c\":\"x}\"}], "
				   "\"n\":null},\"s\":\"q\\\"\\u00e4\\ud83d\\ude00\\n\", "
				   "\"t\":true , \"f\":-1.5e3,\"e\":[],\"o\":{}} ";
	static const struct {
		const char *path, *raw, *text;
	} rows[] = {
		{ "a.n", "null", "" },
		{ "t", "true", "true" },
		{ "f", "-1.5e3", "-1.5e3" },
		{ "e", "[]", "" },
		{ "o", "{}", "" },
		{ "a.b", "[1, 2,{\"c\":\"x}\"}]", "" },
		{ "s", "\"q\\\"\\u00e4\\ud83d\\ude00\\n\"", "q\"\xc3\xa4\xf0\x9f\x98\x80\n" },
		{ "none", "", "" },
		{ "t.x", "", "" },
		{ "a.b.c", "", "" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_str(json_at(str_of(json), rows[i].path), rows[i].raw);
		assert_str(json_text_at(str_of(json), rows[i].path, &a), rows[i].text);
	}
	arena_free(&a);
}

static void
elements_come_one_by_one(void **state)
{
	static const char *const want[] = { "1", "[2,[3]]", "{\"a\":[4]}", "\"],\"" };
	struct str rest = STR("[1, [2,[3]] ,{\"a\":[4]},\n\"],\"]"), each;

	(void)state;
	for (size_t i = 0; i < COUNT(want); i++) {
		assert_true(json_each(&rest, &each));
		assert_str(each, want[i]);
	}
	assert_false(json_each(&rest, &each));
	rest = STR("[]");
	assert_false(json_each(&rest, &each));
	rest = STR("{\"a\":1}");
	assert_false(json_each(&rest, &each));
	rest = (struct str){ 0 };
	assert_false(json_each(&rest, &each));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_found_by_path),
		cmocka_unit_test(elements_come_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
