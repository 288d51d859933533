/* import_run.h: the runs of `subscriber import`, and what each changed, so that it can be told and
 * undone. */
#ifndef STORE_IMPORT_RUN_H
#define STORE_IMPORT_RUN_H

#include "store/db.h"

struct import_run {
	int64_t id;
	struct str file;
	int64_t started_at, ended_at, undone_at; /* 0: not (yet) */
	int64_t added, updated, unchanged, rejected;
};

/* All of these write in the caller's transaction. */

/* Begin one: fills in id. */
int import_run_begin(struct db *db, struct import_run *run, struct err *e);
/* Keep the counts as they are now, and ended_at and undone_at. */
int import_run_keep(struct db *db, const struct import_run *run, struct err *e);
/* 1 found, 0 no such run. */
int import_run_get(
	struct db *db, int64_t id, struct arena *a, struct import_run *out, struct err *e);

/* The first after `after` that neither ended nor was undone, unless a later one of the same file came
 * to its end: it had all of this one's rows. 1 found, 0 there is none. */
int import_run_unfinished(
	struct db *db, int64_t after, struct arena *a, struct import_run *out, struct err *e);

/* Keep how somebody is, before the run changes them; the first time counts. */
int import_run_remember(struct db *db, int64_t run, int64_t subscriber, struct err *e);
/* Put somebody back to how they were before the run: 1 done, 0 not, they were changed after it
 * (updated_at is not the run's). */
int import_run_restore(struct db *db, const struct import_run *run, int64_t subscriber, int64_t now,
	struct err *e);

/* Ids after `after` of those that the run added, or changed, in order: *n of them, at most
 * `room`. */
int import_run_added(struct db *db, int64_t run, int64_t after, int64_t *ids, size_t room,
	size_t *n, struct err *e);
int import_run_changed(struct db *db, int64_t run, int64_t after, int64_t *ids, size_t room,
	size_t *n, struct err *e);

#endif
