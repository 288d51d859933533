/* row.h: which view reads a source's rows, and what becomes of them. */
#ifndef STORE_ROW_H
#define STORE_ROW_H

#include "base/clock.h"
#include "store/db.h"

struct row_source {
	const char *name; /* as in the table `snapshot` */
	const char *view; /* "SELECT ... FROM its view WHERE snapshot_id = ?1", in their order */
	/* Charts: whose entities its rows are, and how many slashes their names have. NULL: rows
	 * are links. */
	const char *chart;
	int least_slashes;
	const char *rows_at; /* where its rows stand in a body: a JSON path */
	/* A member that a body has which is a row itself; NULL: there are none. */
	const char *one;
};

/* NULL when there is no such source. */
const struct row_source *row_source(const char *name);

struct row_count {
	int64_t rows, rejected;
	int64_t charted; /* rows of a chart, not asked for by name; of links, which have none, 0 */
};

/*
 * Read the rows of a snapshot through its view, check and clean them, and keep what is good (in
 * observation.h or link.h). In the caller's transaction.
 */
int row_keep(struct db *db, const struct row_source *source, int64_t snapshot, struct day day,
	struct row_count *out, struct err *e);

/* A stranger's words made fit to keep: cleaned (text_clean), and cut at a word. */
struct str row_text(struct str s, size_t columns, struct arena *a);

/* The UTC day of a date that a stranger wrote: false for what is none, or later than `today`. */
bool row_day(struct str s, struct day today, struct day *out);

#endif
