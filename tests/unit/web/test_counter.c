#include "web/counter.h"

#include "test.h"

static void
answers_are_counted_by_class(void **state)
{
	static const int statuses[] = { 200, 304, 404, 429, 503, 200 };
	static const uint64_t want[COUNTER_CLASSES] = { [2] = 2, [3] = 1, [4] = 2, [5] = 1 };
	struct counter c = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(statuses); i++)
		counter_note(&c, statuses[i]);
	for (int i = 0; i < COUNTER_CLASSES; i++)
		assert_int_equal(counter_answers(&c, i), want[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(answers_are_counted_by_class) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
