#include "collect/patience.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "test.h"

static void
each_answer_has_its_consequence(void **state)
{
	static const struct {
		int status;
		bool limited, with_token, open;
		int64_t wait;
		int tries;
		enum patience what;
		int seconds; /* of AGAIN */
	} rows[] = {
		{ 200, .tries = 1, .wait = -1, .what = PATIENCE_TAKE },
		{ 304, .tries = 1, .wait = -1, .what = PATIENCE_SAME },
		{ 404, .tries = 1, .wait = -1, .what = PATIENCE_GONE },
		{ 451, .tries = 1, .wait = -1, .what = PATIENCE_GONE },
		{ 400, .tries = 1, .wait = -1, .what = PATIENCE_SKIP },
		{ 422, .tries = 1, .wait = -1, .what = PATIENCE_SKIP },
		{ 410, .tries = 1, .wait = -1, .what = PATIENCE_STOP },
		{ 403, .tries = 1, .wait = -1, .what = PATIENCE_STOP },
		{ 401, .tries = 1, .wait = -1, .what = PATIENCE_STOP },
		{ 401, .tries = 1, .wait = -1, .with_token = true, .what = PATIENCE_STOP },
		{ 401, .tries = 1, .wait = -1, .with_token = true, .open = true,
			.what = PATIENCE_BARE },
		{ 401, .tries = 2, .wait = -1, .open = true, .what = PATIENCE_STOP },
		{ 204, .tries = 1, .wait = -1, .what = PATIENCE_SKIP },
		{ 101, .tries = 1, .wait = -1, .what = PATIENCE_SKIP },
		{ 418, .tries = 1, .wait = -1, .what = PATIENCE_SKIP },
		/* Broken: a breath, four, and no more. */
		{ 500, .tries = 1, .wait = -1, .what = PATIENCE_AGAIN, .seconds = 1 },
		{ 502, .tries = 2, .wait = -1, .what = PATIENCE_AGAIN, .seconds = 4 },
		{ 500, .tries = 3, .wait = -1, .what = PATIENCE_SKIP },
		{ 503, .tries = 1, .wait = 7, .what = PATIENCE_AGAIN, .seconds = 7 },
		{ 503, .tries = 1, .wait = 0, .what = PATIENCE_AGAIN, .seconds = 1 },
		{ 503, .tries = 1, .wait = 999999, .what = PATIENCE_SKIP },
		/* Limited: as it says, else the manual's minute, doubled; never longer than we wait. */
		{ 429, true, .tries = 1, .wait = 2, .what = PATIENCE_AGAIN, .seconds = 2 },
		{ 429, true, .tries = 1, .wait = 0, .what = PATIENCE_AGAIN, .seconds = 1 },
		{ 403, true, .tries = 1, .wait = -1, .what = PATIENCE_AGAIN, .seconds = 60 },
		{ 403, true, .tries = 2, .wait = -1, .what = PATIENCE_AGAIN, .seconds = 120 },
		{ 403, true, .tries = 3, .wait = -1, .what = PATIENCE_REST },
		{ 429, true, .tries = 1, .wait = PATIENCE_MOST, .what = PATIENCE_AGAIN,
			.seconds = PATIENCE_MOST },
		{ 429, true, .tries = 1, .wait = PATIENCE_MOST + 1, .what = PATIENCE_REST },
		{ 429, true, .tries = 1, .wait = 999999, .what = PATIENCE_REST },
		{ 429, true, .tries = 3, .wait = 1, .what = PATIENCE_REST },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct http_response r = {
			.status = rows[i].status, .limited = rows[i].limited, .wait = rows[i].wait
		};
		struct patience_rules rules = { .limit_wait = 60 * CLOCK_SECOND,
			.open = rows[i].open };
		struct patience_verdict v =
			patience_judge(&r, NULL, rows[i].tries, rows[i].with_token, &rules);

		if (v.what != rows[i].what ||
			(v.what == PATIENCE_AGAIN && v.wait != rows[i].seconds * CLOCK_SECOND))
			fail_msg("%zu: %d, wait %jd", i, (int)v.what, (intmax_t)v.wait);
		if (v.what > PATIENCE_SAME && !*v.why)
			fail_msg("%zu: no words", i);
	}
}

/* Somebody who hangs up may do better with another question; nobody there is nobody for all. */
static void
no_answer_is_borne_a_few_times(void **state)
{
	static const struct {
		enum err_code code;
		bool reached;
		int tries;
		enum patience what;
	} rows[] = {
		{ ERR_UNAVAILABLE, true, 1, PATIENCE_AGAIN },
		{ ERR_UNAVAILABLE, true, 3, PATIENCE_SKIP },
		{ ERR_UNAVAILABLE, false, 2, PATIENCE_AGAIN },
		{ ERR_UNAVAILABLE, false, 3, PATIENCE_REST },
		{ ERR_DATA, true, 1, PATIENCE_SKIP },
	};
	struct patience_rules rules = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct http_response r = { .reached = rows[i].reached };
		struct err e = { .code = rows[i].code };

		memset(e.text, 'x', sizeof e.text - 1);
		assert_int_equal(
			patience_judge(&r, &e, rows[i].tries, false, &rules).what, rows[i].what);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_answer_has_its_consequence),
		cmocka_unit_test(no_answer_is_borne_a_few_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
