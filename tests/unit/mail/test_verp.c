#include "mail/verp.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

static void
a_number_has_one_spelling(void **state)
{
	static const uint8_t key[MAC_KEY] = { 9 };
	const struct str bounce = STR("bounce@example.com");
	char made[VERP_MAX + 1], other[VERP_MAX + 2];
	uint64_t subscriber;
	uint32_t issue;

	(void)state;
	assert_true(verp_make(bounce, 7, 3, key, made) > 0);
	assert_true(verp_check(str_of(made), bounce, key, &subscriber, &issue));
	assert_int_equal(subscriber, 7);
	assert_int_equal(issue, 3);
	snprintf(other, sizeof other, "bounce+a%s", made + strlen("bounce+"));
	assert_false(verp_check(str_of(other), bounce, key, &subscriber, &issue));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_has_one_spelling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
