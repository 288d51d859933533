/* series.h: the rows of many days joined into one series an entity, whatever its names were. Pure. */
#ifndef TREND_SERIES_H
#define TREND_SERIES_H

#include "trend/momentum.h"

/* One entity's counters over the days, ascending, one a day. */
struct series {
	struct str key;
	struct trend_row *rows;
	size_t n;
};

struct series_table {
	struct series *list; /* by key */
	size_t n;
};

/*
 * Join what has a counter and a name that is one (trend_name_ok). Rows stand by day; the first of an
 * entity and day wins, and what it lacks comes from the later ones. The rows are put into another
 * order, and the series borrow them.
 *
 * GitHub's key is the id, else the name in lower case, and a name that ever had exactly one id
 * stands for it. HuggingFace's is the name; an id that had several names joins them.
 */
void series_join(enum trend_kind kind, struct trend_row *rows, size_t n, struct arena *a,
	struct series_table *out);

/* The series with that key, which must be there. */
const struct series *series_find(const struct series_table *t, struct str key);

#endif
