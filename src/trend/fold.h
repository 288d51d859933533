/* fold.h: one row for a model and its copies, and for an author who floods the chart. Pure. */
#ifndef TREND_FOLD_H
#define TREND_FOLD_H

#include "trend/momentum.h"

struct trend_folded {
	const struct trend_entity *lead;
	double order;           /* the strongest momentum in the row; rows are sorted by it */
	double folded_momentum; /* of those behind the lead, together */
	const struct trend_entity **family; /* copies: "+17 copies" */
	size_t family_count;
	const struct trend_entity **author; /* "+2 more by Qwen" */
	size_t author_count;
};

/*
 * Fold the top 60 of the chart. (1) HuggingFace models into families: the model it says it is
 * quantized from, else the shortest chart name of two or more tokens and a digit whose tokens stand
 * contiguously in this one; the root leads unless a copy has more than twice its momentum. (2) An
 * author with three or more rows left in the top 30 keeps one.
 */
void trend_fold(
	const struct trend_report *r, struct arena *a, struct trend_folded **out, size_t *n);

/* The part of a name before its slash, or empty. */
struct str trend_author(struct str name);

#endif
