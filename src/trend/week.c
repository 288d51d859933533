#include "trend/week.h"

size_t
trend_week(const struct trend_entity *e, struct trend_gain out[static TREND_WEEK])
{
	size_t known = 0;

	for (size_t i = 0; i < TREND_WEEK; i++)
		out[i] = (struct trend_gain){ 0 };
	for (size_t i = 1; i < e->day_count; i++) {
		const struct trend_count *now = &e->days[i], *before = &e->days[i - 1];
		int back = e->info.day - now->day;

		if (back < 0 || back >= TREND_WEEK || now->day - before->day != 1)
			continue;
		out[TREND_WEEK - 1 - back] =
			(struct trend_gain){ true, (double)(now->value - before->value) };
		known++;
	}
	return known;
}
