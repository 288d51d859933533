#include "store/shown.h"

static int
forget(struct db *db, const char *day, struct err *e)
{
	struct stmt *s = db_prepare(db, "DELETE FROM shown WHERE day = ?1", e);

	if (!s)
		return -1;
	stmt_textz(s, 1, day);
	return stmt_run(s, e);
}

static int
insert(struct db *db, const char *day, const struct shown *w, size_t n, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO shown (day, n, place, source, key, name, value, momentum, rank) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
		e);

	if (!s)
		return -1;
	stmt_textz(s, 1, day);
	stmt_int(s, 2, (int64_t)n);
	stmt_text(s, 3, w->place);
	stmt_text(s, 4, w->source);
	stmt_text(s, 5, w->key);
	stmt_text(s, 6, w->name);
	stmt_real(s, 7, w->value);
	stmt_real(s, 8, w->momentum);
	stmt_int(s, 9, w->rank);
	return stmt_run(s, e);
}

static int
replace(struct db *db, const char *day, const struct shown *shown, size_t n, struct err *e)
{
	if (forget(db, day, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (insert(db, day, &shown[i], i, e) < 0)
			return -1;
	return 0;
}

int
shown_keep(struct db *db, struct day day, const struct shown *shown, size_t n, struct err *e)
{
	bool ours = !db_in_transaction(db);
	char text[11];
	int status;

	clock_print_day(day, text);
	if (ours && db_begin(db, e) < 0)
		return -1;
	status = replace(db, text, shown, n, e);
	if (ours && status == 0)
		return db_commit(db, e);
	if (ours)
		db_rollback(db);
	return status;
}

static int
count(struct db *db, const char *from, const char *before, size_t *n, struct err *e)
{
	struct stmt *s =
		db_prepare(db, "SELECT count(*) FROM shown WHERE day >= ?1 AND day < ?2", e);

	if (!s)
		return -1;
	stmt_textz(s, 1, from);
	stmt_textz(s, 2, before);
	if (stmt_step(s, e) < 0)
		return -1;
	*n = (size_t)stmt_get_int(s, 0);
	stmt_reset(s);
	return 0;
}

static void
read_row(struct stmt *s, struct arena *a, struct shown *out)
{
	*out = (struct shown){ .place = arena_str(a, stmt_get_text(s, 1)),
		.source = arena_str(a, stmt_get_text(s, 2)),
		.key = arena_str(a, stmt_get_text(s, 3)),
		.name = arena_str(a, stmt_get_text(s, 4)),
		.value = stmt_get_real(s, 5),
		.momentum = stmt_get_real(s, 6),
		.rank = (int)stmt_get_int(s, 7) };
	clock_parse_day(stmt_get_text(s, 0), &out->day);
}

int
shown_read(struct db *db, struct day from, struct day before, struct arena *a, struct shown **out,
	size_t *n, struct err *e)
{
	char first[11], end[11];
	struct stmt *s;
	size_t room, have = 0;
	int status;

	clock_print_day(from, first);
	clock_print_day(before, end);
	if (count(db, first, end, &room, e) < 0)
		return -1;
	*out = arena_many(a, room + 1, struct shown);
	s = db_prepare(db,
		"SELECT day, place, source, key, name, value, momentum, rank FROM shown "
		"WHERE day >= ?1 AND day < ?2 ORDER BY day, n LIMIT ?3",
		e);
	if (!s)
		return -1;
	stmt_textz(s, 1, first);
	stmt_textz(s, 2, end);
	stmt_int(s, 3, (int64_t)room);
	while ((status = stmt_step(s, e)) > 0)
		read_row(s, a, &(*out)[have++]);
	*n = have;
	return status;
}
