/* facts.h: which facts of the day a draft leads with: the strongest, and nobody again too soon.
 * Pure. */
#ifndef COMPOSE_FACTS_H
#define COMPOSE_FACTS_H

#include "compose/fact.h"

/*
 * What was led with is kept as "lead" (store/shown.h): its rank is 1 for what stood in the headline
 * and more for what was told below it.
 */
enum { FACTS_HEADLINE = 1 };

/*
 * At most `most` facts, the strongest first; no entity, family or owner twice, and FACT_TOTAL only
 * as the first or the second. Not told: who stood in a headline of the last 14 days, unless the
 * momentum has doubled, and who was told below one in the last seven (three, for the first fact);
 * anything of a chart that is stale. None on a day of which nothing is known. Equal scores go by
 * kind, source and name, so that the same figures give the same draft.
 */
void facts_find(
	const struct figures *f, size_t most, struct arena *a, struct fact **out, size_t *n);

/*
 * What was shown when this, its family (of the row, which may be NULL) or its owner stood in a
 * headline of the last 14 days and has not doubled its momentum since; NULL: it may lead.
 */
const struct shown *facts_led(
	const struct figures *f, const struct trend_entity *e, const struct trend_folded *row);

#endif
