/* entity.h: repositories, models, datasets and spaces, as they describe themselves. */
#ifndef STORE_ENTITY_H
#define STORE_ENTITY_H

#include "base/clock.h"
#include "store/db.h"

struct entity {
	const char *chart;
	struct str name;   /* checked (slug.h) */
	struct str stable; /* what no rename changes; empty: not said */
	bool has_created;
	struct day created;
	struct str task, quantized, description, language, library;
	bool fork, archived;
};

/*
 * The row of the entity with just this description, made if there is none, into *id; it was seen on
 * that day with that counter. `charted`: on a chart, and not only because it is tracked.
 */
int entity_see(struct db *db, const struct entity *entity, struct day day, int64_t value,
	bool charted, int64_t *id, struct err *e);

/* 1 got it, 0 there is none. Strings in the arena; chart is NULL. */
int entity_get(struct db *db, int64_t id, struct arena *a, struct entity *out, struct err *e);

/* Calls fn for each of them that there is, in the order of `ids`; as entity_get has it. Return -1 to
 * stop. For thousands of them this takes a quarter of the time. */
typedef int entity_fn(void *context, int64_t id, const struct entity *entity, struct err *e);
int entity_each(struct db *db, const int64_t *ids, size_t n, struct arena *a, entity_fn *fn,
	void *context, struct err *e);

/* It was asked for by its name on that day, and was not there (404, 451). */
int entity_miss(struct db *db, const char *chart, struct str name, struct day day, struct err *e);

#endif
