#include "deliver/limit.h"

#include "test.h"

static void
a_share_of_those_who_were_served_is_a_limit(void **state)
{
	static const struct {
		struct answered a;
		enum limit want;
		const char *why;
	} rows[] = {
		{ { 0 }, LIMIT_KEPT, "nobody was served" },
		{ { .served = 400, .refused = 20 }, LIMIT_KEPT, "5 % are not more than 5 %" },
		{ { .served = 400, .refused = 21 }, LIMIT_BOUNCED, "21 of 400" },
		{ { .served = 400, .refused = 11, .bounced = 10 }, LIMIT_BOUNCED,
			"by the relay and by mail, together" },
		{ { .all = 40, .served = 19, .refused = 19 }, LIMIT_KEPT, "all of a few" },
		{ { .all = 40, .served = 20, .refused = 20 }, LIMIT_BOUNCED, "enough of them" },
		{ { .all = 9000, .served = 50, .refused = 50 }, LIMIT_KEPT,
			"of the first 1,000 that is no more than 5 %" },
		{ { .all = 9000, .served = 51, .refused = 51 }, LIMIT_BOUNCED, "but that is" },
		{ { .all = 9000, .served = 2000, .refused = 100 }, LIMIT_KEPT, "5 % of more" },
		{ { .all = 600, .served = 60, .refused = 30 }, LIMIT_KEPT, "5 % of all" },
		{ { .all = 600, .served = 60, .refused = 31 }, LIMIT_BOUNCED, "more of all" },
		{ { .all = 900, .served = 100, .complained = 3 }, LIMIT_COMPLAINED, "of all" },
		{ { .all = 9000, .served = 100, .complained = 3 }, LIMIT_KEPT,
			"of the first 1,000" },
		{ { .served = 100, .complained = 2 }, LIMIT_KEPT, "two persons" },
		{ { .served = 100, .complained = 3 }, LIMIT_COMPLAINED, "three" },
		{ { .served = 1000, .complained = 3 }, LIMIT_KEPT, "0.3 % are not more" },
		{ { .served = 1000, .complained = 4 }, LIMIT_COMPLAINED, "0.4 %" },
		{ { .served = 100, .refused = 30, .complained = 9 }, LIMIT_BOUNCED, "both" },
		{ { .served = 0, .complained = 3 }, LIMIT_COMPLAINED, "of those served before" },
	};
	const struct settings_send s = { .max_bounced = 0.05, .max_complained = 0.003 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (limit_judge(&rows[i].a, &s) != rows[i].want)
			fail_msg("row %zu: %s", i, rows[i].why);
}

static void
none_is_no_limit(void **state)
{
	const struct settings_send s = { 0 };
	const struct answered a = { .served = 100, .refused = 100, .complained = 100 };

	(void)state;
	assert_int_equal(limit_judge(&a, &s), LIMIT_KEPT);
}

static void
says_how_much_of_what(void **state)
{
	const struct settings_send s = { .max_bounced = 0.05, .max_complained = 0.003 };
	const struct answered a = { .served = 410, .refused = 20, .bounced = 6, .complained = 4 };
	const struct answered all = { .served = 20, .refused = 20 };
	char text[200];

	(void)state;
	limit_words(LIMIT_BOUNCED, &a, &s, text, sizeof text);
	assert_string_equal(text, "26 of 410 bounced (6.34%), and send.max_bounced is 5%");
	limit_words(LIMIT_COMPLAINED, &a, &s, text, sizeof text);
	assert_string_equal(text, "4 of 410 complained (0.976%), and send.max_complained is 0.3%");
	/* Not "1e+02%". */
	limit_words(LIMIT_BOUNCED, &all, &s, text, sizeof text);
	assert_string_equal(text, "20 of 20 bounced (100%), and send.max_bounced is 5%");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_share_of_those_who_were_served_is_a_limit),
		cmocka_unit_test(none_is_no_limit),
		cmocka_unit_test(says_how_much_of_what),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
