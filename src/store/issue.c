#include "store/issue.h"

#include <assert.h>

static const char *const state_names[] = { "planning", "sending", "sent", "held", "stale" };

const char *
issue_state_name(enum issue_state s)
{
	return state_names[s];
}

static int
read_row(struct stmt *s, struct arena *a, struct issue *out, struct err *e)
{
	struct str state = stmt_get_text(s, 3);

	*out = (struct issue){ .id = stmt_get_int(s, 0),
		.edition_id = stmt_get_int(s, 2),
		.held_why = arena_str(a, stmt_get_text(s, 4)),
		.dated_at = stmt_get_int(s, 5),
		.last_moment = stmt_get_int(s, 6),
		.planned_to = stmt_get_int(s, 7),
		.started_at = stmt_get_int(s, 8),
		.finished_at = stmt_get_int(s, 9),
		.bare_hash = arena_str(a, stmt_get_text(s, 10)) };
	if (!clock_parse_day(stmt_get_text(s, 1), &out->day))
		return err_set(e, ERR_CONFIG,
			"the database has an issue without a day; 'db check' says more");
	for (size_t i = 0; i < sizeof state_names / sizeof state_names[0]; i++)
		if (str_eqz(state, state_names[i]))
			out->state = (enum issue_state)i;
	return 1;
}

#define COLUMNS                                                                                    \
	"id, day, edition_id, state, held_why, dated_at, last_moment, planned_to, started_at, "    \
	"finished_at, bare_hash "

static int
read_one(struct stmt *s, struct day day, struct arena *a, struct issue *out, struct err *e)
{
	char text[11];
	int got;

	if (!s)
		return -1;
	clock_print_day(day, text);
	stmt_textz(s, 1, text);
	got = stmt_step(s, e);
	if (got == 1)
		got = read_row(s, a, out, e);
	stmt_reset(s);
	return got;
}

int
issue_find(struct db *db, struct day day, struct arena *a, struct issue *out, struct err *e)
{
	return read_one(
		db_prepare(db, "SELECT " COLUMNS "FROM issue WHERE day = ?", e), day, a, out, e);
}

int
issue_find_before(struct db *db, struct day day, struct arena *a, struct issue *out, struct err *e)
{
	return read_one(
		db_prepare(db,
			"SELECT " COLUMNS "FROM issue WHERE day < ? ORDER BY day DESC LIMIT 1", e),
		day, a, out, e);
}

int
issue_insert(struct db *db, struct issue *i, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO issue (day, edition_id, state, dated_at, last_moment, started_at, "
		"bare_hash) VALUES (?, ?, 'planning', ?, ?, ?, ?)",
		e);
	char text[11];

	if (!s)
		return -1;
	clock_print_day(i->day, text);
	stmt_textz(s, 1, text);
	stmt_int(s, 2, i->edition_id);
	stmt_int(s, 3, i->dated_at);
	stmt_int(s, 4, i->last_moment);
	stmt_int(s, 5, i->started_at);
	stmt_text(s, 6, i->bare_hash);
	if (stmt_run(s, e) < 0)
		return -1;
	i->id = db_last_id(db);
	i->state = ISSUE_PLANNING;
	return 0;
}

int
issue_set_state(struct db *db, int64_t id, enum issue_state state, struct str why, int64_t now,
	struct err *e)
{
	struct stmt *s = db_prepare(db,
		"UPDATE issue SET state = ?2, held_why = ?3, finished_at = CASE WHEN ?2 IN "
		"('sent', 'stale') THEN ?4 END WHERE id = ?1",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, id);
	stmt_textz(s, 2, issue_state_name(state));
	stmt_text(s, 3, why);
	stmt_int(s, 4, now);
	return stmt_run(s, e);
}

/* Those who were served keep what they were served with; whoever may have it already (in doubt)
 * gets no other one. */
int
issue_set_edition(
	struct db *db, int64_t id, int64_t edition_id, struct str bare_hash, struct err *e)
{
	struct stmt *s =
		db_prepare(db, "UPDATE issue SET edition_id = ?2, bare_hash = ?3 WHERE id = ?1", e);

	if (!s)
		return -1;
	stmt_int(s, 1, id);
	stmt_int(s, 2, edition_id);
	stmt_text(s, 3, bare_hash);
	if (stmt_run(s, e) < 0)
		return -1;
	s = db_prepare(db,
		"UPDATE delivery SET edition_id = ?2 WHERE issue_id = ?1 AND doubts = 0 AND state "
		"IN ('queued', 'deferred')",
		e);
	if (!s)
		return -1;
	stmt_int(s, 1, id);
	stmt_int(s, 2, edition_id);
	return stmt_run(s, e);
}

int
issue_plan_again(struct db *db, struct issue *issue, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"UPDATE issue SET state = 'planning', planned_to = 0, finished_at = NULL WHERE id "
		"= ?",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, issue->id);
	if (stmt_run(s, e) < 0)
		return -1;
	issue->state = ISSUE_PLANNING;
	issue->planned_to = 0;
	return 0;
}

int
issue_begun_between(struct db *db, int64_t from, int64_t until, struct err *e)
{
	struct stmt *s =
		db_prepare(db, "SELECT 1 FROM issue WHERE started_at BETWEEN ?1 AND ?2 LIMIT 1", e);
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, from);
	stmt_int(s, 2, until);
	got = stmt_step(s, e);
	stmt_reset(s);
	return got;
}
