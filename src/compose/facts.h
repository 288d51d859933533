/* facts.h: the strongest facts of a day, as neutral sentences with their figures: what a draft leads
 * with. Pure. */
#ifndef COMPOSE_FACTS_H
#define COMPOSE_FACTS_H

#include "compose/figures.h"

/*
 * A fact says what was counted, over which time, and never why: nobody's motive can be read from a
 * counter. Its score is how far it is from an ordinary morning, so that facts of different kinds
 * can be laid side by side; facts.c has the table. 1 is what happens every day, each doubling of
 * the oddness adds 1: twice its usual week is 2, four times is 3; a chart of which one owner has a
 * fifth is like four times. Equal scores go by kind, source and name, so that the same figures
 * give the same draft.
 */
enum fact_kind {
	FACT_FLOOD,  /* many rows of one owner */
	FACT_FAMILY, /* a model and its copies */
	FACT_JUMP,   /* far above its own usual week */
	FACT_LEADER, /* a new number one */
	FACT_BORN,   /* younger than a week, and high on the chart */
	FACT_GAIN,   /* the biggest single gain */
	FACT_TOTAL,  /* what all of a source gained: for a quiet morning */
};

struct fact {
	enum fact_kind kind;
	const char *source;
	const struct trend_entity *entity; /* NULL: FACT_TOTAL */
	struct str title;                  /* a headline of at most 78 columns */
	struct str
		sentence; /* a whole sentence, plain text; where the entity's name stands in it it is `name` */
	struct str name;
	struct str url;  /* of the entity; empty: none */
	double momentum; /* what is compared with the next time */
	double score;
};

/*
 * At most `most` facts, the strongest first; no entity, family or owner twice. Not told: who led in
 * the last 14 days, unless the momentum has doubled; suspicious repositories; a flood that all
 * together does not beat the next row; anything of a chart that is stale. No facts on a day of
 * which nothing is known.
 */
void facts_find(
	const struct figures *f, size_t most, struct arena *a, struct fact **out, size_t *n);

/* Where an entity has its page: built from its checked name. */
struct str facts_url(enum trend_kind kind, struct str name, struct arena *a);

#endif
