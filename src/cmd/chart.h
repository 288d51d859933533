/* chart.h: a chart of the data desk, as `trending` tells it. */
#ifndef CMD_CHART_H
#define CMD_CHART_H

#include "base/out.h"
#include "compose/figures.h"

/* All of it, under the name of its source (CONTRACT, "trending --json"); lists of at most `top`
 * (0: whole). */
void chart_json(struct out *o, const struct figures_chart *c, size_t top);

/* For people: aligned lines with units and windows; `day` is the one that was asked for. */
void chart_text(
	struct out *o, const struct figures_chart *c, struct day day, size_t top, struct arena *a);

#endif
