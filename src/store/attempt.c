#include "store/attempt.h"

int
attempt_add(struct db *db, int64_t issue, int64_t subscriber, const struct delivery_outcome *o,
	int64_t now, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO attempt (subscriber_id, issue_id, n, at, state, relay, code, status, "
		"words) SELECT ?1, ?2, 1 + coalesce(max(n), 0), ?3, ?4, ?5, nullif(?6, 0), "
		"nullif(?7, ''), ?8 FROM attempt WHERE subscriber_id = ?1 AND issue_id = ?2",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, subscriber);
	stmt_int(s, 2, issue);
	stmt_int(s, 3, now);
	stmt_textz(s, 4, delivery_state_name(o->to));
	stmt_textz(s, 5, o->relay);
	stmt_int(s, 6, o->code);
	stmt_text(s, 7, o->status);
	stmt_text(s, 8, o->words);
	return stmt_run(s, e);
}

int
attempt_add_doubts(
	struct db *db, int64_t issue, int64_t now, const char *words, int64_t *n, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO attempt (subscriber_id, issue_id, n, at, state, relay, words) "
		"SELECT d.subscriber_id, d.issue_id, 1 + (SELECT coalesce(max(a.n), 0) FROM "
		"attempt a WHERE a.subscriber_id = d.subscriber_id AND a.issue_id = d.issue_id), "
		"coalesce(d.changed_at, ?2), 'in_doubt', d.relay, ?3 "
		"FROM delivery d WHERE d.issue_id = ?1 AND d.state = 'sending'",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	stmt_int(s, 2, now);
	stmt_textz(s, 3, words);
	if (stmt_run(s, e) < 0)
		return -1;
	*n = db_changes(db);
	return 0;
}

int
attempt_each(struct db *db, int64_t issue, int64_t subscriber, attempt_fn *fn, void *context,
	struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT n, at, state, coalesce(relay, ''), coalesce(code, 0), coalesce(status, "
		"''), coalesce(words, '') FROM attempt WHERE subscriber_id = ?1 AND issue_id = ?2 "
		"ORDER BY n",
		e);
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, subscriber);
	stmt_int(s, 2, issue);
	while ((got = stmt_step(s, e)) == 1) {
		const struct attempt attempt = { .n = stmt_get_int(s, 0),
			.at = stmt_get_int(s, 1),
			.state = stmt_get_text(s, 2),
			.relay = stmt_get_text(s, 3),
			.code = (int)stmt_get_int(s, 4),
			.status = stmt_get_text(s, 5),
			.words = stmt_get_text(s, 6) };

		if (fn(context, &attempt, e) < 0) {
			stmt_reset(s);
			return -1;
		}
	}
	return got;
}
