#include "store/gauge.h"

/* Two columns of each row: a word, and a number. */
static int
tell_rows(struct stmt *s, const char *family, gauge_fn *fn, void *context, struct err *e)
{
	int status;

	while ((status = stmt_step(s, e)) > 0) {
		struct arena a = { 0 };

		fn(context, family, arena_strz(&a, stmt_get_text(s, 0)), stmt_get_int(s, 1));
		arena_free(&a);
	}
	return status;
}

static int
tell_subscribers(struct db *db, gauge_fn *fn, void *context, struct err *e)
{
	struct stmt *s = db_prepare(
		db, "SELECT state, count(*) FROM subscriber GROUP BY state ORDER BY state", e);

	return s ? tell_rows(s, "subscribers", fn, context, e) : -1;
}

static int
tell_deliveries(struct db *db, gauge_fn *fn, void *context, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT state, count(*) FROM delivery "
		"WHERE issue_id = (SELECT id FROM issue ORDER BY day DESC LIMIT 1) "
		"GROUP BY state ORDER BY state",
		e);

	return s ? tell_rows(s, "deliveries", fn, context, e) : -1;
}

static int
tell_notes(struct db *db, gauge_fn *fn, void *context, struct err *e)
{
	struct stmt *s =
		db_prepare(db, "SELECT state, count(*) FROM owed GROUP BY state ORDER BY state", e);

	return s ? tell_rows(s, "notes", fn, context, e) : -1;
}

static int
tell_moments(struct db *db, gauge_fn *fn, void *context, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT coalesce((SELECT started_at FROM issue ORDER BY day DESC LIMIT 1), 0), "
		"coalesce((SELECT max(finished_at) FROM issue), 0), "
		"coalesce((SELECT min(iif(attempts = 0, max(owed_at, coalesce(next_at, 0)), "
		"owed_at))"
		"          FROM owed "
		"          WHERE state NOT IN ('sent', 'failed', 'skipped')), 0)",
		e);

	if (!s || stmt_step(s, e) < 0)
		return -1;
	fn(context, "began", NULL, stmt_get_int(s, 0));
	fn(context, "ended", NULL, stmt_get_int(s, 1));
	fn(context, "owed", NULL, stmt_get_int(s, 2));
	stmt_reset(s);
	return 0;
}

int
gauge_each(struct db *db, gauge_fn *fn, void *context, struct err *e)
{
	int status = db_begin_read(db, e);

	if (status == 0)
		status = tell_subscribers(db, fn, context, e);
	if (status == 0)
		status = tell_deliveries(db, fn, context, e);
	if (status == 0)
		status = tell_notes(db, fn, context, e);
	if (status == 0)
		status = tell_moments(db, fn, context, e);
	db_rollback(db);
	return status;
}
