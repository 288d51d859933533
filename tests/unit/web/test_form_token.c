#include "web/form_token.h"

#include <string.h>

#include "test.h"

static const uint8_t key[MAC_KEY] = "a key", other[MAC_KEY] = "another";

static void
a_token_is_good_for_a_day(void **state)
{
	static const struct {
		int64_t after; /* microseconds */
		enum form_token want;
	} rows[] = {
		{ -CLOCK_SECOND, FORM_TOKEN_EARLY },
		{ 0, FORM_TOKEN_EARLY },
		{ FORM_TOKEN_LEAST - 1, FORM_TOKEN_EARLY },
		{ FORM_TOKEN_LEAST, FORM_TOKEN_GOOD },
		{ FORM_TOKEN_MOST, FORM_TOKEN_GOOD },
		{ FORM_TOKEN_MOST + 1, FORM_TOKEN_OLD },
	};
	char token[FORM_TOKEN_CHARS + 1];

	(void)state;
	form_token_make(key, 5 * CLOCK_DAY, token);
	assert_int_equal(strlen(token), FORM_TOKEN_CHARS);
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(
			form_token_check(key, str_of(token), 5 * CLOCK_DAY + rows[i].after),
			rows[i].want);
	assert_int_equal(form_token_check(other, str_of(token), 5 * CLOCK_DAY + FORM_TOKEN_LEAST),
		FORM_TOKEN_FORGED);
}

static void
any_change_forges_it(void **state)
{
	char token[FORM_TOKEN_CHARS + 2];
	int64_t then = 5 * CLOCK_DAY + FORM_TOKEN_LEAST;

	(void)state;
	form_token_make(key, 5 * CLOCK_DAY, token);
	for (size_t i = 0; i < FORM_TOKEN_CHARS; i++) {
		char c = token[i];

		token[i] = c == 'A' ? 'B' : 'A';
		assert_int_equal(form_token_check(key, str_of(token), then), FORM_TOKEN_FORGED);
		token[i] = c;
	}
	for (size_t n = 0; n < FORM_TOKEN_CHARS; n++)
		assert_int_equal(
			form_token_check(key, (struct str){ token, n }, then), FORM_TOKEN_FORGED);
	strcat(token, "A");
	assert_int_equal(form_token_check(key, str_of(token), then), FORM_TOKEN_FORGED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_good_for_a_day),
		cmocka_unit_test(any_change_forges_it),
	};

	sign_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
