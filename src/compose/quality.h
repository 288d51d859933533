/* quality.h: may it be printed, and under which label? Age, number, partial answers, jumps too large
 * to believe. Pure. */
#ifndef COMPOSE_QUALITY_H
#define COMPOSE_QUALITY_H

#include "compose/figures.h"

enum quality {
	QUALITY_GOOD,
	QUALITY_OLD,     /* of one or two days before: its day is printed */
	QUALITY_PARTIAL, /* answers were incomplete: nothing is summed up or said to be new */
	QUALITY_FEW,     /* too few are tracked to call it a chart: left out */
	QUALITY_STALE,   /* nothing of the last days: left out */
};

enum { QUALITY_LEAST = 5 };

/* Of a chart on that day. One that is old and partial is partial, and still of quality_age days. */
enum quality quality_of(const struct figures_chart *c, struct day day);

/* How many days old the figures are; the chart is not stale. */
int quality_age(const struct figures_chart *c, struct day day);

/*
 * Is what it gained more than a counter gains? Many more in a week than ever were seen (recorded:
 * 82 000 stars, from 99 735), or twenty times what it had. A wrong answer looks like that, and a
 * repository that took over another's name.
 */
bool quality_believes(const struct trend_entity *e);

/* No entity of the chart gained more than is believed: its sums may be printed. */
bool quality_sums(const struct figures_chart *c);

#endif
