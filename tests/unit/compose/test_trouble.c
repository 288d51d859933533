#include "compose/trouble.h"

#include <stdio.h>

#include "test.h"

static void
only_faults_of_what_was_read_are_noted(void **state)
{
	static const struct {
		enum err_code code;
		bool gathers;
		int want;
	} rows[] = {
		{ ERR_DATA, true, 0 },
		{ ERR_DATA, false, -1 },
		{ ERR_NOINPUT, true, -1 },
		{ ERR_IO, true, -1 },
		{ ERR_CONFIG, true, -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct troubles t = { .a = &a };
		struct err e = { rows[i].code, "f.md:3: words" };

		assert_int_equal(trouble_note(rows[i].gathers ? &t : NULL, &e), rows[i].want);
		assert_int_equal(e.code, rows[i].want ? rows[i].code : ERR_NONE);
		assert_int_equal(t.n, rows[i].want ? 0 : 1);
		if (t.n)
			assert_string_equal(t.p[0], "f.md:3: words");
		arena_free(&a);
	}
}

static void
a_thousand_are_no_more_than_a_hundred(void **state)
{
	struct arena a = { 0 };
	struct troubles t = { .a = &a };

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct err e = { ERR_DATA, "" };

		snprintf(e.text, sizeof e.text, "f.md:%d: words", i);
		assert_int_equal(trouble_note(&t, &e), 0);
	}
	assert_int_equal(t.n, 100);
	assert_string_equal(t.p[99], "f.md:99: words");
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_faults_of_what_was_read_are_noted),
		cmocka_unit_test(a_thousand_are_no_more_than_a_hundred),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
