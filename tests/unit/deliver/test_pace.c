#include "deliver/pace.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"

#include "test.h"

#define assert_near(have, want, by) assert_true(fabs((have) - (want)) <= (by))

#define MINUTE (60 * CLOCK_SECOND)
#define HOUR (60 * MINUTE)

/* A generator of our own: the same on every machine. */
static uint64_t
dice(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

/* One hour of a sender that always has something to send and always wakes a little late. */
static int64_t
hour_of(struct pace *p, int64_t *now, int64_t lateness, uint64_t *seed)
{
	int64_t end = *now + HOUR, n = 0;

	while (*now < end) {
		int64_t next;

		while (pace_take(p, *now))
			n++;
		next = pace_next(p, *now);
		assert_true(next > *now);
		*now = next + (lateness ? (int64_t)dice(seed) % lateness : 0);
	}
	return n;
}

static void
a_rate_is_exact_over_an_hour(void **state)
{
	static const struct {
		uint32_t count;
		int64_t span, lateness;
		int64_t want;
	} rows[] = {
		{ 100, CLOCK_SECOND, 0, 360000 },
		{ 100, CLOCK_SECOND, 20000, 360000 },
		{ 7, CLOCK_SECOND, 5000, 25200 },
		{ 1, CLOCK_SECOND, 50000, 3600 },
		{ 500, MINUTE, 10000, 30000 },
		{ 20, MINUTE, 100000, 1200 },
		{ 3000, HOUR, 100000, 3000 },
		{ 900, CLOCK_SECOND, 50000, 3240000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t seed = i + 1;
		int64_t now = 5, n;
		struct pace p;

		pace_init(&p, rows[i].count, rows[i].span, now);
		/* Two hours: the second one does not begin with the first token. */
		n = hour_of(&p, &now, rows[i].lateness, &seed);
		if (llabs(n - rows[i].want) * 100 > rows[i].want)
			fail_msg("row %zu: %lld in the first hour", i, (long long)n);
		n = hour_of(&p, &now, rows[i].lateness, &seed);
		if (llabs(n - rows[i].want) * 100 > rows[i].want)
			fail_msg("row %zu: %lld in the second hour", i, (long long)n);
	}
}

static void
a_pause_is_not_made_up_for_by_a_burst(void **state)
{
	static const struct {
		uint32_t count;
		int64_t span;
		int most;
	} rows[] = {
		{ 100, CLOCK_SECOND, 11 },
		{ 10, CLOCK_SECOND, 2 },
		{ 1, HOUR, 1 },
		{ 600, MINUTE, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pace p;
		int n = 0;

		pace_init(&p, rows[i].count, rows[i].span, 0);
		while (pace_take(&p, 10 * HOUR))
			n++;
		assert_int_equal(n, rows[i].most);
	}
}

/*
 * Hours of runs that end, are killed, and begin again at once; each writes its bucket down once a
 * second, and the clock of the wall is set back now and then.
 */
static void
restarts_never_exceed_a_rate(void **state)
{
	static const struct {
		uint32_t count;
		int64_t span;
		bool kills, steps;
		double least; /* the share of the rate that must still be reached */
	} rows[] = {
		{ 100, CLOCK_SECOND, false, false, 0.99 },
		{ 100, CLOCK_SECOND, true, false, 0.85 },
		{ 2, CLOCK_SECOND, false, false, 0.99 },
		{ 600, HOUR, false, false, 0.99 },
		{ 600, HOUR, true, false, 0.85 },
		{ 3000, HOUR, false, true, 0.99 },
		{ 100, CLOCK_SECOND, true, true, 0.80 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		double rate = (double)rows[i].count / (double)rows[i].span;
		uint64_t seed = 77 + i;
		int64_t steady = 0, wall = 1000 * HOUR, n = 0, kept_at;
		double kept = 1, most;
		struct pace p;

		kept_at = wall;
		while (steady < 3 * HOUR) {
			int64_t run = CLOCK_SECOND / 2 + (int64_t)dice(&seed) % (90 * CLOCK_SECOND),
				end = steady + run, saved = 0;

			pace_init(&p, rows[i].count, rows[i].span, steady);
			pace_resume(&p, kept, wall - kept_at, steady);
			while (steady < end) {
				int64_t next, step;

				/* As turn.c has it: what was written down covers two seconds. */
				if (saved == 0 || steady - saved >= CLOCK_SECOND) {
					kept = pace_keep(&p, 2 * CLOCK_SECOND, steady);
					kept_at = wall + 2 * CLOCK_SECOND;
					saved = steady + 1;
				}
				while (pace_take(&p, steady))
					n++;
				next = pace_next(&p, steady);
				if (next > steady + CLOCK_SECOND / 2)
					next = steady + CLOCK_SECOND / 2;
				step = next - steady;
				steady += step;
				wall += step;
			}
			if (!rows[i].kills || dice(&seed) % 2) {
				kept = pace_keep(&p, 0, steady);
				kept_at = wall;
			}
			if (rows[i].steps && dice(&seed) % 4 == 0)
				wall -= (int64_t)dice(&seed) % (2 * HOUR);
		}
		most = rate * (double)steady;
		if ((double)n > most * 1.01 + 2 || (double)n < most * rows[i].least)
			fail_msg("row %zu: %lld sent, and the rate allows %.0f", i, (long long)n,
				most);
	}
}

static void
slower_by_halves_and_up_again_gently(void **state)
{
	int64_t now = CLOCK_SECOND, eased = 0;
	struct pace p;

	(void)state;
	pace_init(&p, 100, CLOCK_SECOND, now);
	pace_slow_down(&p, 0, now);
	assert_near(p.slow, 0.5, 1e-9);
	/* Twenty complaints in the same moment are one. */
	for (int i = 0; i < 20; i++)
		pace_slow_down(&p, 0, now + i * 1000);
	assert_near(p.slow, 0.5, 1e-9);
	pace_slow_down(&p, 0, now + 2 * CLOCK_SECOND);
	assert_near(p.slow, 0.25, 1e-9);
	for (int i = 0; i < 50; i++)
		pace_slow_down(&p, 0, now + (4 + 2 * i) * CLOCK_SECOND);
	assert_near(p.slow, 1.0 / 64, 1e-9);
	now += 200 * CLOCK_SECOND;
	/* Not at once, and never past what was set. */
	pace_ease(&p, now);
	assert_near(p.slow, 1.1 / 64, 1e-9);
	pace_ease(&p, now + CLOCK_SECOND);
	assert_near(p.slow, 1.1 / 64, 1e-9);
	for (; p.slow < 1 && eased < 1000; eased++)
		pace_ease(&p, now += 10 * CLOCK_SECOND);
	assert_in_range(eased, 40, 60);
	pace_ease(&p, now + 10 * CLOCK_SECOND);
	assert_near(p.slow, 1, 1e-9);
}

static void
without_a_rate_the_measured_one_is_halved_and_lifted_again(void **state)
{
	double measured = 80 / (double)CLOCK_SECOND;
	int64_t now = 7 * CLOCK_SECOND, begun;
	uint64_t seed = 1;
	struct pace p;
	int64_t n;

	(void)state;
	pace_init(&p, 0, 0, now);
	assert_true(pace_take(&p, now) && pace_next(&p, now) == now);
	pace_slow_down(&p, measured, now);
	n = hour_of(&p, &now, 0, &seed);
	assert_in_range(n, 40 * 3600 - 400, 40 * 3600 + 400);
	/* What went through since is less than the half: it is the half of that. */
	pace_slow_down(&p, 10 / (double)CLOCK_SECOND, now);
	n = hour_of(&p, &now, 0, &seed);
	assert_in_range(n, 5 * 3600 - 100, 5 * 3600 + 100);
	begun = now;
	while (p.ceiling > 0 && now - begun < HOUR) {
		double before = p.ceiling * p.slow;

		now += CLOCK_SECOND;
		pace_ease(&p, now);
		assert_true(p.ceiling * p.slow <= before * 1.11);
	}
	assert_true(p.ceiling == 0 && now - begun > MINUTE);
	/* Complaints about nothing that was measured: a trickle. */
	pace_slow_down(&p, 0, now);
	assert_true(p.ceiling > 0 && !pace_take(&p, now) &&
		    pace_next(&p, now) <= now + 3 * CLOCK_SECOND);
}

static void
what_was_slow_is_slow_in_the_next_run(void **state)
{
	struct pace p, next;

	(void)state;
	pace_init(&p, 0, 0, 0);
	pace_slow_down(&p, 40 / (double)CLOCK_SECOND, CLOCK_SECOND);
	pace_init(&next, 0, 0, 5);
	pace_resume_slow(&next, p.ceiling, p.slow, 5);
	assert_near(next.ceiling * next.slow, p.ceiling * p.slow, 1e-12);
	/* Nonsense in the database is not believed. */
	pace_init(&next, 0, 0, 5);
	pace_resume_slow(&next, -3, -1, 5);
	assert_true(next.ceiling == 0);
	pace_init(&next, 10, CLOCK_SECOND, 5);
	pace_resume(&next, -1e9, 0, 5);
	assert_true(pace_next(&next, 5) < 5 + 2 * CLOCK_SECOND);
	pace_resume(&next, 1e9, INT64_MAX / 4, 5);
	assert_true(next.tokens <= 2.01);
}

static void
what_goes_through_is_measured(void **state)
{
	struct meter m = { 0 };
	int64_t now = 0;

	(void)state;
	meter_tick(&m, now);
	assert_true(meter_rate(&m, now) == 0);
	for (int i = 0; i < 300; i++) {
		now += CLOCK_SECOND / 50;
		meter_add(&m);
		meter_tick(&m, now);
	}
	assert_near(meter_rate(&m, now) * (double)CLOCK_SECOND, (45 + 55) / 2.0, (55 - 45) / 2.0);
	/* A pause makes it less, and then unknown. */
	now += 2 * CLOCK_SECOND;
	assert_near(meter_rate(&m, now) * (double)CLOCK_SECOND, (10 + 40) / 2.0, (40 - 10) / 2.0);
	assert_true(meter_rate(&m, now + 10 * CLOCK_SECOND) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rate_is_exact_over_an_hour),
		cmocka_unit_test(a_pause_is_not_made_up_for_by_a_burst),
		cmocka_unit_test(restarts_never_exceed_a_rate),
		cmocka_unit_test(slower_by_halves_and_up_again_gently),
		cmocka_unit_test(without_a_rate_the_measured_one_is_halved_and_lifted_again),
		cmocka_unit_test(what_was_slow_is_slow_in_the_next_run),
		cmocka_unit_test(what_goes_through_is_measured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
