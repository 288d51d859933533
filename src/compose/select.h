/* select.h: what of a day's figures is printed: the editing rules that hold within an issue and from
 * one issue to the next. Pure. */
#ifndef COMPOSE_SELECT_H
#define COMPOSE_SELECT_H

#include "compose/figures.h"

/*
 * A daily letter cannot just print the chart: seven of ten rows are the same the next day. What
 * earlier issues showed is in figures.shown. Its rank is an entity's place on the momentum chart
 * (trend_entity.rank) for "trending" and for "movers" alike, its key the entity's key, and for
 * "tools" and "reading" the canonical URL.
 *
 * Of every list, one organisation has at most 40 % and one owner at most two rows, but never less
 * than one. Archived repositories and forks are in none.
 */
struct select_row {
	const struct trend_folded *folded;
	/*
	 * Three or more of one owner on the chart, or three or more names that are equal but for
	 * their digits: one row. The range is empty where the names have none; else it is the parts
	 * behind the slash of the first and the last in the order of their numbers: "a5103",
	 * "a5103 to a5106".
	 */
	bool flood;
	size_t flood_count;
	struct str flood_range;
	int64_t counted; /* stars that it gained at least, by OSS Insight: there is no week of ours */
};

struct selection {
	struct select_row *rows;
	size_t count;
	const struct trend_entity **climbing; /* "Still climbing: A +n, B +n" */
	size_t climbing_count;
	bool weekly; /* Saturday's: the plain chart */
};

/*
 * "Gaining momentum": at most `top` rows. A row that one of the last six issues printed in full is
 * named under climbing instead, where it still stands among the first `top` of the chart; the rows
 * come from the first 6 x `top` then. Fewer than three that the last seven days have not shown: only
 * those are printed. On Saturday it is the plain chart. On the first days, when GitHub's chart has
 * no week to compare with, those that OSS Insight counted (counted.h) stand among those that were
 * born in it.
 */
void select_trending(
	const struct figures *f, size_t chart, size_t top, struct arena *a, struct selection *out);

/* "Biggest movers": at most `top`; nobody twice in seven days who has not climbed ten places. */
void select_movers(const struct figures *f, size_t chart, size_t top, struct arena *a,
	const struct trend_entity ***out, size_t *n);

/* A repository of less than a week with more than 500 stars and hardly a fork: it is printed, and
 * never led with. */
bool select_is_suspicious(const struct trend_entity *e, int asof);

/* What it says of itself, cleaned and cut to `columns`; else its task; else nothing. */
struct str select_describe(const struct trend_entity *e, size_t columns, struct arena *a);

#endif
