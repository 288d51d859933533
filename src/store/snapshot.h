/* snapshot.h: what a source answered on a day, kept as it came, and the typed rows made of it. */
#ifndef STORE_SNAPSHOT_H
#define STORE_SNAPSHOT_H

#include "base/clock.h"
#include "store/db.h"

/*
 * A snapshot is (source, UTC day); it holds the answers of that day in the order they were asked
 * for. row.c has the table of sources, migrations/ a view for each.
 *
 * An answer is one body as it came, after content decoding:
 *	200       rows are made of it, unless it is no good (see snapshot_keep)
 *	404, 451  what was asked for by its name is gone: noted, and no fault of the day's
 *	others    rejected
 */
struct answer {
	const char *source;
	struct str url; /* as asked; never holds a token */
	int status;
	struct str etag, type; /* empty: none */
	int64_t at;            /* microseconds */
	struct str body;
	struct str items; /* a JSON array of rows, where the body itself is no JSON (feeds) */
	bool partial;     /* not all there: a page is missing, ... */
	bool tracked;     /* asked for because it is tracked: that does not keep it on the list */
};

struct snapshot_result {
	int64_t rows, rejected; /* good rows, and those that were not taken */
	bool answered;          /* at least one answer was good */
	bool partial;           /* nothing may be said to have dropped out */
	bool kept;     /* false: what was collected earlier that day is better, and stays */
	char why[256]; /* partial, rejected or not kept: the reason; else empty */
};

/*
 * One transaction: the day's snapshot of the source is these answers. Each body is checked first
 * (json_check, and the shape that the source's view reads); one that is no good is kept as evidence
 * with the reason, and gives no rows. Those of an earlier run of the day are replaced, unless the
 * new ones are worse: partial, or fewer good rows. The snapshot is partial when an answer says so
 * or is no good, and with no more than half of the rows of the snapshot before it.
 */
int snapshot_keep(struct db *db, const char *source, struct day day, const struct answer *answers,
	size_t n, struct snapshot_result *out, struct err *e);

/* The newest good answer of that url: its etag (for If-None-Match) and body (for a 304). 1, 0
 * none. */
int snapshot_last(struct db *db, const char *source, struct str url, struct arena *a,
	struct answer *out, struct err *e);

/* What is followed though no chart has it any more: all that was on one, or shown, in the last 28
 * days, without what was gone the last three times. The strongest first. */
struct tracked {
	struct str name;
	struct str stable; /* GitHub's number, HuggingFace's _id; empty: not known */
	int64_t value;
};
int snapshot_tracked(struct db *db, const char *source, struct day day, struct arena *a,
	struct tracked **out, size_t *n, struct err *e);

/* Those with rows of one source, or two (`also`; NULL: none), of the days from `from` to `to`, by
 * day and then by name. */
struct snapshot {
	int64_t id;
	struct str source;
	struct day day;
	int64_t rows, rejected;
	bool partial;
};
int snapshot_list(struct db *db, const char *source, const char *also, struct day from,
	struct day to, struct arena *a, struct snapshot **out, size_t *n, struct err *e);
/* Is there one before that day? 1 yes, 0 no. */
int snapshot_before(
	struct db *db, const char *source, const char *also, struct day day, struct err *e);

#endif
