#include "cmd/axis.h"

#include <math.h>

enum { MARKS = 6 };

/* The smallest round step that is not below it. */
static double
round_step(double least, bool whole)
{
	static const double rounds[] = { 1, 2, 5, 10 };
	double power = pow(10, floor(log10(least)));
	size_t i = 0;

	/* The last place of a division must not make the next round number of it. */
	while (rounds[i] * power < least * (1 - 1e-9))
		i++;
	return whole && rounds[i] * power < 1 ? 1 : rounds[i] * power;
}

void
axis_fit(double least, double most, bool free, bool whole, struct axis *out)
{
	double low = free && least > most / 2 ? least : 0;
	double span = most - low;

	if (span <= 0)
		span = most > 0 ? most / 10 : 1;
	out->step = round_step(span / (MARKS - 1), whole);
	out->low = floor(low / out->step + 1e-9) * out->step;
	out->high = ceil(most / out->step - 1e-9) * out->step;
	if (out->high <= out->low)
		out->high = out->low + out->step;
	out->marks = (int)lround((out->high - out->low) / out->step) + 1;
}

double
axis_place(const struct axis *axis, double v)
{
	return (v - axis->low) / (axis->high - axis->low);
}

/* -- days -------------------------------------------------------------------------------------- */

enum unit { DAYS, WEEKS, MONTHS };

static const struct {
	enum unit unit;
	int n;
} grids[] = { { DAYS, 1 }, { DAYS, 2 }, { WEEKS, 1 }, { WEEKS, 2 }, { MONTHS, 1 }, { MONTHS, 3 },
	{ MONTHS, 12 }, { MONTHS, 60 } };

static bool
is_on(struct day day, enum unit unit, int n, size_t place)
{
	int number = clock_day_number(day);

	switch (unit) {
	case DAYS:
		return place % (size_t)n == 0;
	case WEEKS:
		/* 1970-01-05 was a Monday. */
		return (number - 4) % (7 * n) == 0;
	case MONTHS:
		return day.day == 1 && (day.year * 12 + day.month - 1) % n == 0;
	}
	return false;
}

size_t
axis_days(struct day first, size_t days, size_t most, size_t *out)
{
	size_t n = 0;

	for (size_t g = 0; g < sizeof grids / sizeof grids[0]; g++) {
		n = 0;
		for (size_t i = 0; i < days && n <= most; i++)
			if (is_on(clock_add_days(first, (int)i), grids[g].unit, grids[g].n, i)) {
				if (n < most)
					out[n] = i;
				n++;
			}
		if (n <= most)
			return n;
	}
	return most;
}
