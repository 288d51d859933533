/* shown.h: what an issue showed: for the editing rules across issues (DATA.md 5). */
#ifndef STORE_SHOWN_H
#define STORE_SHOWN_H

#include "base/clock.h"
#include "store/db.h"

struct shown {
	struct day day;
	struct str place;  /* "lead", "trending", "movers", "tools", "reading", "numbers" */
	struct str source; /* "github", "hf_models", ..., or empty */
	/* The stable key and the name as printed; of a link its canonical url and its title. */
	struct str key, name;
	double value, momentum;
	int rank; /* 0: none */
};

/* Replaces what was known of that day, in a transaction of its own (or the caller's). */
int shown_keep(struct db *db, struct day day, const struct shown *shown, size_t n, struct err *e);

/* Of the days from `from` up to, and without, `before`: in the order they were shown. */
int shown_read(struct db *db, struct day from, struct day before, struct arena *a,
	struct shown **out, size_t *n, struct err *e);

#endif
