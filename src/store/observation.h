/* observation.h: the charts' counters, a row an entity and day. */
#ifndef STORE_OBSERVATION_H
#define STORE_OBSERVATION_H

#include "store/row.h"

/* row_keep for charts. A row is taken whose name is one (slug.h) and whose counter is an integer
 * from 0 to 2^53-1; whatever else is no good is unknown, and not the row's fault. What is written
 * twice the same in one day is kept once. */
int observation_keep(struct db *db, const struct row_source *source, int64_t snapshot,
	struct day day, struct row_count *out, struct err *e);

struct observation {
	int64_t entity; /* entity.h's id */
	int64_t value;
	bool has_score, has_downloads, has_forks;
	double score;
	int64_t downloads, forks;
};

/* Calls fn for each of a snapshot's, in the order they were read; it may read. Return -1 to stop. */
typedef int observation_fn(void *context, const struct observation *o, struct err *e);
int observation_each(
	struct db *db, int64_t snapshot, observation_fn *fn, void *context, struct err *e);

/* All of a snapshot's at once, packed (packed.h), in the arena; without `details` downloads and forks
 * are unknown. */
struct packed;
int observation_read(struct db *db, int64_t snapshot, bool details, struct arena *a,
	struct packed *out, struct err *e);

/* What was kept before the table `packed` was (0015_packed.sql), in the caller's transaction. */
int observation_pack_all(struct db *db, struct err *e);

#endif
