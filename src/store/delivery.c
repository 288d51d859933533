#include "store/delivery.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "store/attempt.h"

static const char *const state_names[DELIVERY_STATES] = { "queued", "sending", "sent", "deferred",
	"failed", "in_doubt", "skipped" };

const char *
delivery_state_name(enum delivery_state s)
{
	return state_names[s];
}

static int
state_of(struct str word)
{
	for (int i = 0; i < DELIVERY_STATES; i++)
		if (str_eqz(word, state_names[i]))
			return i;
	return -1;
}

/* -- planning --------------------------------------------------------------------------------- */

/* The tags as a JSON array for json_each; tags are clean text (people/subscribe.h). */
static void
write_tags(const struct delivery_choice *c, struct buf *out)
{
	buf_addc(out, '[');
	for (size_t i = 0; i < c->tag_count; i++) {
		buf_addz(out, i ? ",\"" : "\"");
		for (size_t k = 0; k < c->tags[i].n; k++) {
			if (c->tags[i].p[k] == '"' || c->tags[i].p[k] == '\\')
				buf_addc(out, '\\');
			buf_addc(out, c->tags[i].p[k]);
		}
		buf_addc(out, '"');
	}
	buf_addc(out, ']');
}

/* The last id of the next chunk: 1, or 0 when there is nobody behind planned_to. */
static int
chunk_end(struct db *db, int64_t after, size_t chunk, int64_t *end, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT max(id), count(*) FROM (SELECT id FROM subscriber WHERE id > ? ORDER BY id "
		"LIMIT ?)",
		e);
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, after);
	stmt_int(s, 2, (int64_t)chunk);
	got = stmt_step(s, e);
	if (got == 1) {
		*end = stmt_get_int(s, 0);
		got = stmt_get_int(s, 1) > 0;
	}
	stmt_reset(s);
	return got;
}

/* Who is due, from ?3 to ?4; ?5 Saturday, ?6 the day, ?7 tags as JSON or null, ?8 a moment or 0. */
#define DUE                                                                                        \
	"FROM subscriber WHERE id > ?3 AND id <= ?4 AND state = 'active' "                         \
	"AND (frequency = 'daily' OR ?5) AND (paused_until IS NULL OR paused_until <= ?6) "        \
	"AND (?7 IS NULL OR EXISTS (SELECT 1 FROM tag WHERE subscriber_id = id AND name IN "       \
	"(SELECT value FROM json_each(?7)))) "                                                     \
	"AND (?8 = 0 OR (created_at <= ?8 AND state_at <= ?8)) "

/* Bind 3 to 8; the tags must live until the statement has run. */
static void
bind_due(struct stmt *s, int64_t after, int64_t end, struct day day,
	const struct delivery_choice *c, struct buf *tags)
{
	char text[11];

	clock_print_day(day, text);
	buf_init(tags, 64 * 1024);
	write_tags(c, tags);
	/* The day is short-lived, the buf is not. */
	buf_addc(tags, '\0');
	buf_addz(tags, text);
	stmt_int(s, 3, after);
	stmt_int(s, 4, end);
	stmt_int(s, 5, c->saturday);
	stmt_text(s, 6, str_from(buf_str(tags), tags->n - strlen(text)));
	if (c->tag_count)
		stmt_text(s, 7, str_sub(buf_str(tags), 0, tags->n - strlen(text) - 1));
	else
		stmt_null(s, 7);
	stmt_int(s, 8, c->before);
}

/* OR IGNORE: a row that is there already is somebody's who was planned before; their state
 * stands. */
static int
insert_chunk(struct db *db, const struct issue *issue, const struct delivery_choice *c, int64_t end,
	struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT OR IGNORE INTO delivery (issue_id, subscriber_id, edition_id) SELECT ?1, "
		"id, ?2 " DUE "ORDER BY id",
		e);
	struct buf tags;
	int status;

	if (!s)
		return -1;
	stmt_int(s, 1, issue->id);
	stmt_int(s, 2, issue->edition_id);
	bind_due(s, issue->planned_to, end, issue->day, c, &tags);
	status = stmt_run(s, e);
	buf_free(&tags);
	return status;
}

int
delivery_count_due(struct db *db, struct day day, const struct delivery_choice *choice, int64_t *n,
	struct err *e)
{
	struct stmt *s = db_prepare(db, "SELECT count(*), ?1, ?2 " DUE, e);
	struct buf tags;
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, 0);
	stmt_int(s, 2, 0);
	bind_due(s, 0, INT64_MAX, day, choice, &tags);
	got = stmt_step(s, e);
	*n = got == 1 ? stmt_get_int(s, 0) : 0;
	stmt_reset(s);
	buf_free(&tags);
	return got < 0 ? -1 : 0;
}

int
delivery_anybody_due(
	struct db *db, struct day day, const struct delivery_choice *choice, struct err *e)
{
	struct stmt *s = db_prepare(db, "SELECT ?1, ?2 " DUE "LIMIT 1", e);
	struct buf tags;
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, 0);
	stmt_int(s, 2, 0);
	bind_due(s, 0, INT64_MAX, day, choice, &tags);
	got = stmt_step(s, e);
	stmt_reset(s);
	buf_free(&tags);
	return got;
}

static struct delivery
read_due(struct stmt *s, struct arena *a)
{
	struct delivery d = { .subscriber = stmt_get_int(s, 2),
		.email = arena_str(a, stmt_get_text(s, 3)),
		.domain = arena_str(a, stmt_get_text(s, 4)),
		.name = arena_str(a, stmt_get_text(s, 5)),
		.smtputf8 = stmt_get_int(s, 6) != 0,
		.epoch = (uint32_t)stmt_get_int(s, 7),
		.token_key = (int)stmt_get_int(s, 8) };
	struct str signature = stmt_get_blob(s, 9);

	if (signature.n == sizeof d.signature)
		memcpy(d.signature, signature.p, sizeof d.signature);
	else
		d.token_key = 0;
	return d;
}

int
delivery_peek_due(struct db *db, struct day day, const struct delivery_choice *choice,
	int64_t after, size_t most, struct arena *a, struct delivery *out, size_t *n, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT ?1, ?2, id, email, domain, name, smtputf8, epoch, coalesce(token_key, 0), "
		"token_signature " DUE "ORDER BY id LIMIT ?9",
		e);
	struct buf tags;
	int got;

	*n = 0;
	if (!s)
		return -1;
	stmt_int(s, 1, 0);
	stmt_int(s, 2, 0);
	bind_due(s, after, INT64_MAX, day, choice, &tags);
	stmt_int(s, 9, (int64_t)most);
	while ((got = stmt_step(s, e)) == 1)
		out[(*n)++] = read_due(s, a);
	buf_free(&tags);
	return got;
}

static int
set_planned(struct db *db, int64_t issue, int64_t end, struct err *e)
{
	struct stmt *s = db_prepare(db, "UPDATE issue SET planned_to = ?2 WHERE id = ?1", e);

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	stmt_int(s, 2, end);
	return stmt_run(s, e);
}

int
delivery_plan(struct db *db, struct issue *issue, const struct delivery_choice *choice,
	size_t chunk, int64_t now, struct err *e)
{
	int64_t end = 0;
	int got;

	if (db_begin(db, e) < 0)
		return -1;
	got = chunk_end(db, issue->planned_to, chunk, &end, e);
	if (got == 1 && (insert_chunk(db, issue, choice, end, e) < 0 ||
				set_planned(db, issue->id, end, e) < 0))
		got = -1;
	if (got == 0 && issue->state == ISSUE_PLANNING &&
		issue_set_state(db, issue->id, ISSUE_SENDING, (struct str){ 0 }, now, e) < 0)
		got = -1;
	if (got < 0 || db_commit(db, e) < 0) {
		db_rollback(db);
		return -1;
	}
	if (got == 1)
		issue->planned_to = end;
	else
		issue->state = ISSUE_SENDING;
	return got;
}

/* -- taking ----------------------------------------------------------------------------------- */

#define COLUMNS                                                                                    \
	"d.subscriber_id, d.edition_id, d.attempts, d.doubts, coalesce(d.deferred_at, 0), "        \
	"coalesce(d.relay, ''), s.email, "                                                         \
	"s.domain, s.name, s.smtputf8, s.epoch, coalesce(s.token_key, 0), s.token_signature, "     \
	"coalesce(d.next_at, 0) "

static void
read_row(struct stmt *s, struct arena *a, struct delivery *out)
{
	struct str signature = stmt_get_blob(s, 12);

	*out = (struct delivery){ .subscriber = stmt_get_int(s, 0),
		.edition_id = stmt_get_int(s, 1),
		.attempts = (int)stmt_get_int(s, 2),
		.doubts = (int)stmt_get_int(s, 3),
		.deferred_at = stmt_get_int(s, 4),
		.relay = arena_str(a, stmt_get_text(s, 5)),
		.email = arena_str(a, stmt_get_text(s, 6)),
		.domain = arena_str(a, stmt_get_text(s, 7)),
		.name = arena_str(a, stmt_get_text(s, 8)),
		.smtputf8 = stmt_get_int(s, 9) != 0,
		.epoch = (uint32_t)stmt_get_int(s, 10),
		.token_key = (int)stmt_get_int(s, 11),
		.next_at = stmt_get_int(s, 13) };
	if (signature.n == sizeof out->signature)
		memcpy(out->signature, signature.p, sizeof out->signature);
	else
		out->token_key = 0;
}

static int
read_rows(struct stmt *s, size_t most, struct arena *a, struct delivery *out, size_t *n,
	struct err *e)
{
	int got = 0;

	*n = 0;
	while (*n < most && (got = stmt_step(s, e)) == 1)
		read_row(s, a, &out[(*n)++]);
	stmt_reset(s);
	return got < 0 ? -1 : 0;
}

/* The rows of a statement that asks for an issue, the subscriber they come behind and how many. */
static int
take_after(struct stmt *s, int64_t issue, int64_t after, size_t most, struct arena *a,
	struct delivery *out, size_t *n, struct err *e)
{
	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	stmt_int(s, 2, after);
	stmt_int(s, 3, (int64_t)most);
	return read_rows(s, most, a, out, n, e);
}

int
delivery_take(struct db *db, int64_t issue, int64_t after, size_t most, struct arena *a,
	struct delivery *out, size_t *n, struct err *e)
{
	/* CROSS JOIN: walk the ledger, look each subscriber up, whatever the planner thinks of its
	 * statistics. */
	struct stmt *s = db_prepare(db,
		"SELECT " COLUMNS
		"FROM delivery d CROSS JOIN subscriber s ON s.id = d.subscriber_id "
		"WHERE d.issue_id = ? AND d.subscriber_id > ? AND d.state = 'queued' ORDER BY "
		"d.subscriber_id LIMIT ?",
		e);

	return take_after(s, issue, after, most, a, out, n, e);
}

int
delivery_take_canary(struct db *db, int64_t issue, int64_t after, size_t most, struct arena *a,
	struct delivery *out, size_t *n, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT " COLUMNS
		"FROM canary c CROSS JOIN delivery d ON d.issue_id = c.issue_id AND "
		"d.subscriber_id = c.subscriber_id CROSS JOIN subscriber s ON s.id = "
		"d.subscriber_id WHERE c.issue_id = ? AND c.subscriber_id > ? AND d.state = "
		"'queued' ORDER BY c.subscriber_id LIMIT ?",
		e);

	return take_after(s, issue, after, most, a, out, n, e);
}

static int
next_due(struct db *db, int64_t issue, int64_t after, int64_t *next, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT min(next_at) FROM delivery WHERE issue_id = ? AND state = 'deferred' AND "
		"next_at > ?",
		e);
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	stmt_int(s, 2, after);
	got = stmt_step(s, e);
	*next = got == 1 ? stmt_get_int(s, 0) : 0;
	stmt_reset(s);
	return got < 0 ? -1 : 0;
}

int
delivery_take_due(struct db *db, int64_t issue, struct delivery_due *from, int64_t now, size_t most,
	struct arena *a, struct delivery *out, size_t *n, int64_t *next, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT " COLUMNS
		"FROM delivery d CROSS JOIN subscriber s ON s.id = d.subscriber_id "
		"WHERE d.issue_id = ?1 AND d.state = 'deferred' AND d.next_at >= ?4 AND d.next_at "
		"<= ?2 AND (d.next_at > ?4 OR d.subscriber_id > ?5) ORDER BY d.next_at, "
		"d.subscriber_id LIMIT ?3",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	stmt_int(s, 2, now);
	stmt_int(s, 3, (int64_t)most);
	stmt_int(s, 4, from->at);
	stmt_int(s, 5, from->subscriber);
	if (read_rows(s, most, a, out, n, e) < 0)
		return -1;
	if (*n)
		*from = (struct delivery_due){ out[*n - 1].next_at, out[*n - 1].subscriber };
	return next_due(db, issue, *n == most ? from->at : now, next, e);
}

/* -- marking and recording -------------------------------------------------------------------- */

static int
skip(struct db *db, int64_t issue, int64_t subscriber, int64_t now, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"UPDATE delivery SET state = 'skipped', next_at = NULL, changed_at = ?3, words = "
		"'left the list before it was sent' "
		"WHERE issue_id = ?1 AND subscriber_id = ?2 AND state IN ('queued', 'deferred') "
		"AND NOT EXISTS (SELECT 1 FROM subscriber WHERE id = ?2 AND state = 'active')",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	stmt_int(s, 2, subscriber);
	stmt_int(s, 3, now);
	return stmt_run(s, e);
}

int
delivery_mark(struct db *db, int64_t issue, const struct delivery *d, const char *relay,
	int64_t now, enum delivery_mark *out, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"UPDATE delivery SET state = 'sending', attempts = attempts + 1, next_at = NULL, "
		"changed_at = ?3, relay = ?4 "
		"WHERE issue_id = ?1 AND subscriber_id = ?2 AND state IN ('queued', 'deferred') "
		"AND EXISTS (SELECT 1 FROM subscriber WHERE id = ?2 AND state = 'active' AND email "
		"= ?5)",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	stmt_int(s, 2, d->subscriber);
	stmt_int(s, 3, now);
	stmt_textz(s, 4, relay);
	stmt_text(s, 5, d->email);
	*out = DELIVERY_MARKED;
	if (stmt_run(s, e) < 0)
		return -1;
	if (db_changes(db) == 1)
		return 0;
	if (skip(db, issue, d->subscriber, now, e) < 0)
		return -1;
	*out = db_changes(db) == 1 ? DELIVERY_LEFT : DELIVERY_CHANGED;
	return 0;
}

int
delivery_keep_signature(struct db *db, int64_t subscriber, uint32_t epoch, int key,
	const uint8_t signature[static 64], struct err *e)
{
	struct stmt *s = db_prepare(db,
		"UPDATE subscriber SET token_key = ?3, token_signature = ?4 WHERE id = ?1 AND "
		"epoch = ?2",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, subscriber);
	stmt_int(s, 2, epoch);
	stmt_int(s, 3, key);
	stmt_blob(s, 4, (struct str){ .p = (const char *)signature, .n = 64 });
	return stmt_run(s, e);
}

/* The plain road, as short as it can be: 1 taken, 0 it was not `sending`. */
static int
record_sent(struct db *db, int64_t issue, int64_t subscriber, const struct delivery_outcome *o,
	int64_t now, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"UPDATE delivery SET state = 'sent', changed_at = ?3, code = ?4, status = ?5, "
		"words = "
		"?6 WHERE issue_id = ?1 AND subscriber_id = ?2 AND state = 'sending'",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	stmt_int(s, 2, subscriber);
	stmt_int(s, 3, now);
	stmt_int(s, 4, o->code);
	stmt_text_or_null(s, 5, o->status);
	stmt_text(s, 6, o->words);
	return stmt_run(s, e) < 0 ? -1 : db_changes(db) == 1;
}

/* Once an issue: it is never offered to them again in it (R12). */
static int
blame_address(struct db *db, int64_t issue, int64_t subscriber, const struct delivery_outcome *o,
	int64_t now, struct err *e)
{
	char report[32];
	struct bounce b = { .subscriber = subscriber,
		.issue = issue,
		.kind = o->bounce,
		.source = BOUNCE_SMTP,
		.code = o->code,
		.status = o->status,
		.words = o->words };
	int n = snprintf(report, sizeof report, "issue/%lld", (long long)issue);

	b.report = (struct str){ report, (size_t)n };
	return bounce_add(db, &b, now, e) < 0 ? -1 : 0;
}

int
delivery_record(struct db *db, int64_t issue, int64_t subscriber, const struct delivery_outcome *o,
	int64_t now, struct err *e)
{
	struct stmt *s;
	int got = o->to == DELIVERY_SENT && o->code ? record_sent(db, issue, subscriber, o, now, e)
						    : 0;

	if (got)
		return got < 0 ? -1 : 0;
	s = db_prepare(db,
		"UPDATE delivery SET state = ?3, next_at = ?4, changed_at = ?5, relay = "
		"coalesce(?6, relay), code = ?7, status = ?8, words = ?9, "
		"doubts = doubts + (?3 = 'in_doubt'), attempts = attempts + (state IN ('queued', "
		"'deferred') AND ?3 != 'queued'), "
		"deferred_at = CASE WHEN ?3 = 'deferred' THEN coalesce(deferred_at, ?5) ELSE "
		"deferred_at END "
		"WHERE issue_id = ?1 AND subscriber_id = ?2 AND state NOT IN ('sent', 'skipped')",
		e);

	if (!s)
		return -1;
	assert((o->to == DELIVERY_DEFERRED) == (o->next_at != 0));
	stmt_int(s, 1, issue);
	stmt_int(s, 2, subscriber);
	stmt_textz(s, 3, delivery_state_name(o->to));
	stmt_int_or_null(s, 4, o->next_at != 0, o->next_at);
	stmt_int(s, 5, now);
	stmt_textz(s, 6, o->relay);
	stmt_int_or_null(s, 7, o->code != 0, o->code);
	stmt_text_or_null(s, 8, o->status);
	stmt_text(s, 9, o->words);
	if (stmt_run(s, e) < 0)
		return -1;
	/* The plain road has one row and one change of it; what went otherwise has its history. */
	if (db_changes(db) == 0 || (o->to != DELIVERY_DEFERRED && o->to != DELIVERY_FAILED &&
					   o->to != DELIVERY_IN_DOUBT))
		return 0;
	if (o->to == DELIVERY_FAILED && o->blames_address &&
		blame_address(db, issue, subscriber, o, now, e) < 0)
		return -1;
	return attempt_add(db, issue, subscriber, o, now, e);
}

/* -- in bulk ---------------------------------------------------------------------------------- */

static int
change_all(struct db *db, const char *sql, int64_t issue, int64_t now, int64_t *n, struct err *e)
{
	struct stmt *s = db_prepare(db, sql, e);

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	stmt_int(s, 2, now);
	if (stmt_run(s, e) < 0)
		return -1;
	*n = db_changes(db);
	return 0;
}

int
delivery_doubt(struct db *db, int64_t issue, int64_t now, int64_t *n, struct err *e)
{
	if (attempt_add_doubts(db, issue, now, "the sender ended before the reply came", n, e) < 0)
		return -1;
	/* Nearly always; the rows need not be walked through again. */
	if (*n == 0)
		return 0;
	return change_all(db,
		"UPDATE delivery SET state = 'in_doubt', doubts = doubts + 1, changed_at = ?2, "
		"words = 'the sender ended before the reply came' WHERE issue_id = ?1 AND state = "
		"'sending'",
		issue, now, n, e);
}

/* Has anybody ever been in doubt of it? Nearly always nobody, and then the ledger need not be walked
 * through. */
static int
any_doubt(struct db *db, int64_t issue, struct err *e)
{
	struct stmt *s = db_prepare(
		db, "SELECT 1 FROM attempt WHERE issue_id = ?1 AND state = 'in_doubt' LIMIT 1", e);
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	got = stmt_step(s, e);
	stmt_reset(s);
	return got;
}

#define STRANDED                                                                                   \
	"doubts > 0 AND relay IS NOT NULL AND relay NOT IN (SELECT value FROM json_each(?2)) "

/* Run a change that asks for an issue, the relays of the settings and the moment. */
static int
change_by_relay(struct db *db, struct stmt *s, int64_t issue, struct str relays, int64_t now,
	int64_t *n, struct err *e)
{
	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	stmt_text(s, 2, relays);
	stmt_int(s, 3, now);
	if (stmt_run(s, e) < 0)
		return -1;
	*n = db_changes(db);
	return 0;
}

int
delivery_strand(
	struct db *db, int64_t issue, struct str relays, int64_t now, int64_t *n, struct err *e)
{
	int any = any_doubt(db, issue, e);
	struct stmt *s;

	*n = 0;
	if (any <= 0)
		return any;
	s = db_prepare(db,
		"UPDATE delivery SET state = 'in_doubt', next_at = NULL, changed_at = ?3, words = "
		"'the relay that may have it is not in the settings' WHERE issue_id = ?1 AND state "
		"IN ('queued', 'deferred') AND " STRANDED,
		e);
	return change_by_relay(db, s, issue, relays, now, n, e);
}

int
delivery_count_stranded(struct db *db, int64_t issue, struct str relays, int64_t *n, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT count(*) FROM delivery WHERE issue_id = ?1 AND state = 'in_doubt' "
		"AND " STRANDED,
		e);
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	stmt_text(s, 2, relays);
	got = stmt_step(s, e);
	*n = got == 1 ? stmt_get_int(s, 0) : 0;
	stmt_reset(s);
	return got < 0 ? -1 : 0;
}

int
delivery_requeue_doubt(
	struct db *db, int64_t issue, struct str relays, int64_t now, int64_t *n, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"UPDATE delivery SET state = 'queued', changed_at = ?3 WHERE issue_id = ?1 AND "
		"state = 'in_doubt' AND NOT (" STRANDED ")",
		e);

	return change_by_relay(db, s, issue, relays, now, n, e);
}

int
delivery_resolve(struct db *db, int64_t issue, int64_t subscriber, bool as_sent, struct str relays,
	int64_t now, int64_t *n, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"UPDATE delivery SET state = ?3, changed_at = ?4, words = ?5, relay = CASE WHEN ?3 "
		"= 'sent' OR relay IN (SELECT value FROM json_each(?6)) THEN relay END "
		"WHERE issue_id = ?1 AND state = 'in_doubt' AND (?2 = 0 OR subscriber_id = ?2)",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	stmt_int(s, 2, subscriber);
	stmt_textz(s, 3, as_sent ? "sent" : "queued");
	stmt_int(s, 4, now);
	stmt_textz(s, 5, as_sent ? "settled by hand: sent" : "settled by hand: to be sent again");
	stmt_text(s, 6, relays);
	if (stmt_run(s, e) < 0)
		return -1;
	*n = db_changes(db);
	return 0;
}

int
delivery_expire(struct db *db, int64_t issue, int64_t now, int64_t *n, struct err *e)
{
	return change_all(db,
		"UPDATE delivery SET state = 'failed', next_at = NULL, changed_at = ?2, "
		"words = 'expired' || CASE WHEN words IS NULL THEN '' ELSE ': ' || words END "
		"WHERE issue_id = ?1 AND state IN ('queued', 'deferred')",
		issue, now, n, e);
}

/* One pass that keeps seven sums: grouping would sort a million words first. */
int
delivery_counts(struct db *db, int64_t issue, int64_t counts[DELIVERY_STATES], struct err *e)
{
	/* Seven sums, or a GROUP BY, would cost three times as much. */
	struct stmt *s = db_prepare(db, "SELECT state FROM delivery WHERE issue_id = ?", e);
	int got, state;

	memset(counts, 0, DELIVERY_STATES * sizeof *counts);
	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	while ((got = stmt_step(s, e)) == 1)
		if ((state = state_of(stmt_get_text(s, 0))) >= 0)
			counts[state]++;
	return got;
}

/* -- telling ---------------------------------------------------------------------------------- */

int
delivery_get(struct db *db, int64_t issue, int64_t subscriber, struct arena *a,
	struct delivery_row *out, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT state, attempts, doubts, coalesce(code, 0), coalesce(next_at, 0), "
		"coalesce(deferred_at, 0), coalesce(changed_at, 0), "
		"coalesce(relay, ''), coalesce(status, ''), coalesce(words, '') FROM delivery "
		"WHERE issue_id = ? AND subscriber_id = ?",
		e);
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	stmt_int(s, 2, subscriber);
	got = stmt_step(s, e);
	if (got == 1)
		*out = (struct delivery_row){ .state = (enum delivery_state)state_of(
						      stmt_get_text(s, 0)),
			.attempts = (int)stmt_get_int(s, 1),
			.doubts = (int)stmt_get_int(s, 2),
			.code = (int)stmt_get_int(s, 3),
			.next_at = stmt_get_int(s, 4),
			.deferred_at = stmt_get_int(s, 5),
			.changed_at = stmt_get_int(s, 6),
			.relay = arena_str(a, stmt_get_text(s, 7)),
			.status = arena_str(a, stmt_get_text(s, 8)),
			.words = arena_str(a, stmt_get_text(s, 9)) };
	stmt_reset(s);
	return got;
}

int
delivery_last_change(struct db *db, int64_t issue, int64_t *at, struct err *e)
{
	struct stmt *s = db_prepare(
		db, "SELECT coalesce(max(changed_at), 0) FROM delivery WHERE issue_id = ?1", e);
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	got = stmt_step(s, e);
	*at = got == 1 ? stmt_get_int(s, 0) : 0;
	stmt_reset(s);
	return got < 0 ? -1 : 0;
}
