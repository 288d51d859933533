/* flood.h: a chart's folded rows as they may be printed: without what is archived or a fork, and one
 * row for whoever floods it. Pure. */
#ifndef COMPOSE_FLOOD_H
#define COMPOSE_FLOOD_H

#include "compose/figures.h"

/*
 * Three or more rows of one owner on the chart, or three or more names that are equal but for their
 * digits, are one row, a flood. Counts and names are all that can be said of one: never why.
 */
struct flood_row {
	struct trend_folded *folded; /* its author members are the flood but for the lead */
	bool flood;
	size_t count; /* of the flood; without the copies of its rows */
	/*
	 * The parts behind the slash of its lowest and its highest name ("a5103 to a5106"); empty
	 * where they are not numbered alike.
	 */
	struct str range;
	int64_t counted; /* see select.h */
};

/* In the order of the chart. Everything lives in the arena. */
void flood_rows(const struct figures_chart *c, struct arena *a, struct flood_row **out, size_t *n);

/* All that gained in the row, together. */
double flood_sum(const struct trend_folded *row);

#endif
