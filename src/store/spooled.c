#include "store/spooled.h"

int
spooled_add(struct db *db, struct str hash, const char *kind, int64_t now, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO spooled (hash, kind, taken_at) VALUES (?1, ?2, ?3) "
		"ON CONFLICT DO NOTHING",
		e);

	if (!s)
		return -1;
	stmt_blob(s, 1, hash);
	stmt_textz(s, 2, kind);
	stmt_int(s, 3, now);
	return stmt_run(s, e) < 0 ? -1 : db_changes(db) > 0;
}

int
spooled_count(struct db *db, const char *kind, int64_t since, int64_t *n, struct err *e)
{
	struct stmt *s =
		db_prepare(db, "SELECT count(*) FROM spooled WHERE taken_at > ?1 AND kind = ?2", e);

	if (!s)
		return -1;
	stmt_int(s, 1, since);
	stmt_textz(s, 2, kind);
	if (stmt_step(s, e) < 0)
		return -1;
	*n = stmt_get_int(s, 0);
	stmt_reset(s);
	return 0;
}

int
spooled_forget(struct db *db, int64_t before, struct err *e)
{
	struct stmt *s = db_prepare(db, "DELETE FROM spooled WHERE taken_at < ?1", e);

	if (!s)
		return -1;
	stmt_int(s, 1, before);
	return stmt_run(s, e);
}
