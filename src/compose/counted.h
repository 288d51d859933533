/* counted.h: what OSS Insight counted of GitHub in the past week, beside our own snapshots: a first
 * day's chart, and a cross-check of every other. Pure. */
#ifndef COMPOSE_COUNTED_H
#define COMPOSE_COUNTED_H

#include "compose/figures.h"

/*
 * OSS Insight counts the public stream of events, which does not show it every star. Recorded over
 * two weeks: where we had snapshots a week apart it had seen 0.14 of what they differ by (285 pairs,
 * median; the lowest 0.08, the highest 0.26). So its figure is the least that was gained, never the
 * gain; and a chart of ours is compared with its usual share, not with its figure.
 */

struct counted {
	const struct trend_entity *entity;
	int64_t stars; /* at least */
};

/* Those of GitHub's chart that have no week of ours to rank by, where it has none at all: the first
 * days. The most counted first, *n of them, in the arena. */
void counted_first(const struct figures *f, struct arena *a, struct counted **out, size_t *n);

/* One of whose gain OSS Insight saw less than a third or more than three times of its usual share. */
struct counted_doubt {
	const struct trend_entity *entity;
	int64_t counted;
	double share; /* the usual one: counted / gained */
};

/* In the order of the chart; none where fewer than ten can be compared. */
void counted_doubts(
	const struct figures *f, struct arena *a, struct counted_doubt **out, size_t *n);

#endif
