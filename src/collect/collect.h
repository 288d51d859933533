/* collect.h: the morning's questions to all sources, and a snapshot of what each answered. */
#ifndef COLLECT_COLLECT_H
#define COLLECT_COLLECT_H

#include "collect/source.h"
#include "settings/publication.h"

struct collect_result {
	const char *source;
	struct snapshot_result kept; /* of nothing, when there was no answer to keep */
	unsigned calls;
	uint64_t bytes; /* over the wire */
	int64_t took;   /* microseconds */
	char why[256];  /* what went wrong; empty */
};

/* Told of each source as it is done. */
typedef void collect_report_fn(void *context, const struct collect_result *r);

enum collect_whom {
	COLLECT_ALL,
	COLLECT_MISSING, /* whose snapshot of the day is whole is left alone */
};

/*
 * Ask the sources that the settings name, one after the other, and keep the snapshot of `day`.
 * A source that fails stops no other; `report` is told whether it answered. `deadline`
 * (microseconds) ends it all. A token file that cannot be used (ERR_CONFIG) is for somebody who
 * looks: it ends COLLECT_ALL before anybody is asked, and takes only its own sources out of
 * COLLECT_MISSING. -1: that, another collect that is at it (ERR_TEMPFAIL), or the database failed.
 */
int collect_run(const struct publication *p, struct db *db, struct day day, enum collect_whom whom,
	int64_t deadline, collect_report_fn *report, void *context, struct err *e);

/* Has every source that is asked a whole snapshot of that day? */
bool collect_is_whole(const struct publication *p, struct db *db, struct day day);

/* The token a source is asked with: *out is NULL where it has none. -1: its file is no secret's
 * (RELIABILITY K5), or does not hold one line. */
int collect_token(
	int dir, const char *token_file, struct arena *a, const char **out, struct err *e);

#endif
