#include "store/approval.h"

#include "store/event.h"

static int
insert(struct db *db, const char *day, const struct approval *a, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO approval (day, edition_id, bare_hash, by, at) "
		"VALUES (?1, ?2, ?3, ?4, ?5)",
		e);

	if (!s)
		return -1;
	stmt_textz(s, 1, day);
	stmt_int(s, 2, a->edition_id);
	stmt_text(s, 3, a->bare_hash);
	stmt_text(s, 4, a->by);
	stmt_int(s, 5, a->at);
	return stmt_run(s, e);
}

int
approval_add(struct db *db, struct day day, const struct approval *a, struct err *e)
{
	struct arena scratch = { 0 };
	const char *detail;
	char date[11];
	int status;

	clock_print_day(day, date);
	detail = arena_printf(&scratch, "{\"day\":\"%s\",\"edition\":\"%.*s\",\"by\":\"%.*s\"}",
		date, STR_ARG(a->hash), STR_ARG(a->by));
	status = insert(db, date, a, e) == 0 &&
				 event_add(db, a->at, "approved", 0, 0, str_of(detail), e) == 0
			 ? 0
			 : -1;
	arena_free(&scratch);
	return status;
}

int
approval_newest(struct db *db, struct day day, struct arena *a, struct approval *out, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT e.id, e.hash, a.bare_hash, a.by, a.at FROM approval AS a "
		"JOIN edition AS e ON e.id = a.edition_id WHERE a.day = ?1 "
		"ORDER BY a.id DESC LIMIT 1",
		e);
	char date[11];
	int got;

	if (!s)
		return -1;
	clock_print_day(day, date);
	stmt_textz(s, 1, date);
	got = stmt_step(s, e);
	if (got == 1) {
		*out = (struct approval){ .edition_id = stmt_get_int(s, 0),
			.hash = arena_str(a, stmt_get_text(s, 1)),
			.bare_hash = arena_str(a, stmt_get_text(s, 2)),
			.by = arena_str(a, stmt_get_text(s, 3)),
			.at = stmt_get_int(s, 4) };
		stmt_reset(s);
	}
	return got;
}
