/* thin.h: what was collected gets sparser with age, so that a year of it stays small. */
#ifndef STORE_THIN_H
#define STORE_THIN_H

#include "base/clock.h"
#include "store/db.h"

/*
 * The grain of what is kept, in days back from today:
 *	rows    each day for 60 days (the formulas read 41), then the newest of a week for 2 years
 *	bodies  each day for 14 days, then the newest of a week for half a year
 */
enum {
	THIN_DAILY_ROWS = 60,
	THIN_WEEKLY_ROWS = 731,
	THIN_DAILY_BODIES = 14,
	THIN_WEEKLY_BODIES = 183,
};

/* Take out what is past its grain, a snapshot at a time: no lock is held for long, and a run that
 * is cut off is taken up by the next. */
int thin_run(struct db *db, struct day today, struct err *e);

/* What is kept of each source, for `db info`. */
struct thin_kept {
	struct str source;
	struct str first, last; /* days */
	int64_t days, answers, rows;
	int64_t bytes; /* of bodies, as they lie there */
};
typedef int thin_kept_fn(void *context, const struct thin_kept *kept, struct err *e);
int thin_each(struct db *db, thin_kept_fn *fn, void *context, struct err *e);

#endif
