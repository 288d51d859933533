#include "store/thin.h"

/* Run a statement with up to three days until it changes nothing more, each time in a transaction
 * of its own. */
static int
repeat(struct db *db, const char *sql, const char *const days[], size_t n, struct err *e)
{
	int64_t changes = 1;

	while (changes > 0) {
		struct stmt *s = db_prepare(db, sql, e);

		if (!s)
			return -1;
		for (size_t i = 0; i < n; i++)
			stmt_textz(s, (int)i + 1, days[i]);
		if (stmt_run(s, e) < 0)
			return -1;
		changes = db_changes(db);
	}
	return 0;
}

/* A snapshot goes that is too old, or that has a newer one in its week (up to Sunday). Age counts
 * from when it was taken: recorded days that were taken in today are there to be looked at. */
static int
thin_rows(struct db *db, const char *daily, const char *weekly, struct err *e)
{
	const char *const days[] = { daily, weekly };

	return repeat(db,
		"DELETE FROM snapshot WHERE id = (SELECT id FROM snapshot AS s "
		"WHERE max(day, taken) < ?2 OR (max(day, taken) < ?1 AND EXISTS (SELECT 1 FROM "
		"snapshot AS n "
		"WHERE n.source = s.source AND n.day > s.day AND n.rows >= s.rows / 2 "
		"AND n.day < date(s.day, 'weekday 0', '+1 day'))) "
		"ORDER BY day LIMIT 1)",
		days, 2, e);
}

static int
thin_bodies(struct db *db, const char *daily, const char *weekly, struct err *e)
{
	const char *const days[] = { daily, weekly };

	return repeat(db,
		"UPDATE answer SET body = NULL, items = NULL WHERE snapshot_id = "
		"(SELECT s.id FROM snapshot AS s JOIN answer AS a ON a.snapshot_id = s.id "
		"WHERE (max(day, taken) < ?2 OR (max(day, taken) < ?1 AND EXISTS (SELECT 1 FROM "
		"snapshot AS n "
		"WHERE n.source = s.source AND n.day > s.day AND n.rows > 0 "
		"AND n.day < date(s.day, 'weekday 0', '+1 day')))) "
		"AND (a.body IS NOT NULL OR a.items IS NOT NULL) ORDER BY day LIMIT 1)",
		days, 2, e);
}

/* Entities that no kept snapshot can have seen: none of those days is left. */
static int
thin_entities(struct db *db, const char *daily, struct err *e)
{
	const char *const days[] = { daily };

	return repeat(db,
		"DELETE FROM entity WHERE id IN (SELECT id FROM entity AS t WHERE last_seen < ?1 "
		"AND NOT EXISTS (SELECT 1 FROM snapshot WHERE day BETWEEN t.first_seen AND "
		"t.last_seen) LIMIT 500)",
		days, 1, e);
}

int
thin_run(struct db *db, struct day today, struct err *e)
{
	char daily[11], weekly[11], bodies[11], weekly_bodies[11];

	clock_print_day(clock_add_days(today, -THIN_DAILY_ROWS), daily);
	clock_print_day(clock_add_days(today, -THIN_WEEKLY_ROWS), weekly);
	clock_print_day(clock_add_days(today, -THIN_DAILY_BODIES), bodies);
	clock_print_day(clock_add_days(today, -THIN_WEEKLY_BODIES), weekly_bodies);
	if (thin_rows(db, daily, weekly, e) < 0)
		return -1;
	if (thin_bodies(db, bodies, weekly_bodies, e) < 0)
		return -1;
	return thin_entities(db, daily, e);
}

int
thin_each(struct db *db, thin_kept_fn *fn, void *context, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT source, min(day), max(day), count(*), sum(answers), sum(rows), "
		"sum(bytes) FROM (SELECT source, day, rows, "
		"(SELECT count(*) FROM answer WHERE snapshot_id = s.id) AS answers, "
		"(SELECT coalesce(sum(coalesce(length(body), 0) + coalesce(length(items), 0)), 0) "
		"FROM answer WHERE snapshot_id = s.id) AS bytes FROM snapshot AS s) "
		"GROUP BY source ORDER BY source",
		e);
	int status;

	if (!s)
		return -1;
	while ((status = stmt_step(s, e)) > 0) {
		struct thin_kept kept = { .source = stmt_get_text(s, 0),
			.first = stmt_get_text(s, 1),
			.last = stmt_get_text(s, 2),
			.days = stmt_get_int(s, 3),
			.answers = stmt_get_int(s, 4),
			.rows = stmt_get_int(s, 5),
			.bytes = stmt_get_int(s, 6) };

		if (fn(context, &kept, e) < 0) {
			stmt_reset(s);
			return -1;
		}
	}
	return status;
}
