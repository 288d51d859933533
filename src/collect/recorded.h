/* recorded.h: answers that were recorded into files, taken in as if they came now: for backfill and
 * for tests (CONTRACT: collect --from). */
#ifndef COLLECT_RECORDED_H
#define COLLECT_RECORDED_H

#include "base/clock.h"
#include "store/snapshot.h"

/*
 * What came of one source and day. Calls it for each, in order; `failed` is not NULL when the file
 * could not be read. Return -1 to stop.
 */
typedef int recorded_fn(void *context, const char *source, struct day day,
	const struct snapshot_result *result, const char *failed, struct err *e);

/*
 * Take DIR/github/search/D.json, DIR/hf/models/D.json and their like. `day` NULL: every day that
 * DIR has, the oldest first. `now` is when they are taken in. ERR_NOINPUT when DIR is no folder.
 */
int recorded_take(struct db *db, const char *path, const struct day *day, int64_t now,
	recorded_fn *fn, void *context, struct err *e);

#endif
