#include "store/asked_link.h"

static const char *const verdicts[] = { "ok", "moved", "gone", "unreachable", "slow" };

int
asked_link_find(struct db *db, struct str url, int64_t since, struct arena *a,
	struct asked_link *out, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT verdict, status, target, why, at FROM asked_link "
		"WHERE url = ?1 AND at >= ?2",
		e);
	int got;

	if (!s)
		return -1;
	stmt_text(s, 1, url);
	stmt_int(s, 2, since);
	got = stmt_step(s, e);
	if (got != 1)
		return got;
	*out = (struct asked_link){ .url = url,
		.status = (int)stmt_get_int(s, 1),
		.target = arena_str(a, stmt_get_text(s, 2)),
		.why = arena_str(a, stmt_get_text(s, 3)),
		.at = stmt_get_int(s, 4) };
	for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++)
		if (str_eqz(stmt_get_text(s, 0), verdicts[i]))
			out->verdict = (enum asked_verdict)i;
	stmt_reset(s);
	return 1;
}

static int
forget(struct db *db, int64_t before, struct err *e)
{
	struct stmt *s = db_prepare(db, "DELETE FROM asked_link WHERE at < ?1", e);

	if (!s)
		return -1;
	stmt_int(s, 1, before);
	return stmt_run(s, e);
}

static int
put(struct db *db, const struct asked_link *l, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT OR REPLACE INTO asked_link (url, verdict, status, target, why, at) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
		e);

	if (!s)
		return -1;
	stmt_text(s, 1, l->url);
	stmt_textz(s, 2, verdicts[l->verdict]);
	stmt_int(s, 3, l->status);
	stmt_text(s, 4, l->target);
	stmt_text(s, 5, l->why);
	stmt_int(s, 6, l->at);
	return stmt_run(s, e);
}

int
asked_link_keep(struct db *db, const struct asked_link *l, int64_t before, struct err *e)
{
	if (db_begin(db, e) < 0)
		return -1;
	if (forget(db, before, e) < 0 || put(db, l, e) < 0) {
		db_rollback(db);
		return -1;
	}
	return db_commit(db, e);
}
