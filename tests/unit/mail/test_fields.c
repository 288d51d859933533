#include "mail/fields.h"

#include "test.h"

static void
lines_are_fields_blanks_and_others(void **state)
{
	struct str rest = STR("Status: 5.1.1\nDiagnostic-Code: smtp; 550\n  more\n\tand more\n\n"
			      "Dear reader, this: is prose\nX_y:z\n: no name\n");
	struct arena a = { 0 };
	struct field f;

	(void)state;
	assert_int_equal(fields_next(&rest, &a, &f), FIELD_GOT);
	assert_str(f.name, "Status");
	assert_str(f.value, "5.1.1");
	assert_int_equal(fields_next(&rest, &a, &f), FIELD_GOT);
	assert_str(f.value, "smtp; 550 more and more");
	assert_int_equal(fields_next(&rest, &a, &f), FIELD_BLANK);
	assert_int_equal(fields_next(&rest, &a, &f), FIELD_ELSE);
	assert_int_equal(fields_next(&rest, &a, &f), FIELD_GOT);
	assert_str(f.name, "X_y");
	assert_int_equal(fields_next(&rest, &a, &f), FIELD_ELSE);
	assert_int_equal(fields_next(&rest, &a, &f), FIELD_END);
	arena_free(&a);
}

static void
a_field_is_found_in_the_header_alone(void **state)
{
	static const char header[] = "From: a\nTO:\n b\nTo: c\n\nCc: in the body\n";
	struct arena a = { 0 };

	(void)state;
	assert_str(fields_find(str_of(header), "from", &a), "a");
	assert_str(fields_find(str_of(header), "To", &a), "b");
	assert_str(fields_find(str_of(header), "Cc", &a), "");
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_fields_blanks_and_others),
		cmocka_unit_test(a_field_is_found_in_the_header_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
