#include "store/event.h"

int
event_add(struct db *db, int64_t at, const char *kind, int64_t subscriber, int64_t issue,
	struct str detail, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO event (at, kind, subscriber_id, issue_id, detail) "
		"VALUES (?1, ?2, nullif(?3, 0), nullif(?4, 0), ?5)",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, at);
	stmt_textz(s, 2, kind);
	stmt_int(s, 3, subscriber);
	stmt_int(s, 4, issue);
	stmt_text(s, 5, detail.n ? detail : STR("{}"));
	return stmt_run(s, e);
}

int
event_each(struct db *db, int64_t subscriber, event_fn *fn, void *context, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT id, at, kind, issue_id, detail FROM event "
		"WHERE subscriber_id = ?1 ORDER BY id",
		e);
	int status;

	if (!s)
		return -1;
	stmt_int(s, 1, subscriber);
	while ((status = stmt_step(s, e)) > 0) {
		struct event event = { .id = stmt_get_int(s, 0),
			.at = stmt_get_int(s, 1),
			.kind = stmt_get_text(s, 2),
			.subscriber = subscriber,
			.issue = stmt_get_int(s, 3),
			.detail = stmt_get_text(s, 4) };

		if (fn(context, &event, e) < 0) {
			stmt_reset(s);
			return -1;
		}
	}
	return status;
}

int
event_last(struct db *db, int64_t subscriber, const char *kind, const char *member, struct arena *a,
	struct str *out, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT detail ->> ?3 FROM event "
		"WHERE subscriber_id = ?1 AND kind = ?2 ORDER BY id DESC LIMIT 1",
		e);
	int status;

	if (!s)
		return -1;
	stmt_int(s, 1, subscriber);
	stmt_textz(s, 2, kind);
	stmt_textz(s, 3, member);
	status = stmt_step(s, e);
	if (status > 0) {
		*out = arena_str(a, stmt_get_text(s, 0));
		stmt_reset(s);
	}
	return status;
}

int
event_heard_of(struct db *db, int64_t subscriber, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT 1 FROM event WHERE subscriber_id = ?1 AND kind <> 'imported' LIMIT 1", e);
	int status;

	if (!s)
		return -1;
	stmt_int(s, 1, subscriber);
	status = stmt_step(s, e);
	if (status > 0)
		stmt_reset(s);
	return status;
}
