#include "compose/quality.h"

enum { GAIN_MOST = 200000, TIMES_MOST = 20, TIMES_FROM = 500 };

int
quality_age(const struct figures_chart *c, struct day day)
{
	return clock_day_number(day) - c->report.asof;
}

enum quality
quality_of(const struct figures_chart *c, struct day day)
{
	if (c->report.stale)
		return QUALITY_STALE;
	if (c->report.count < QUALITY_LEAST)
		return QUALITY_FEW;
	if (c->partial)
		return QUALITY_PARTIAL;
	return quality_age(c, day) > 0 ? QUALITY_OLD : QUALITY_GOOD;
}

bool
quality_believes(const struct trend_entity *e)
{
	if (e->momentum > GAIN_MOST)
		return false;
	return !e->has_base || e->base < TIMES_FROM ||
	       e->gain7 <= (double)TIMES_MOST * (double)e->base;
}

bool
quality_sums(const struct figures_chart *c)
{
	for (size_t i = 0; i < c->report.count; i++)
		if (!quality_believes(&c->report.entities[i]))
			return false;
	return true;
}
