#include "collect/charted.h"

#include "test.h"

static void
names_are_found_wherever_they_stand(void **state)
{
	struct arena a = { 0 };
	struct charted c = { 0 };

	(void)state;
	assert_false(charted_has(&c, STR("a/b")));
	charted_add(&c,
		STR("[{\"id\":\"Org/Two\",\"x\":{\"id\" : \"org/one\"}},{\"id\":7},{\"id\":null},"
		    "{\"note\":\"\\\"id\\\":\\\"org/no\\\"\"},{\"id\":\"open"),
		"id", &a);
	charted_add(&c, STR("{\"id\":\n\t\"gpt2\"}"), "id", &a);
	charted_add(&c, STR(""), "id", &a);
	charted_own(&c, &a);
	charted_sort(&c);
	assert_int_equal(c.count, 3);
	assert_true(charted_has(&c, STR("org/one")));
	assert_true(charted_has(&c, STR("ORG/two")));
	assert_true(charted_has(&c, STR("gpt2")));
	assert_false(charted_has(&c, STR("gpt")));
	assert_false(charted_has(&c, STR("org/no")));
	assert_false(charted_has(&c, STR("")));
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_found_wherever_they_stand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
