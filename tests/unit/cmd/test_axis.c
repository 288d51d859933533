#include "cmd/axis.h"

#include <stdio.h>

#include "test.h"

static void
begins_and_ends_at_round_numbers(void **state)
{
	static const struct {
		double least, most;
		bool free, whole;
		double low, high, step;
	} rows[] = {
		{ 0, 0, true, true, 0, 1, 1 },
		{ 0, 1, false, true, 0, 1, 1 },
		{ 0, 7, false, true, 0, 8, 2 },
		{ 0, 100, false, true, 0, 100, 20 },
		{ 0, 101, false, true, 0, 150, 50 },
		{ 0, 2003, false, true, 0, 2500, 500 },
		{ 0, 0.003, false, false, 0, 0.003, 0.001 },
		{ 0, 0.0008, false, false, 0, 0.0008, 0.0002 },
		/* Free: where all of it lies above the middle. */
		{ 1193, 1298, true, true, 1150, 1300, 50 },
		{ 1193, 1298, false, true, 0, 1500, 500 },
		{ 400, 1298, true, true, 0, 1500, 500 },
		{ 5, 5, true, true, 5, 6, 1 },
		{ 1000000, 1000000, true, true, 1000000, 1020000, 20000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct axis a;

		axis_fit(rows[i].least, rows[i].most, rows[i].free, rows[i].whole, &a);
		if (a.low > rows[i].low + 1e-9 || a.low < rows[i].low - 1e-9 ||
			a.high > rows[i].high + 1e-9 || a.high < rows[i].high - 1e-9 ||
			a.step > rows[i].step + 1e-9 || a.step < rows[i].step - 1e-9)
			fail_msg("row %zu: %g to %g by %g", i, a.low, a.high, a.step);
		assert_in_range(a.marks, 2, 7);
		assert_true(axis_place(&a, a.low) == 0 && axis_place(&a, a.high) == 1);
	}
}

static void
writes_as_many_days_as_there_is_room_for(void **state)
{
	static const struct {
		struct day first;
		size_t days, most, n, at0, at1;
	} rows[] = {
		{ { 2026, 11, 20 }, 7, 12, 7, 0, 1 },
		{ { 2026, 11, 20 }, 7, 6, 4, 0, 2 },
		{ { 2026, 11, 20 }, 1, 6, 1, 0, 0 },
		/* 2 November 2026 is a Monday. */
		{ { 2026, 10, 28 }, 30, 12, 4, 5, 12 },
		{ { 2026, 10, 28 }, 90, 8, 6, 12, 26 },
		{ { 2025, 7, 15 }, 500, 12, 5, 78, 170 },
		{ { 2023, 1, 1 }, 1426, 12, 4, 0, 365 },
		{ { 2016, 1, 1 }, 3700, 12, 11, 0, 366 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t at[16] = { 0 }, n = axis_days(rows[i].first, rows[i].days, rows[i].most, at);

		if (n != rows[i].n || at[0] != rows[i].at0 || (n > 1 && at[1] != rows[i].at1))
			fail_msg("row %zu: %zu, at %zu, %zu", i, n, at[0], at[1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_and_ends_at_round_numbers),
		cmocka_unit_test(writes_as_many_days_as_there_is_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
