#include "compose/chart.h"

#include <math.h>

enum { EIGHTHS = 8 };

/* v as one of `steps` of the longest: at least one for what is more than nothing. */
static int
step(double v, double most, int steps)
{
	double s = most > 0 && v > 0 ? round(v / most * steps) : 0;

	if (!(v > 0) || !(most > 0))
		return 0;
	return s < 1 ? 1 : s > steps ? steps : (int)s;
}

int
chart_percent(double v, double most)
{
	return step(v, most, 100);
}

void
chart_bar(double v, double most, size_t columns, struct buf *out)
{
	static const char *const parts[EIGHTHS] = { "", "\xe2\x96\x8f", "\xe2\x96\x8e",
		"\xe2\x96\x8d", "\xe2\x96\x8c", "\xe2\x96\x8b", "\xe2\x96\x8a", "\xe2\x96\x89" };
	int eighths = step(v, most, (int)columns * EIGHTHS);

	for (int i = 0; i < eighths / EIGHTHS; i++)
		buf_addz(out, "\xe2\x96\x88");
	buf_addz(out, parts[eighths % EIGHTHS]);
}

double
chart_most(const struct trend_gain week[static TREND_WEEK])
{
	double most = 0;

	for (size_t i = 0; i < TREND_WEEK; i++)
		if (week[i].known && week[i].gain > most)
			most = week[i].gain;
	return most;
}

int
chart_height(const struct trend_gain *day, double most, int pixels)
{
	int height = step(day->gain, most, pixels);

	return !day->known ? 0 : height ? height : 1;
}

void
chart_spark(const struct trend_gain week[static TREND_WEEK], struct buf *out)
{
	static const char *const bars[] = { "\xc2\xb7", "\xe2\x96\x81", "\xe2\x96\x82",
		"\xe2\x96\x83", "\xe2\x96\x84", "\xe2\x96\x85", "\xe2\x96\x86", "\xe2\x96\x87",
		"\xe2\x96\x88" };
	double most = chart_most(week);

	for (size_t i = 0; i < TREND_WEEK; i++)
		buf_addz(out, bars[chart_height(&week[i], most, EIGHTHS)]);
}
