/* block_entity.h: what the blocks say of a chart and of one entity on it. */
#ifndef COMPOSE_BLOCK_ENTITY_H
#define COMPOSE_BLOCK_ENTITY_H

#include "compose/block.h"
#include "compose/origin.h"

/*
 * The day's chart of that source, if it may be printed. NULL and a note when it is stale or too thin;
 * a note as well when it is old or partial.
 */
const struct figures_chart *block_chart(struct block *k, const char *source);

/* What a caption says of a chart that is not of today, or not whole: ", as of 21 Aug"; else empty. */
struct str block_label(const struct block *k, const struct figures_chart *c);

/* May the entity be printed? A jump that nobody believes is noted. */
bool block_believes(struct block *k, const struct origin *o, const struct trend_entity *e);

/* A line of pieces with `between` between them; an empty one is none. */
struct pieces {
	struct arena *a;
	struct str line;
	const char *between; /* NULL: ", " */
};
void pieces_add(struct pieces *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "5.0x its usual week" where that is remarkable, "was old/name" where it was renamed. */
void pieces_add_usual(struct pieces *p, const struct trend_entity *e);
void pieces_add_rename(
	struct pieces *p, const struct figures_chart *c, const struct trend_entity *e);

/* Put its name whole, and in the two parts between which a line may break: "owner/" and the rest. */
void block_put_name(const struct block *k, struct value *o, struct str name);

/* Keep that the entity was shown. */
void block_show_entity(struct block *k, const char *place, const struct figures_chart *c,
	const struct trend_entity *e);

#endif
