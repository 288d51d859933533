#include "store/event.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "store/chain.h"

/* The row and the head are one promise: half of it would be a row too many, or one that is missed. */
static int
insert(struct db *db, const struct event *ev, struct chain_head *head, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO event (id, at, kind, subscriber_id, issue_id, detail, hash) "
		"VALUES (?1, ?2, ?3, nullif(?4, 0), nullif(?5, 0), ?6, ?7) "
		"ON CONFLICT (id) DO NOTHING",
		e);
	uint8_t hash[EVENT_HASH];

	if (!s)
		return -1;
	chain_hash(head->hash, ev, hash);
	head->id = ev->id;
	memcpy(head->hash, hash, EVENT_HASH);
	stmt_int(s, 1, ev->id);
	stmt_int(s, 2, ev->at);
	stmt_text(s, 3, ev->kind);
	stmt_int(s, 4, ev->subscriber);
	stmt_int(s, 5, ev->issue);
	stmt_text(s, 6, ev->detail);
	stmt_blob(s, 7, (struct str){ (const char *)head->hash, EVENT_HASH });
	if (stmt_run(s, e) < 0)
		return -1;
	/* Somebody put a row behind the newest that was recorded. */
	if (db_changes(db) == 0)
		return err_set(e, ERR_DATA,
			"the log has an event %lld that was not recorded: 'morningpost log verify' "
			"tells what was altered, 'morningpost db restore FILE' brings back a "
			"backup from before",
			(long long)ev->id);
	return chain_set_head(db, head, e);
}

int
event_chain(struct db *db, const struct event *ev, struct err *e)
{
	struct chain_head head;

	return chain_head(db, &head, e) < 0 ? -1 : insert(db, ev, &head, e);
}

int
event_add(struct db *db, int64_t at, const char *kind, int64_t subscriber, int64_t issue,
	struct str detail, struct err *e)
{
	struct event ev = { .at = at,
		.kind = str_of(kind),
		.subscriber = subscriber,
		.issue = issue,
		.detail = detail.n ? detail : STR("{}") };
	struct chain_head head;

	/* Between looking at the newest row and adding the next, nobody else may add one. */
	assert(db_in_transaction(db));
	if (chain_head(db, &head, e) < 0)
		return -1;
	ev.id = head.id + 1;
	return insert(db, &ev, &head, e);
}

struct str
event_by(char room[static EVENT_BY], const char *by, const char *key, const char *value)
{
	int n = snprintf(room, EVENT_BY, "{\"by\":\"%s\",\"%s\":\"%s\"}", by, key, value);

	assert(n > 0 && n < EVENT_BY);
	return (struct str){ room, (size_t)n };
}

int
event_each(struct db *db, int64_t subscriber, event_fn *fn, void *context, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT id, at, kind, issue_id, detail, hash, (SELECT hash FROM event b WHERE "
		"b.id < event.id ORDER BY b.id DESC LIMIT 1) FROM event WHERE subscriber_id = ?1 "
		"ORDER BY id",
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
			.detail = stmt_get_text(s, 4),
			.hash = stmt_get_blob(s, 5),
			.before = stmt_get_blob(s, 6) };

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

	if (!s)
		return -1;
	stmt_int(s, 1, subscriber);
	return stmt_ask(s, e);
}

int
event_came_after(
	struct db *db, int64_t subscriber, const char *kind, const char *since, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT 1 FROM event WHERE subscriber_id = ?1 AND kind = ?2 AND id > "
		"(SELECT max(id) FROM event WHERE subscriber_id = ?1 AND kind = ?3) LIMIT 1",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, subscriber);
	stmt_textz(s, 2, kind);
	stmt_textz(s, 3, since);
	return stmt_ask(s, e);
}

int
event_moved_at(struct db *db, int64_t subscriber, int64_t *at, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT coalesce(max(at), 0) FROM event WHERE subscriber_id = ?1 AND kind = "
		"'changed' AND detail ->> '$.what' = 'address'",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, subscriber);
	if (stmt_step(s, e) < 0)
		return -1;
	*at = stmt_get_int(s, 0);
	stmt_reset(s);
	return 0;
}
