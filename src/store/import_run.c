#include "store/import_run.h"

int
import_run_begin(struct db *db, struct import_run *run, struct err *e)
{
	struct stmt *s =
		db_prepare(db, "INSERT INTO import_run (file, started_at) VALUES (?1, ?2)", e);

	if (!s)
		return -1;
	stmt_text(s, 1, run->file);
	stmt_int(s, 2, run->started_at);
	if (stmt_run(s, e) < 0)
		return -1;
	run->id = db_last_id(db);
	return 0;
}

int
import_run_keep(struct db *db, const struct import_run *run, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"UPDATE import_run SET added = ?2, updated = ?3, unchanged = ?4, rejected = ?5, "
		"ended_at = nullif(?6, 0), undone_at = nullif(?7, 0) WHERE id = ?1",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, run->id);
	stmt_int(s, 2, run->added);
	stmt_int(s, 3, run->updated);
	stmt_int(s, 4, run->unchanged);
	stmt_int(s, 5, run->rejected);
	stmt_int(s, 6, run->ended_at);
	stmt_int(s, 7, run->undone_at);
	return stmt_run(s, e);
}

#define RUN "id, file, started_at, ended_at, undone_at, added, updated, unchanged, rejected"

/* The row of a statement whose columns are RUN; 1 found, 0 none. */
static int
read_run(struct stmt *s, struct arena *a, struct import_run *out, struct err *e)
{
	int status = stmt_step(s, e);

	if (status <= 0)
		return status;
	*out = (struct import_run){ .id = stmt_get_int(s, 0),
		.file = arena_str(a, stmt_get_text(s, 1)),
		.started_at = stmt_get_int(s, 2),
		.ended_at = stmt_get_int(s, 3),
		.undone_at = stmt_get_int(s, 4),
		.added = stmt_get_int(s, 5),
		.updated = stmt_get_int(s, 6),
		.unchanged = stmt_get_int(s, 7),
		.rejected = stmt_get_int(s, 8) };
	stmt_reset(s);
	return 1;
}

int
import_run_get(struct db *db, int64_t id, struct arena *a, struct import_run *out, struct err *e)
{
	struct stmt *s = db_prepare(db, "SELECT " RUN " FROM import_run WHERE id = ?1", e);

	if (!s)
		return -1;
	stmt_int(s, 1, id);
	return read_run(s, a, out, e);
}

int
import_run_unfinished(
	struct db *db, int64_t after, struct arena *a, struct import_run *out, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT " RUN " FROM import_run AS r WHERE id > ?1 AND ended_at IS NULL AND "
		"undone_at IS NULL AND NOT EXISTS (SELECT 1 FROM import_run AS later "
		"WHERE later.file = r.file AND later.id > r.id AND later.ended_at IS NOT NULL) "
		"ORDER BY id LIMIT 1",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, after);
	return read_run(s, a, out, e);
}

int
import_run_remember(struct db *db, int64_t run, int64_t subscriber, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO import_change (run, subscriber_id, before) "
		"SELECT ?1, id, json_object('name', name, 'timezone', timezone, 'state', state, "
		"'state_at', state_at, 'state_why', state_why, 'tags', "
		"(SELECT json_group_array(name) FROM tag WHERE subscriber_id = subscriber.id)) "
		"FROM subscriber WHERE id = ?2 AND import_run IS NOT ?1 "
		"ON CONFLICT DO NOTHING",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, run);
	stmt_int(s, 2, subscriber);
	return stmt_run(s, e);
}

/* Run a statement whose values are a run and a subscriber. */
static int
run_for(struct stmt *s, int64_t run, int64_t subscriber, struct err *e)
{
	if (!s)
		return -1;
	stmt_int(s, 1, run);
	stmt_int(s, 2, subscriber);
	return stmt_run(s, e);
}

static int
restore_row(
	struct db *db, const struct import_run *run, int64_t subscriber, int64_t now, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"UPDATE subscriber SET name = before ->> '$.name', timezone = before ->> "
		"'$.timezone', "
		"state = before ->> '$.state', state_at = before ->> '$.state_at', "
		"state_why = before ->> '$.state_why', updated_at = ?3 "
		"FROM import_change AS c "
		"WHERE id = ?2 AND c.subscriber_id = id AND c.run = ?1 AND updated_at = ?4",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, run->id);
	stmt_int(s, 2, subscriber);
	stmt_int(s, 3, now);
	stmt_int(s, 4, run->started_at);
	return stmt_run(s, e) < 0 ? -1 : db_changes(db) > 0;
}

int
import_run_restore(
	struct db *db, const struct import_run *run, int64_t subscriber, int64_t now, struct err *e)
{
	int restored = restore_row(db, run, subscriber, now, e);

	if (restored <= 0)
		return restored;
	if (run_for(db_prepare(db,
			    "DELETE FROM tag WHERE subscriber_id = ?2 AND name NOT IN "
			    "(SELECT value FROM import_change, json_each(before, '$.tags') "
			    "WHERE run = ?1 AND import_change.subscriber_id = ?2)",
			    e),
		    run->id, subscriber, e) < 0)
		return -1;
	if (run_for(db_prepare(db,
			    "INSERT INTO tag (subscriber_id, name) "
			    "SELECT ?2, value FROM import_change, json_each(before, '$.tags') "
			    "WHERE run = ?1 AND import_change.subscriber_id = ?2 "
			    "ON CONFLICT DO NOTHING",
			    e),
		    run->id, subscriber, e) < 0)
		return -1;
	return 1;
}

static int
read_ids(struct stmt *s, int64_t run, int64_t after, int64_t *ids, size_t room, size_t *n,
	struct err *e)
{
	int status;

	if (!s)
		return -1;
	stmt_int(s, 1, run);
	stmt_int(s, 2, after);
	stmt_int(s, 3, (int64_t)room);
	for (*n = 0; (status = stmt_step(s, e)) > 0; (*n)++)
		ids[*n] = stmt_get_int(s, 0);
	return status;
}

int
import_run_added(struct db *db, int64_t run, int64_t after, int64_t *ids, size_t room, size_t *n,
	struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT id FROM subscriber WHERE import_run = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
		e);

	return read_ids(s, run, after, ids, room, n, e);
}

int
import_run_changed(struct db *db, int64_t run, int64_t after, int64_t *ids, size_t room, size_t *n,
	struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT subscriber_id FROM import_change WHERE run = ?1 AND subscriber_id > ?2 "
		"ORDER BY subscriber_id LIMIT ?3",
		e);

	return read_ids(s, run, after, ids, room, n, e);
}
