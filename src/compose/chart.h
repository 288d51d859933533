/* chart.h: bars and sparklines, as percents and pixels for table cells and as block characters for
 * text. Pure. */
#ifndef COMPOSE_CHART_H
#define COMPOSE_CHART_H

#include "base/buf.h"
#include "trend/week.h"

/* A bar's length in percent of the longest: 1 to 100, and 0 for nothing. */
int chart_percent(double v, double most);

/* The same in block characters, in eighths of a column; at least one eighth. */
void chart_bar(double v, double most, size_t columns, struct buf *out);

/*
 * A week of gains, each a bar from zero: the greatest of them, and a bar's height in pixels. A day
 * that is not known has none, one that gained nothing the least.
 */
double chart_most(const struct trend_gain week[static TREND_WEEK]);
int chart_height(const struct trend_gain *day, double most, int pixels);

/* The same in block characters, a column each; a day that is not known is a dot. */
void chart_spark(const struct trend_gain week[static TREND_WEEK], struct buf *out);

#endif
