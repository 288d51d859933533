#include "deliver/gate.h"

#include "base/clock.h"

#include "test.h"

#define NOW (1000 * CLOCK_SECOND)

static void
the_rest_goes_or_waits_or_is_held(void **state)
{
	static const struct {
		struct canary_tally t;
		enum gate want;
		int64_t until;
		const char *why;
	} rows[] = {
		{ { 0 }, GATE_OPEN, 0, "there is no canary" },
		{ { .all = 100, .failed = 50, .passed_at = 5 }, GATE_OPEN, 0, "it has passed" },
		{ { .all = 100, .going = 100 }, GATE_CANARY, 0, "nobody has gone yet" },
		{ { .all = 100, .going = 1, .failed = 2, .last = NOW }, GATE_CANARY, 0,
			"one is on the wire" },
		{ { .all = 100, .going = 50, .failed = 3, .last = NOW }, GATE_HOLDS, 0,
			"more than 2 % already" },
		{ { .all = 100, .failed = 2, .last = NOW - 10 }, GATE_WAITS,
			NOW - 10 + 120 * CLOCK_SECOND, "its bounces have time" },
		{ { .all = 100, .failed = 2, .last = NOW - 120 * CLOCK_SECOND }, GATE_OPEN, NOW,
			"2 % are not more than 2 %" },
		{ { .all = 100, .failed = 3, .last = 1 }, GATE_HOLDS, 0, "they bounced later" },
		{ { .all = 100, .waiting = 50, .last = 1 }, GATE_OPEN, 1 + 120 * CLOCK_SECOND,
			"half of it is known" },
		{ { .all = 100, .waiting = 51, .last = 1 }, GATE_WAITS, 0,
			"most of it is not known" },
		{ { .all = 100, .waiting = 40, .in_doubt = 20, .last = 1 }, GATE_WAITS, 0,
			"those in doubt are sent again, and are not known either" },
		{ { .all = 100, .last = NOW + 3600 * CLOCK_SECOND }, GATE_WAITS,
			NOW + 120 * CLOCK_SECOND, "the clock was set back" },
		{ { .all = 10, .failed = 1, .last = NOW }, GATE_HOLDS, 0, "one of ten is 10 %" },
	};
	const struct gate_rule rule = {
		.max_failed = 0.02, .wait = 120 * CLOCK_SECOND, .resends = true
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t until = -1;
		enum gate got = gate_judge(&rows[i].t, &rule, NOW, &until);

		if (got != rows[i].want || until != rows[i].until)
			fail_msg("row %zu: %s: %d until %lld", i, rows[i].why, got,
				(long long)until);
	}
}

/* A domain that rests has some of the canary: they must not keep everybody else waiting. */
static void
who_cannot_be_offered_is_not_known(void **state)
{
	const struct gate_rule rule = { .max_failed = 0.02, .wait = 10, .idle = true };
	const struct canary_tally few = { .all = 100, .going = 4, .waiting = 8, .last = NOW - 10 },
				  most = { .all = 100, .going = 40, .waiting = 20, .last = 1 };
	int64_t until;

	(void)state;
	assert_int_equal(gate_judge(&few, &rule, NOW, &until), GATE_OPEN);
	assert_int_equal(gate_judge(&most, &rule, NOW, &until), GATE_WAITS);
	assert_int_equal(until, 0);
}

static void
a_limit_of_nothing_is_a_limit(void **state)
{
	const struct gate_rule none = { .max_failed = 0, .wait = 0 }, all = { .max_failed = 1 };
	const struct canary_tally one = { .all = 200, .failed = 1, .last = 1 },
				  every = { .all = 200, .failed = 200, .last = 1 };
	int64_t until;

	(void)state;
	assert_int_equal(gate_judge(&one, &none, NOW, &until), GATE_HOLDS);
	assert_int_equal(gate_judge(&every, &all, NOW, &until), GATE_OPEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rest_goes_or_waits_or_is_held),
		cmocka_unit_test(who_cannot_be_offered_is_not_known),
		cmocka_unit_test(a_limit_of_nothing_is_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
