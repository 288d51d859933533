#include "web/limiter.h"

#include "base/clock.h"
#include "test.h"

#define AT(seconds) ((1000000 + (seconds)) * CLOCK_SECOND)

static struct client
client(uint8_t last)
{
	return (struct client){ .address = { [10] = 0xff, [11] = 0xff, [12] = 192, [15] = last } };
}

static void
one_client_may_five_times_an_hour(void **state)
{
	struct limiter *l = limiter_new((struct rate){ 0 });
	struct client one = client(1), two = client(2);

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(limiter_client(l, &one, LIMITER_SUBSCRIBE, AT(i)), 0);
	assert_int_equal(limiter_client(l, &one, LIMITER_SUBSCRIBE, AT(10)), 3590 * CLOCK_SECOND);
	assert_int_equal(limiter_client(l, &two, LIMITER_SUBSCRIBE, AT(10)), 0);
	assert_int_equal(limiter_client(l, &one, LIMITER_SUBSCRIBE, AT(3599)), CLOCK_SECOND);
	assert_int_equal(limiter_client(l, &one, LIMITER_SUBSCRIBE, AT(3600)), 0);
	assert_int_equal(limiter_client(l, &one, LIMITER_SUBSCRIBE, AT(3600)), CLOCK_SECOND);
	/* A clock that was set back does not shut anybody out. */
	assert_int_equal(limiter_client(l, &one, LIMITER_SUBSCRIBE, AT(-90000)), 0);
	limiter_free(l);
}

static void
asking_for_the_form_is_counted_by_itself(void **state)
{
	struct limiter *l = limiter_new((struct rate){ 0 });
	struct client one = client(1);

	(void)state;
	for (int i = 0; i < 5; i++) {
		assert_int_equal(limiter_client(l, &one, LIMITER_FORM, AT(i)), 0);
		assert_int_equal(limiter_client(l, &one, LIMITER_SUBSCRIBE, AT(i)), 0);
	}
	assert_int_equal(limiter_client(l, &one, LIMITER_FORM, AT(10)), 3590 * CLOCK_SECOND);
	assert_int_equal(limiter_client(l, &one, LIMITER_SUBSCRIBE, AT(10)), 3590 * CLOCK_SECOND);
	limiter_free(l);
}

static void
all_may_as_often_as_the_settings_say(void **state)
{
	struct limiter *l = limiter_new((struct rate){ 3, 60 * CLOCK_SECOND });

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(limiter_all(l, AT(i)), 0);
	assert_int_equal(limiter_all(l, AT(3)), 57 * CLOCK_SECOND);
	assert_int_equal(limiter_all(l, AT(60)), 0);
	assert_int_equal(limiter_all(l, AT(60)), CLOCK_SECOND);
	limiter_free(l);
	l = limiter_new((struct rate){ 0, CLOCK_SECOND });
	for (int i = 0; i < 1000; i++)
		assert_int_equal(limiter_all(l, AT(0)), 0);
	limiter_free(l);
}

/* More than it has room for: the quietest are forgotten, and whoever posts now is counted. */
static void
a_crowd_does_not_hide_one(void **state)
{
	struct limiter *l = limiter_new((struct rate){ 0 });
	struct client noisy = client(1);
	int refused = 0;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		struct client c = { .address = { [1] = (uint8_t)(i >> 16),
					    [2] = (uint8_t)(i >> 8),
					    [3] = (uint8_t)i } };

		assert_int_equal(limiter_client(l, &c, LIMITER_SUBSCRIBE, AT(i / 1000)), 0);
		if (i % 100 == 0)
			refused += limiter_client(l, &noisy, LIMITER_SUBSCRIBE, AT(i / 1000)) > 0;
	}
	assert_true(refused > 900);
	limiter_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_client_may_five_times_an_hour),
		cmocka_unit_test(asking_for_the_form_is_counted_by_itself),
		cmocka_unit_test(all_may_as_often_as_the_settings_say),
		cmocka_unit_test(a_crowd_does_not_hide_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
