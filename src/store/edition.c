#include "store/edition.h"

static void
read_row(struct stmt *s, struct arena *a, struct edition *out)
{
	*out = (struct edition){ .id = stmt_get_int(s, 0),
		.hash = arena_str(a, stmt_get_text(s, 1)),
		.kind = arena_str(a, stmt_get_text(s, 2)),
		.day = arena_str(a, stmt_get_text(s, 3)),
		.subject = arena_str(a, stmt_get_text(s, 4)),
		.bytes = arena_str(a, stmt_get_blob(s, 5)),
		.made_at = stmt_get_int(s, 6) };
}

static int
read_one(struct stmt *s, struct arena *a, struct edition *out, struct err *e)
{
	int status = stmt_step(s, e);

	if (status > 0) {
		read_row(s, a, out);
		stmt_reset(s);
	}
	return status;
}

int
edition_get(struct db *db, int64_t id, struct arena *a, struct edition *out, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT id, hash, kind, day, subject, bytes, made_at FROM edition WHERE id = ?1",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, id);
	return read_one(s, a, out, e);
}

int
edition_find(struct db *db, struct str hash, struct arena *a, struct edition *out, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT id, hash, kind, day, subject, bytes, made_at FROM edition WHERE hash = ?1",
		e);

	if (!s)
		return -1;
	stmt_text(s, 1, hash);
	return read_one(s, a, out, e);
}

static int
insert(struct db *db, const struct edition *ed, int64_t now, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO edition (hash, kind, day, subject, bytes, made_at) "
		"VALUES (?1, ?2, nullif(?3, ''), ?4, ?5, ?6) "
		"ON CONFLICT (hash) DO NOTHING",
		e);

	if (!s)
		return -1;
	stmt_text(s, 1, ed->hash);
	stmt_text(s, 2, ed->kind);
	stmt_text(s, 3, ed->day);
	stmt_text(s, 4, ed->subject);
	stmt_blob(s, 5, ed->bytes);
	stmt_int(s, 6, now);
	return stmt_run(s, e);
}

int
edition_keep(struct db *db, struct edition *ed, int64_t now, struct err *e)
{
	struct stmt *s;

	if (insert(db, ed, now, e) < 0)
		return -1;
	s = db_prepare(db, "SELECT id, made_at FROM edition WHERE hash = ?1", e);
	if (!s)
		return -1;
	stmt_text(s, 1, ed->hash);
	if (stmt_step(s, e) < 0)
		return -1;
	ed->id = stmt_get_int(s, 0);
	ed->made_at = stmt_get_int(s, 1);
	stmt_reset(s);
	return 0;
}
