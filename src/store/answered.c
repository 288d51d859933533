#include "store/answered.h"

int
answered_count(struct db *db, int64_t issue, struct answered *out, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT count(*), count(*) FILTER (WHERE state = 'sent' OR state = 'failed') FROM "
		"delivery WHERE issue_id = ?1",
		e);
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	got = stmt_step(s, e);
	if (got == 1) {
		out->all = stmt_get_int(s, 0);
		out->served = stmt_get_int(s, 1);
	}
	stmt_reset(s);
	return got < 0 ? -1 : 0;
}

/* Each person once, though a refusal may be followed by a report, and a report by another. */
int
answered_returned(struct db *db, int64_t issue, struct answered *out, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT count(DISTINCT CASE WHEN kind = 'hard' AND source = 'smtp' THEN "
		"subscriber_id END), count(DISTINCT CASE kind WHEN 'hard' THEN subscriber_id END), "
		"count(DISTINCT CASE kind WHEN 'complaint' THEN subscriber_id END) FROM bounce "
		"WHERE issue_id = ?1",
		e);
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	got = stmt_step(s, e);
	if (got == 1) {
		out->refused = stmt_get_int(s, 0);
		out->bounced = stmt_get_int(s, 1) - out->refused;
		out->complained = stmt_get_int(s, 2);
	}
	stmt_reset(s);
	return got < 0 ? -1 : 0;
}

int
answered_words(struct db *db, int64_t issue, struct arena *a, struct str *words, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT coalesce(code || ' ', '') || coalesce(words, '') AS said FROM bounce WHERE "
		"issue_id = ?1 AND kind = 'hard' GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1",
		e);
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	got = stmt_step(s, e);
	if (got == 1)
		*words = arena_str(a, stmt_get_text(s, 0));
	stmt_reset(s);
	return got;
}
