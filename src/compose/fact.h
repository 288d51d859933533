/* fact.h: what is out of the ordinary in one chart, as neutral sentences with their figures. Pure. */
#ifndef COMPOSE_FACT_H
#define COMPOSE_FACT_H

#include "compose/figures.h"

/*
 * A fact says what was counted, over which time, and never why: nobody's motive can be read from a
 * counter. Its score is how far it is from an ordinary morning, in doublings, so that facts of
 * different kinds can be laid side by side:
 *
 *	FACT_FLOOD   rows of one owner among the first 30, beside 3; four at least
 *	FACT_FAMILY  a model and those that carry its name among the first 60, beside 4; eight at least
 *	FACT_JUMP    the week beside its usual week; half a doubling less for each one of its place
 *	FACT_LEADER  half of the place that a new number one had a week ago
 *	FACT_BORN    younger than a week and in the first ten: beside 1 000 stars, 100 likes of a
 *	             model, 50 of a dataset or Space
 *	FACT_GAIN    in the first ten: half of what it gained beside the tenth, and half a doubling less
 *	FACT_TOP     in the first ten by HuggingFace's own score, before there is a week: -1 for the
 *	             first, half a doubling less for each one of its place
 *	FACT_TOTAL   what all of a source gained: -1, for a quiet morning
 *
 * Datasets and Spaces count one doubling less: fewer readers use them.
 */
enum fact_kind {
	FACT_FLOOD,
	FACT_FAMILY,
	FACT_JUMP,
	FACT_LEADER,
	FACT_BORN,
	FACT_GAIN,
	FACT_TOP,
	FACT_TOTAL,
};

struct fact {
	enum fact_kind kind;
	const char *source;
	const struct trend_entity *entity; /* NULL: FACT_TOTAL */
	const struct trend_folded *row;    /* in which it stands */
	struct str title;                  /* a headline of at most 78 columns */
	struct str sentence;               /* plain text, with a full stop */
	struct str says; /* a sentence on what it says of itself; empty: nothing */
	struct str name; /* whom the sentence names; empty: nobody */
	size_t name_at;  /* where in it */
	struct str url;  /* of what the name names */
	double score;
};

enum { FACT_MOST = 256 };

/*
 * All facts of one chart, in no order, behind those that are in the list already; *n of FACT_MOST.
 * Suspicious repositories and what gained more than is believed have none, nor has a flood that all
 * together does not beat the next row.
 */
void fact_find(const struct figures *f, const struct figures_chart *c, struct arena *a,
	struct fact list[static FACT_MOST], size_t *n);

#endif
