#include "base/zone.h"

#include <string.h>

#include "test.h"

static void
reads_the_third_column_sorted(void **state)
{
	static const struct str table = STR_INIT("# a comment\tx\ty\n"
						 "DE\t+5230+01322\tEurope/Berlin\tmost of Germany\n"
						 "\n"
						 "XX\tonly two\n"
						 "AD\t+4230+00131\tEurope/Andorra\n");
	static const char *const want[] = { "Europe/Andorra", "Europe/Berlin", "UTC" };
	struct arena a = { 0 };
	struct str *names;
	size_t n;

	(void)state;
	zone_read(table, &a, &names, &n);
	assert_int_equal(n, COUNT(want));
	for (size_t i = 0; i < n; i++)
		assert_str(names[i], want[i]);
	zone_read((struct str){ 0 }, &a, &names, &n);
	assert_int_equal(n, 1);
	arena_free(&a);
}

static void
knows_the_zones_of_this_machine(void **state)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct str *names;
	bool berlin = false;
	size_t n;

	(void)state;
	assert_int_equal(zone_all(&a, &names, &n, &e), 0);
	for (size_t i = 0; i < n; i++)
		berlin = berlin || str_eqz(names[i], "Europe/Berlin");
	assert_true(berlin);
	assert_true(n > 300);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_third_column_sorted),
		cmocka_unit_test(knows_the_zones_of_this_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
