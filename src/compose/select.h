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
 * come from the first 3 x `top` then. Fewer than three that the last seven days have not shown: only
 * those are printed. On Saturday it is the plain chart.
 */
void select_trending(
	const struct figures *f, size_t chart, size_t top, struct arena *a, struct selection *out);

/* "Biggest movers": at most `top`; nobody twice in seven days who has not climbed ten places. */
void select_movers(const struct figures *f, size_t chart, size_t top, struct arena *a,
	const struct trend_entity ***out, size_t *n);

/*
 * Worth reading: at most `top` of one kind ("paper", "feed", "story"), or, with NULL, of all kinds in
 * turn, the weightiest and then the newest first. No address that an issue of the last 30 days had,
 * no title twice (three words of four the same), at most two of a feed. `feeds`: the names of those
 * that are wanted; none: all.
 */
void select_links(const struct figures *f, const char *kind, const struct str *feeds,
	size_t feed_count, size_t top, struct arena *a, const struct figures_link ***out,
	size_t *n);

/*
 * Tools to look at: repositories that gain, say what they are and stand in no list of today's issue,
 * as links with their description as the note. The rules of select_links hold.
 */
void select_tools(const struct figures *f, size_t top, struct arena *a,
	const struct figures_link ***out, size_t *n);

/*
 * An address as it is compared: scheme and host in lower case, https for http, no "www.", no
 * fragment, no utm_*, ref, source and the like, no slash at the end, arXiv's and HuggingFace's pages
 * of one paper as one, without its version. Empty when it is no web address.
 */
struct str select_canonical_url(struct str url, struct arena *a);

/* The share of words that two titles have in common: 1 are the same. */
double select_likeness(struct str a, struct str b, struct arena *arena);

/* A repository of less than a week with more than 500 stars and hardly a fork: it is printed, and
 * never led with. */
bool select_is_suspicious(const struct trend_entity *e, int asof);

/* What it says of itself, cleaned and cut to `columns`; else its task; else nothing. */
struct str select_describe(const struct trend_entity *e, size_t columns, struct arena *a);

#endif
