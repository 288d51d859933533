/* week.h: what an entity gained on each day of the week up to its report. Pure. */
#ifndef TREND_WEEK_H
#define TREND_WEEK_H

#include "trend/momentum.h"

enum { TREND_WEEK = 7 };

/* Unknown where one of the two days that it is the difference of was not read: no interpolation. */
struct trend_gain {
	bool known;
	double gain;
};

/* The oldest day first; returns how many are known. */
size_t trend_week(const struct trend_entity *e, struct trend_gain out[static TREND_WEEK]);

#endif
