#include "deliver/retry.h"

#include "base/clock.h"

#include "test.h"

#define MINUTE (60 * CLOCK_SECOND)
#define HOUR (60 * MINUTE)

static void
the_delay_doubles_up_to_an_hour(void **state)
{
	static const struct {
		int64_t first;
		int attempts;
		int64_t want; /* before the dice */
	} rows[] = {
		{ 5 * MINUTE, 1, 5 * MINUTE },
		{ 5 * MINUTE, 2, 10 * MINUTE },
		{ 5 * MINUTE, 3, 20 * MINUTE },
		{ 5 * MINUTE, 4, 40 * MINUTE },
		{ 5 * MINUTE, 5, HOUR },
		{ 5 * MINUTE, 1000, HOUR },
		{ 200 * 1000, 3, 800 * 1000 },
		{ 2 * HOUR, 1, HOUR },
		{ 1, 5, 16 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t low = retry_delay(rows[i].first, rows[i].attempts, 0),
			high = retry_delay(rows[i].first, rows[i].attempts, 999),
			most = rows[i].want * 12 / 10;

		if (low != rows[i].want * 8 / 10)
			fail_msg("row %zu: at least %lld", i, (long long)low);
		if (high != (most < HOUR ? most : HOUR))
			fail_msg("row %zu: at most %lld", i, (long long)high);
		for (unsigned dice = 0; dice < 1000; dice += 37) {
			int64_t d = retry_delay(rows[i].first, rows[i].attempts, dice);

			assert_true(d >= low && d <= high);
		}
	}
}

static void
nobody_is_tried_past_the_rule(void **state)
{
	static const int64_t now = 1000 * HOUR;
	static const struct {
		int64_t life, last_moment, deferred_at;
		int attempts;
		bool want;
		const char *why;
	} rows[] = {
		{ 24 * HOUR, 0, 0, 1, true, "the first" },
		{ 24 * HOUR, 0, now - 22 * HOUR, 9, true, "an hour before" },
		{ 24 * HOUR, 0, now - 23 * HOUR - 13 * MINUTE, 9, false,
			"48 minutes are more than 47" },
		{ 24 * HOUR, 0, now - 24 * HOUR, 9, false, "its life is over" },
		{ 3 * MINUTE, 0, 0, 1, false, "a life below the first" },
		{ 24 * HOUR, now + 4 * MINUTE, 0, 1, true, "just before the moment" },
		{ 24 * HOUR, now + 4 * MINUTE - 1, 0, 1, false, "just past the moment" },
		{ 24 * HOUR, now - 1, 0, 1, false, "the moment is past" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct retry_rule rule = { .first = 5 * MINUTE,
			.life = rows[i].life,
			.last_moment = rows[i].last_moment };
		int64_t next = 0;

		if (retry_next(&rule, rows[i].deferred_at, rows[i].attempts, 0, now, &next) !=
			rows[i].want)
			fail_msg("row %zu: %s", i, rows[i].why);
		assert_true(next > now);
	}
}

/* A day of somebody who is always deferred, as the ledger would have it. */
static void
a_day_of_deferrals_ends_in_time(void **state)
{
	const struct retry_rule rule = { .first = 5 * MINUTE, .life = 24 * HOUR };

	(void)state;
	for (unsigned dice = 0; dice < 1000; dice += 111) {
		int64_t begun = 99 * HOUR, now = begun, next;
		int attempts = 1;

		while (retry_next(&rule, begun, attempts, dice, now, &next)) {
			assert_true(next - now <= HOUR);
			now = next;
			attempts++;
		}
		assert_true(now - begun <= 24 * HOUR && now - begun > 22 * HOUR);
		assert_in_range(attempts, 25, 35);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_delay_doubles_up_to_an_hour),
		cmocka_unit_test(nobody_is_tried_past_the_rule),
		cmocka_unit_test(a_day_of_deferrals_ends_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
