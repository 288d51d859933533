/* axis.h: where an axis ends and which of its values are written beside it. Pure. */
#ifndef CMD_AXIS_H
#define CMD_AXIS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"

struct axis {
	double low, high, step; /* marks at low, low + step, ... high */
	int marks;
};

/*
 * An axis that holds both values, with 3 to 6 marks at round numbers (1, 2 or 5 times a power of
 * ten). It begins at 0, but for `free` where all of it lies in the upper half: there it begins where
 * something is to be seen. `whole`: no fractions.
 */
void axis_fit(double least, double most, bool free, bool whole, struct axis *out);

/* Where a value lies on it: 0 its beginning, 1 its end. */
double axis_place(const struct axis *axis, double v);

/*
 * Days to be written below so many days, from `first` on: every 1, 2, 7 or 14 days (weeks begin on
 * Monday), or firsts of months, of quarters, of years; at most `most`. Their numbers go to *out,
 * which has room for them; returns how many.
 */
size_t axis_days(struct day first, size_t days, size_t most, size_t *out);

#endif
