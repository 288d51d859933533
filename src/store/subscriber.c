#include "store/subscriber.h"

#include <stdlib.h>
#include <string.h>

static const char *const state_names[SUBSCRIBER_STATES] = {
	[SUBSCRIBER_PENDING] = "pending",
	[SUBSCRIBER_ACTIVE] = "active",
	[SUBSCRIBER_UNSUBSCRIBED] = "unsubscribed",
	[SUBSCRIBER_BOUNCED] = "bounced",
	[SUBSCRIBER_COMPLAINED] = "complained",
};

const char *
subscriber_state_name(enum subscriber_state s)
{
	return state_names[s];
}

bool
subscriber_state_parse(struct str word, enum subscriber_state *out)
{
	for (int i = 0; i < SUBSCRIBER_STATES; i++)
		if (str_eqz(word, state_names[i])) {
			*out = (enum subscriber_state)i;
			return true;
		}
	return false;
}

/* Reading */

/* The columns that read_row knows, in its order. */
#define COLUMNS                                                                                    \
	"id, email, email_key, domain, smtputf8, name, state, state_at, state_why, timezone, "     \
	"frequency, paused_until, epoch, import_run, created_at, updated_at "

static int
read_row(struct stmt *s, struct arena *a, struct subscriber *out, struct err *e)
{
	*out = (struct subscriber){
		.id = stmt_get_int(s, 0),
		.email = arena_str(a, stmt_get_text(s, 1)),
		.email_key = arena_str(a, stmt_get_text(s, 2)),
		.domain = arena_str(a, stmt_get_text(s, 3)),
		.smtputf8 = stmt_get_int(s, 4) != 0,
		.name = arena_str(a, stmt_get_text(s, 5)),
		.state_at = stmt_get_int(s, 7),
		.state_why = arena_str(a, stmt_get_text(s, 8)),
		.timezone = arena_str(a, stmt_get_text(s, 9)),
		.frequency = arena_str(a, stmt_get_text(s, 10)),
		.paused_until = arena_str(a, stmt_get_text(s, 11)),
		.epoch = (uint32_t)stmt_get_int(s, 12),
		.import_run = stmt_get_int(s, 13),
		.created_at = stmt_get_int(s, 14),
		.updated_at = stmt_get_int(s, 15),
	};
	/* The schema checks it; only a file that was changed by other means can differ. */
	if (!subscriber_state_parse(stmt_get_text(s, 6), &out->state))
		return err_set(e, ERR_CONFIG,
			"subscriber %lld: its state is none that there is; 'morningpost db check' "
			"says more",
			(long long)out->id);
	return 0;
}

/* Fill in the tags; they come sorted from their primary key. */
static int
read_tags(struct db *db, struct arena *a, struct subscriber *out, struct err *e)
{
	struct stmt *s =
		db_prepare(db, "SELECT name FROM tag WHERE subscriber_id = ?1 ORDER BY name", e);
	size_t room = 0;
	int status;

	if (!s)
		return -1;
	stmt_int(s, 1, out->id);
	while ((status = stmt_step(s, e)) > 0) {
		if (out->tag_count == room) {
			struct str *more = arena_many(a, room = room ? 2 * room : 4, struct str);

			if (out->tag_count)
				memcpy(more, out->tags, out->tag_count * sizeof *more);
			out->tags = more;
		}
		out->tags[out->tag_count++] = arena_str(a, stmt_get_text(s, 0));
	}
	return status;
}

static int
read_one(struct db *db, struct stmt *s, struct arena *a, struct subscriber *out, struct err *e)
{
	int status = stmt_step(s, e);

	if (status <= 0)
		return status;
	status = read_row(s, a, out, e);
	/* Before the row is let go: both are of one moment, and are read under one lock. */
	if (status == 0)
		status = read_tags(db, a, out, e);
	stmt_reset(s);
	return status < 0 ? -1 : 1;
}

int
subscriber_find(
	struct db *db, struct str email_key, struct arena *a, struct subscriber *out, struct err *e)
{
	struct stmt *s =
		db_prepare(db, "SELECT " COLUMNS "FROM subscriber WHERE email_key = ?1", e);

	if (!s)
		return -1;
	stmt_text(s, 1, email_key);
	return read_one(db, s, a, out, e);
}

int
subscriber_get(struct db *db, int64_t id, struct arena *a, struct subscriber *out, struct err *e)
{
	struct stmt *s = db_prepare(db, "SELECT " COLUMNS "FROM subscriber WHERE id = ?1", e);

	if (!s)
		return -1;
	stmt_int(s, 1, id);
	return read_one(db, s, a, out, e);
}

int
subscriber_has_email(struct db *db, int64_t id, struct str email, struct err *e)
{
	struct stmt *s = db_prepare(db, "SELECT 1 FROM subscriber WHERE id = ?1 AND email = ?2", e);

	if (!s)
		return -1;
	stmt_int(s, 1, id);
	stmt_text(s, 2, email);
	return stmt_ask(s, e);
}

/* A chunk of those past `after`; *n of them. The arena owns them. */
static int
read_chunk(struct db *db, int64_t after, int state, struct str tag, struct arena *a,
	struct subscriber *out, size_t room, size_t *n, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT " COLUMNS "FROM subscriber AS s WHERE id > ?1 "
		"AND (?2 = '' OR state = ?2) "
		"AND (?3 = '' OR EXISTS (SELECT 1 FROM tag WHERE subscriber_id = s.id AND tag.name "
		"= ?3)) "
		"ORDER BY id LIMIT ?4",
		e);
	int status;

	if (!s)
		return -1;
	stmt_int(s, 1, after);
	stmt_textz(s, 2, state < 0 ? "" : state_names[state]);
	stmt_text(s, 3, tag);
	stmt_int(s, 4, (int64_t)room);
	for (*n = 0; (status = stmt_step(s, e)) > 0; (*n)++)
		if (read_row(s, a, &out[*n], e) < 0 || read_tags(db, a, &out[*n], e) < 0) {
			stmt_reset(s);
			return -1;
		}
	return status;
}

int
subscriber_each(
	struct db *db, int state, struct str tag, subscriber_fn *fn, void *context, struct err *e)
{
	enum { CHUNK = 500 };
	struct arena a = { 0 };
	struct subscriber *chunk;
	int64_t after = 0;
	size_t n;
	int status;

	do {
		chunk = arena_many(&a, CHUNK, struct subscriber);
		status = read_chunk(db, after, state, tag, &a, chunk, CHUNK, &n, e);
		for (size_t i = 0; status == 0 && i < n; i++) {
			status = fn(context, &chunk[i], e);
			after = chunk[i].id;
		}
		arena_free(&a);
	} while (status == 0 && n == CHUNK);
	return status < 0 ? -1 : 0;
}

int
subscriber_counts(struct db *db, int64_t counts[SUBSCRIBER_STATES], struct err *e)
{
	struct stmt *s = db_prepare(db, "SELECT state, count(*) FROM subscriber GROUP BY state", e);
	enum subscriber_state state;
	int status;

	memset(counts, 0, SUBSCRIBER_STATES * sizeof *counts);
	if (!s)
		return -1;
	while ((status = stmt_step(s, e)) > 0)
		if (subscriber_state_parse(stmt_get_text(s, 0), &state))
			counts[state] = stmt_get_int(s, 1);
	return status;
}

/* Writing */

int
subscriber_insert(struct db *db, struct subscriber *s, int64_t now, struct err *e)
{
	struct stmt *st = db_prepare(db,
		"INSERT INTO subscriber (email, email_key, domain, smtputf8, name, state, "
		"state_at, "
		"state_why, timezone, frequency, paused_until, import_run, created_at, updated_at) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, nullif(?9, ''), ?10, nullif(?11, ''), "
		"nullif(?12, 0), ?7, ?7)",
		e);

	if (!st)
		return -1;
	stmt_text(st, 1, s->email);
	stmt_text(st, 2, s->email_key);
	stmt_text(st, 3, s->domain);
	stmt_int(st, 4, s->smtputf8);
	stmt_text(st, 5, s->name);
	stmt_textz(st, 6, state_names[s->state]);
	stmt_int(st, 7, now);
	stmt_text(st, 8, s->state_why);
	stmt_text(st, 9, s->timezone);
	stmt_text(st, 10, s->frequency.n ? s->frequency : STR("daily"));
	stmt_text(st, 11, s->paused_until);
	stmt_int(st, 12, s->import_run);
	if (stmt_run(st, e) < 0)
		return -1;
	s->id = db_last_id(db);
	s->state_at = s->created_at = s->updated_at = now;
	for (size_t i = 0; i < s->tag_count; i++)
		if (subscriber_tag(db, s->id, s->tags[i], true, e) < 0)
			return -1;
	return 0;
}

int
subscriber_update(struct db *db, const struct subscriber *s, int64_t now, struct err *e)
{
	struct stmt *st = db_prepare(db,
		"UPDATE subscriber SET name = ?2, timezone = nullif(?3, ''), frequency = ?4, "
		"paused_until = nullif(?5, ''), updated_at = ?6 WHERE id = ?1",
		e);

	if (!st)
		return -1;
	stmt_int(st, 1, s->id);
	stmt_text(st, 2, s->name);
	stmt_text(st, 3, s->timezone);
	stmt_text(st, 4, s->frequency);
	stmt_text(st, 5, s->paused_until);
	stmt_int(st, 6, now);
	return stmt_run(st, e);
}

int
subscriber_readdress(struct db *db, const struct subscriber *s, int64_t now, struct err *e)
{
	struct stmt *st = db_prepare(db,
		"UPDATE subscriber SET email = ?2, email_key = ?3, domain = ?4, smtputf8 = ?5, "
		"updated_at = ?6 WHERE id = ?1",
		e);

	if (!st)
		return -1;
	stmt_int(st, 1, s->id);
	stmt_text(st, 2, s->email);
	stmt_text(st, 3, s->email_key);
	stmt_text(st, 4, s->domain);
	stmt_int(st, 5, s->smtputf8);
	stmt_int(st, 6, now);
	return stmt_run(st, e);
}

/* The state as it is now: 1, or 0 when there is nobody with that id. */
static int
current_state(struct db *db, int64_t id, enum subscriber_state *out, struct err *e)
{
	struct stmt *st = db_prepare(db, "SELECT state FROM subscriber WHERE id = ?1", e);
	int status;

	if (!st)
		return -1;
	stmt_int(st, 1, id);
	status = stmt_step(st, e);
	if (status > 0) {
		status = subscriber_state_parse(stmt_get_text(st, 0), out);
		stmt_reset(st);
	}
	return status;
}

int
subscriber_move(struct db *db, int64_t id, unsigned from, enum subscriber_state to, struct str why,
	int64_t now, struct err *e)
{
	enum subscriber_state is;
	int status = current_state(db, id, &is, e);
	struct stmt *st;

	if (status <= 0 || !(from & 1U << is))
		return status < 0 ? -1 : 0;
	st = db_prepare(db,
		"UPDATE subscriber SET state = ?2, state_at = ?3, state_why = ?4, updated_at = ?3 "
		"WHERE id = ?1",
		e);
	if (!st)
		return -1;
	stmt_int(st, 1, id);
	stmt_textz(st, 2, state_names[to]);
	stmt_int(st, 3, now);
	stmt_text(st, 4, why);
	return stmt_run(st, e) < 0 ? -1 : 1;
}

int
subscriber_tag(struct db *db, int64_t id, struct str tag, bool on, struct err *e)
{
	struct stmt *st =
		on ? db_prepare(db,
			     "INSERT INTO tag (subscriber_id, name) VALUES (?1, ?2) "
			     "ON CONFLICT DO NOTHING",
			     e)
		   : db_prepare(db, "DELETE FROM tag WHERE subscriber_id = ?1 AND name = ?2", e);

	if (!st)
		return -1;
	stmt_int(st, 1, id);
	stmt_text(st, 2, tag);
	return stmt_run(st, e);
}

int
subscriber_forget(struct db *db, int64_t id, struct err *e)
{
	struct stmt *st = db_prepare(db,
		"DELETE FROM subscriber WHERE id = ?1 "
		"AND NOT EXISTS (SELECT 1 FROM issue i CROSS JOIN delivery d ON d.issue_id = i.id "
		"AND d.subscriber_id = ?1) "
		"AND NOT EXISTS (SELECT 1 FROM owed WHERE subscriber_id = ?1) "
		"AND NOT EXISTS (SELECT 1 FROM event WHERE subscriber_id = ?1 AND kind <> "
		"'imported')",
		e);

	if (!st)
		return -1;
	stmt_int(st, 1, id);
	return stmt_run(st, e) < 0 ? -1 : db_changes(db) > 0;
}

static int
last_id(struct db *db, int64_t *out, struct err *e)
{
	struct stmt *st = db_prepare(db, "SELECT coalesce(max(id), 0) FROM subscriber", e);
	int got = st ? stmt_step(st, e) : -1;

	if (got != 1)
		return -1;
	*out = stmt_get_int(st, 0);
	stmt_reset(st);
	return 0;
}

static int
forget_signatures_of(struct db *db, int64_t after, int64_t upto, struct err *e)
{
	struct stmt *st = db_prepare(db,
		"UPDATE subscriber SET token_key = NULL, token_signature = NULL "
		"WHERE id > ?1 AND id <= ?2 AND token_key IS NOT NULL",
		e);

	if (!st)
		return -1;
	stmt_int(st, 1, after);
	stmt_int(st, 2, upto);
	return stmt_run(st, e);
}

int
subscriber_forget_signatures(struct db *db, struct err *e)
{
	enum { CHUNK = 5000 };
	int64_t last;

	if (last_id(db, &last, e) < 0)
		return -1;
	for (int64_t id = 0; id < last; id += CHUNK)
		if (db_begin(db, e) < 0 || forget_signatures_of(db, id, id + CHUNK, e) < 0 ||
			db_commit(db, e) < 0) {
			db_rollback(db);
			return -1;
		}
	return 0;
}
