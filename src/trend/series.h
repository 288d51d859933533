/* series.h: the rows of many days joined into one series an entity, whatever its names were. Pure. */
#ifndef TREND_SERIES_H
#define TREND_SERIES_H

#include "trend/momentum.h"

/* A day of a series, and whose row says so. */
struct series_day {
	struct trend_count count;
	const struct trend_row *of;
};

/* One entity's counters over the days, ascending, one a day. */
struct series {
	struct str key;
	const struct trend_count *rows;
	size_t n;
	/* One row has all of them; or NULL, and `all` is what several said, by day and then in the
	 * order they were read. */
	const struct trend_row *only;
	const struct series_day *all;
	size_t all_count;
};

struct series_table {
	struct series *list; /* by key */
	size_t n;
};

/*
 * Join what has a counter and a name that is one (trend_name_ok); the first of an entity and day
 * wins, and what it lacks comes from the later ones. The series borrow the rows.
 *
 * GitHub's key is the id, else the name in lower case, and a name that ever had exactly one id
 * stands for it. HuggingFace's is the name; an id that had several names joins them.
 */
void series_join(enum trend_kind kind, const struct trend_row *rows, size_t n, struct arena *a,
	struct series_table *out);

/* The row of that day, with what it lacks filled in. False: there is none. */
bool series_row_on(const struct series *s, int day, struct trend_row *out);

/* The name before this one, of the days `from` to `to`; an empty one: it had no other. */
struct str series_other_name(const struct series *s, int from, int to, struct str name);

#endif
