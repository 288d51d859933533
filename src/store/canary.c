#include "store/canary.h"

/* Queued ones of the issue: how many, and from which id to which. 0 when somebody was sent to. */
static int
queued_span(struct db *db, int64_t issue, int64_t *n, int64_t *low, int64_t *high, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT count(*), min(subscriber_id), max(subscriber_id) FROM delivery WHERE "
		"issue_id = ?1 AND state = 'queued' AND NOT EXISTS (SELECT 1 FROM delivery WHERE "
		"issue_id = ?1 AND state NOT IN ('queued', 'skipped')) AND NOT EXISTS (SELECT 1 "
		"FROM canary WHERE issue_id = ?1)",
		e);
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	got = stmt_step(s, e);
	if (got == 1) {
		*n = stmt_get_int(s, 0);
		*low = stmt_get_int(s, 1);
		*high = stmt_get_int(s, 2);
	}
	stmt_reset(s);
	return got < 0 ? -1 : *n > 0;
}

/* The first one from an id on who is queued and not in it yet. */
static int
add_from(struct db *db, int64_t issue, int64_t from, int64_t most, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO canary (issue_id, subscriber_id) SELECT d.issue_id, d.subscriber_id "
		"FROM delivery d WHERE d.issue_id = ?1 AND d.subscriber_id >= ?2 AND d.state = "
		"'queued' AND NOT EXISTS (SELECT 1 FROM canary c WHERE c.issue_id = ?1 AND "
		"c.subscriber_id = d.subscriber_id) ORDER BY d.subscriber_id LIMIT ?3",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	stmt_int(s, 2, from);
	stmt_int(s, 3, most);
	return stmt_run(s, e) < 0 ? -1 : (int)db_changes(db);
}

static int
add_all(struct db *db, int64_t issue, uint32_t count, int64_t low, int64_t high, struct err *e)
{
	int64_t missing = count;
	double shift;
	int got;

	/* The fraction of issue times the golden ratio: no two issues near each other begin near
	 * each other. */
	shift = (double)((uint64_t)issue * 0x9e3779b97f4a7c15u >> 11) / (double)(1ull << 53);
	for (uint32_t i = 0; i < count; i++) {
		double at = ((double)i + shift) / (double)count;

		got = add_from(db, issue, low + (int64_t)((double)(high - low) * at), 1, e);
		if (got < 0)
			return -1;
		missing -= got;
	}
	/* Ids may be sparse at the end of the list. */
	return missing > 0 && add_from(db, issue, 0, missing, e) < 0 ? -1 : 0;
}

int
canary_choose(struct db *db, int64_t issue, uint32_t count, struct err *e)
{
	int64_t n = 0, low = 0, high = 0;
	int got = queued_span(db, issue, &n, &low, &high, e);

	if (got <= 0 || n <= count)
		return got < 0 ? -1 : 0;
	/* Half a canary would be taken for a whole one. */
	if (db_begin(db, e) == 0 && add_all(db, issue, count, low, high, e) == 0 &&
		db_commit(db, e) == 0)
		return 1;
	db_rollback(db);
	return -1;
}

int
canary_count(struct db *db, const struct issue *issue, struct canary_tally *out, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT count(*), "
		"sum(d.state = 'failed' OR (d.state = 'sent' AND s.state IN ('bounced', "
		"'complained') AND s.state_at >= ?2)), sum(d.state IN ('queued', 'sending')), "
		"sum(d.state = 'deferred'), sum(d.state = 'in_doubt'), "
		"max(CASE WHEN d.state NOT IN ('queued', 'sending') THEN d.changed_at END), "
		"(SELECT coalesce(canary_passed_at, 0) FROM issue WHERE id = ?1) "
		"FROM canary c CROSS JOIN delivery d ON d.issue_id = c.issue_id AND "
		"d.subscriber_id = c.subscriber_id CROSS JOIN subscriber s ON s.id = "
		"c.subscriber_id WHERE c.issue_id = ?1",
		e);
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, issue->id);
	stmt_int(s, 2, issue->started_at);
	got = stmt_step(s, e);
	if (got == 1)
		*out = (struct canary_tally){ .all = stmt_get_int(s, 0),
			.failed = stmt_get_int(s, 1),
			.going = stmt_get_int(s, 2),
			.waiting = stmt_get_int(s, 3),
			.in_doubt = stmt_get_int(s, 4),
			.last = stmt_get_int(s, 5),
			.passed_at = stmt_get_int(s, 6) };
	stmt_reset(s);
	return got < 0 ? -1 : 0;
}

int
canary_words(struct db *db, const struct issue *issue, struct arena *a, struct str *words,
	int *code, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT CASE d.state WHEN 'failed' THEN coalesce(d.words, '') ELSE s.state || ': ' "
		"|| s.state_why END AS said, CASE d.state WHEN 'failed' THEN coalesce(d.code, 0) "
		"ELSE 0 END, count(*) "
		"FROM canary c CROSS JOIN delivery d ON d.issue_id = c.issue_id AND "
		"d.subscriber_id = c.subscriber_id CROSS JOIN subscriber s ON s.id = "
		"c.subscriber_id WHERE c.issue_id = ?1 AND (d.state = 'failed' OR (d.state = "
		"'sent' "
		"AND s.state IN ('bounced', 'complained') AND s.state_at >= ?2)) GROUP BY 1, 2 "
		"ORDER BY 3 DESC, 1 LIMIT 1",
		e);
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, issue->id);
	stmt_int(s, 2, issue->started_at);
	got = stmt_step(s, e);
	if (got == 1) {
		*words = arena_str(a, stmt_get_text(s, 0));
		*code = (int)stmt_get_int(s, 1);
	}
	stmt_reset(s);
	return got;
}

int
canary_has(struct db *db, int64_t issue, int64_t subscriber, struct err *e)
{
	struct stmt *s = db_prepare(
		db, "SELECT 1 FROM canary WHERE issue_id = ?1 AND subscriber_id = ?2", e);
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	stmt_int(s, 2, subscriber);
	got = stmt_step(s, e);
	stmt_reset(s);
	return got;
}

int
canary_pass(struct db *db, int64_t issue, int64_t now, struct err *e)
{
	struct stmt *s = db_prepare(db, "UPDATE issue SET canary_passed_at = ?2 WHERE id = ?1", e);

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	stmt_int(s, 2, now);
	return stmt_run(s, e);
}
