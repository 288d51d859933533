#include "deliver/health.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#include "test.h"

#define assert_near(have, want, by) assert_true(fabs((have) - (want)) <= (by))

#define FIRST (60 * CLOCK_SECOND)

static struct str sick = STR_INIT("sick.example"), other = STR_INIT("other.example");

static void
strikes(struct health *h, int n, int64_t now)
{
	for (int i = 0; i < n; i++)
		health_strike(h, sick, "451 4.3.0 not now", false, 500, now);
}

static void
it_rests_after_several_in_a_row(void **state)
{
	int64_t now = CLOCK_SECOND, rest;
	struct ailing *d;
	struct health h;

	(void)state;
	health_init(&h, FIRST);
	assert_null(health_find(&h, sick));
	strikes(&h, HEALTH_STRIKES - 1, now);
	d = health_find(&h, sick);
	assert_non_null(d);
	assert_true(health_rests_until(d, now) == 0);
	/* One that it takes ends the row, and it is forgotten. */
	assert_false(health_accepted(&h, d, false, now));
	assert_null(health_find(&h, sick));
	strikes(&h, HEALTH_STRIKES, now);
	d = health_find(&h, sick);
	rest = health_rests_until(d, now) - now;
	assert_in_range(rest, FIRST * 8 / 10, FIRST * 12 / 10);
	/* Others that were on their way make it no longer. */
	strikes(&h, 20, now + 1);
	assert_true(health_rests_until(d, now) - now == rest);
	assert_null(health_find(&h, other));
	health_free(&h);
}

static void
it_is_probed_by_one_and_rests_twice_as_long(void **state)
{
	int64_t now = CLOCK_SECOND, before = 0;
	struct ailing *d;
	struct health h;

	(void)state;
	health_init(&h, FIRST);
	strikes(&h, HEALTH_STRIKES, now);
	d = health_find(&h, sick);
	for (int i = 0; i < 8; i++) {
		int64_t rest = health_rests_until(d, now) - now;

		assert_true(rest > before && rest <= 1800 * CLOCK_SECOND * 12 / 10);
		before = i < 4 ? rest : 0;
		now += rest + 1;
		assert_true(health_rests_until(d, now) == 0);
		health_took(d, now);
		assert_true(health_rests_until(d, now) > now);
		strikes(&h, 1, now);
	}
	now = health_rests_until(d, now) + 1;
	health_took(d, now);
	/* The connection was lost: the next one probes. */
	health_unanswered(d);
	assert_true(health_rests_until(d, now) == 0);
	health_took(d, now);
	assert_true(health_accepted(&h, d, false, now));
	d = health_find(&h, sick);
	/* The database must hear of it before it is forgotten. */
	assert_true(d && d->changed && health_rests_until(d, now) == 0);
	health_tidy(&h);
	assert_null(health_find(&h, sick));
	health_free(&h);
}

/* Each new face is put off once: no reason to leave it alone, once that is known. */
static void
a_domain_that_greylists_is_not_left_alone_for_it(void **state)
{
	int64_t now = CLOCK_SECOND;
	struct ailing *d;
	struct health h;

	(void)state;
	health_init(&h, FIRST);
	strikes(&h, HEALTH_STRIKES, now);
	d = health_find(&h, sick);
	now = health_rests_until(d, now) + 1;
	health_took(d, now);
	health_accepted(&h, d, true, now);
	health_tidy(&h);
	strikes(&h, 1000, now);
	d = health_find(&h, sick);
	assert_true(d && health_rests_until(d, now) == 0);
	/* Who was put off before, and is again. */
	for (int i = 0; i < HEALTH_STRIKES; i++)
		health_strike(&h, sick, "451 4.3.0 not now", true, 500, now);
	assert_true(health_rests_until(d, now) > now);
	health_free(&h);
}

static void
who_was_passed_over_comes_again_after_the_rest(void **state)
{
	int64_t now = CLOCK_SECOND, until;
	struct ailing *d;
	struct health h;

	(void)state;
	health_init(&h, FIRST);
	strikes(&h, HEALTH_STRIKES, now);
	d = health_find(&h, sick);
	assert_true(health_wakes_at(&h, now) == 0);
	health_pass_over(d, 70);
	health_pass_over(d, 7);
	health_pass_over(d, 71);
	until = health_rests_until(d, now);
	assert_true(health_wakes_at(&h, now) == until);
	assert_false(health_wake(&h, now));
	assert_int_equal(health_wake(&h, until), 7);
	assert_true(health_wakes_at(&h, until) == 0);
	health_free(&h);
}

static void
a_domain_without_settings_is_slowed_and_let_up_again(void **state)
{
	int64_t now = CLOCK_SECOND;
	struct ailing *d;
	struct health h;
	int n;

	(void)state;
	health_init(&h, FIRST);
	/* Once may be anything. */
	health_slow_down(&h, sick, 100 / (double)CLOCK_SECOND, "450 too many", now);
	d = health_find(&h, sick);
	assert_true(d->pace.ceiling == 0);
	health_slow_down(&h, sick, 100 / (double)CLOCK_SECOND, "450 too many", now);
	assert_near(d->pace.ceiling * d->pace.slow * (double)CLOCK_SECOND, 50, 1e-6);
	/* What it takes itself is measured from then on. */
	for (int i = 0; i < 20; i++)
		health_accepted(&h, d, false, now += CLOCK_SECOND / 10);
	health_slow_down(&h, sick, 100 / (double)CLOCK_SECOND, "450 too many", now);
	assert_near(d->pace.ceiling * d->pace.slow * (double)CLOCK_SECOND, (4 + 6) / 2.0,
		(6 - 4) / 2.0);
	health_tidy(&h);
	for (n = 0; n < 3600 && health_find(&h, sick); n++) {
		health_accepted(&h, health_find(&h, sick), false, now += CLOCK_SECOND);
		health_tidy(&h);
	}
	assert_in_range(n, 60, 1200);
	health_free(&h);
}

/* What is said at random does not depend on how fast we go. */
static void
a_rare_complaint_is_none(void **state)
{
	int64_t now = CLOCK_SECOND;
	struct health h;

	(void)state;
	health_init(&h, FIRST);
	health_slow_down(&h, sick, 100 / (double)CLOCK_SECOND, "450 too many", now);
	for (int i = 1; i < 1000 && health_find(&h, sick); i++) {
		health_accepted(&h, health_find(&h, sick), false, now += CLOCK_SECOND / 100);
		if (i == 19)
			health_slow_down(&h, sick, 1, "450 too many", now);
		if (health_find(&h, sick))
			assert_true(health_find(&h, sick)->pace.ceiling == 0);
	}
	assert_null(health_find(&h, sick));
	health_free(&h);
}

static void
no_more_are_remembered_than_there_is_room_for(void **state)
{
	struct health h;
	char name[400];

	(void)state;
	health_init(&h, FIRST);
	health_strike(&h, sick, "first", false, 0, 1);
	health_pass_over(health_find(&h, sick), 3);
	for (int i = 0; i < 10 * HEALTH_DOMAINS; i++) {
		snprintf(name, sizeof name, "d%d.example", i);
		health_strike(&h, str_of(name), "words", false, 0, 2 + i);
	}
	assert_int_equal(h.count, HEALTH_DOMAINS);
	assert_null(health_find(&h, sick));
	assert_non_null(health_find(&h, str_of(name)));
	/* Those who waited for its rest are not forgotten with it. */
	assert_int_equal(health_wake(&h, 100000), 3);
	assert_false(health_wake(&h, 100000));
	memset(name, 'a', sizeof name);
	health_strike(
		&h, (struct str){ .p = name, .n = sizeof name }, "no such domain", false, 0, 9);
	memset(name, 'w', sizeof name);
	name[sizeof name - 1] = '\0';
	health_strike(&h, other, name, false, 0, 9);
	assert_int_equal(strlen(health_find(&h, other)->words), HEALTH_WORDS);
	health_free(&h);
}

static void
only_what_is_said_of_the_domain_is_a_strike(void **state)
{
	static const struct {
		struct reply reply;
		bool want;
	} rows[] = {
		{ { .code = 451, .class = 4, .subject = 7, .detail = 1, .text = "try again later" },
			true },
		{ { .code = 450, .text = "busy" }, true },
		{ { .code = 451, .class = 4, .subject = 4, .detail = 1, .text = "no answer" },
			true },
		{ { .code = 450, .class = 4, .subject = 2, .detail = 0, .text = "mailbox busy" },
			false },
		{ { .code = 452, .class = 4, .subject = 2, .detail = 2, .text = "mailbox full" },
			false },
		{ { .code = 450, .class = 4, .subject = 1, .detail = 8, .text = "who?" }, false },
		{ { .code = 451,
			  .class = 4,
			  .subject = 7,
			  .detail = 1,
			  .text = "Greylisted, wait" },
			false },
		{ { .code = 421, .text = "bye" }, false },
		{ { .code = 550, .text = "no" }, false },
		{ { .code = 250, .text = "ok" }, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (health_is_strike(&rows[i].reply) != rows[i].want)
			fail_msg("row %zu: %d %s", i, rows[i].reply.code, rows[i].reply.text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_rests_after_several_in_a_row),
		cmocka_unit_test(it_is_probed_by_one_and_rests_twice_as_long),
		cmocka_unit_test(a_domain_that_greylists_is_not_left_alone_for_it),
		cmocka_unit_test(who_was_passed_over_comes_again_after_the_rest),
		cmocka_unit_test(a_domain_without_settings_is_slowed_and_let_up_again),
		cmocka_unit_test(a_rare_complaint_is_none),
		cmocka_unit_test(no_more_are_remembered_than_there_is_room_for),
		cmocka_unit_test(only_what_is_said_of_the_domain_is_a_strike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
