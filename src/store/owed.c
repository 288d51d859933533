#include "store/owed.h"

#include <string.h>

#include "base/clock.h"

enum { DAY = 24 * 3600 };

static const struct {
	const char *name;
	uint32_t life; /* of its link, in seconds; 0: for ever */
} kinds[OWED_KINDS] = {
	[OWED_CONFIRM] = { "confirm", 7 * DAY },
	[OWED_LEFT] = { "left", 0 },
	[OWED_EXPORT] = { "export", DAY },
	[OWED_ERASE] = { "erase", DAY },
	[OWED_ADDRESS] = { "address", DAY },
	[OWED_CHANGED] = { "changed", 0 },
};

const char *
owed_kind_name(enum owed_kind kind)
{
	return kinds[kind].name;
}

uint32_t
owed_expiry(enum owed_kind kind, int64_t owed_at)
{
	return kinds[kind].life ? (uint32_t)(owed_at / CLOCK_SECOND) + kinds[kind].life : 0;
}

static struct str
detail_of(const struct owed_wish *w)
{
	return w->detail.n ? w->detail : STR("{}");
}

int
owed_add(struct db *db, const struct owed_wish *w, int64_t now, int64_t *id, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO owed (subscriber_id, kind, email, detail, owed_at, state, next_at)"
		" VALUES (?1, ?2, ?3, ?4, ?5, iif(?6 IS NULL, 'queued', 'deferred'), ?6)",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, w->subscriber);
	stmt_textz(s, 2, owed_kind_name(w->kind));
	stmt_text_or_null(s, 3, w->email);
	stmt_text(s, 4, detail_of(w));
	stmt_int(s, 5, now);
	stmt_int_or_null(s, 6, w->not_before > now, w->not_before);
	if (stmt_run(s, e) < 0)
		return -1;
	if (id)
		*id = db_last_id(db);
	return 0;
}

/* -- reading ---------------------------------------------------------------------------------- */

/* The columns of a row, in read_row's order. */
#define COLUMNS                                                                                    \
	"id, subscriber_id, kind, email, detail, edition_id, state, owed_at, attempts, doubts, "   \
	"done_at, words"

static enum owed_kind
kind_of(struct str name)
{
	size_t i = 0;

	/* The table's CHECK lets no other word in. */
	while (!str_eqz(name, kinds[i].name))
		i++;
	return (enum owed_kind)i;
}

static enum delivery_state
state_of(struct str name)
{
	size_t i = 0;

	while (!str_eqz(name, delivery_state_name((enum delivery_state)i)))
		i++;
	return (enum delivery_state)i;
}

static void
read_row(struct stmt *s, struct arena *a, struct owed *out)
{
	*out = (struct owed){ .id = stmt_get_int(s, 0),
		.subscriber = stmt_get_int(s, 1),
		.kind = kind_of(stmt_get_text(s, 2)),
		.email = arena_str(a, stmt_get_text(s, 3)),
		.detail = arena_str(a, stmt_get_text(s, 4)),
		.edition_id = stmt_get_int(s, 5),
		.state = state_of(stmt_get_text(s, 6)),
		.owed_at = stmt_get_int(s, 7),
		.attempts = (int)stmt_get_int(s, 8),
		.doubts = (int)stmt_get_int(s, 9),
		.done_at = stmt_get_int(s, 10),
		.words = arena_str(a, stmt_get_text(s, 11)) };
}

static int
read_one(struct stmt *s, struct arena *a, struct owed *out, struct err *e)
{
	int status = stmt_step(s, e);

	if (status > 0) {
		read_row(s, a, out);
		stmt_reset(s);
	}
	return status;
}

int
owed_get(struct db *db, int64_t id, struct arena *a, struct owed *out, struct err *e)
{
	struct stmt *s = db_prepare(db, "SELECT " COLUMNS " FROM owed WHERE id = ?1", e);

	if (!s)
		return -1;
	stmt_int(s, 1, id);
	return read_one(s, a, out, e);
}

int
owed_find(struct db *db, int64_t subscriber, enum owed_kind kind, uint32_t expiry, struct arena *a,
	struct owed *out, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT " COLUMNS " FROM owed WHERE subscriber_id = ?1 AND kind = ?2 "
		"AND owed_at >= ?3 AND owed_at < ?4 ORDER BY id DESC LIMIT 1",
		e);
	int64_t from = ((int64_t)expiry - kinds[kind].life) * CLOCK_SECOND;

	if (!s)
		return -1;
	stmt_int(s, 1, subscriber);
	stmt_textz(s, 2, owed_kind_name(kind));
	stmt_int(s, 3, from);
	stmt_int(s, 4, from + CLOCK_SECOND);
	return read_one(s, a, out, e);
}

int
owed_each(struct db *db, int64_t subscriber, owed_fn *fn, void *context, struct err *e)
{
	struct stmt *s = db_prepare(
		db, "SELECT " COLUMNS " FROM owed WHERE subscriber_id = ?1 ORDER BY id", e);
	struct arena a = { 0 };
	struct owed o;
	int status;

	if (!s)
		return -1;
	stmt_int(s, 1, subscriber);
	while ((status = stmt_step(s, e)) > 0) {
		read_row(s, &a, &o);
		if (fn(context, &o, e) < 0) {
			stmt_reset(s);
			status = -1;
			break;
		}
	}
	arena_free(&a);
	return status;
}

static int
read_number(struct stmt *s, int64_t *n, struct err *e)
{
	int status = stmt_step(s, e);

	if (status <= 0)
		return -1;
	*n = stmt_get_int(s, 0);
	stmt_reset(s);
	return 0;
}

int
owed_count(struct db *db, int64_t subscriber, enum owed_kind kind, int64_t since, int64_t *n,
	struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT count(*) FROM owed WHERE subscriber_id = ?1 AND kind = ?2 AND owed_at > ?3",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, subscriber);
	stmt_textz(s, 2, owed_kind_name(kind));
	stmt_int(s, 3, since);
	return read_number(s, n, e);
}

int
owed_count_alike(struct db *db, const struct owed_wish *w, int64_t since, int64_t *n, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT count(*) FROM owed WHERE subscriber_id = ?1 AND kind = ?2 AND owed_at > ?3 "
		"AND detail = ?4",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, w->subscriber);
	stmt_textz(s, 2, owed_kind_name(w->kind));
	stmt_int(s, 3, since);
	stmt_text(s, 4, detail_of(w));
	return read_number(s, n, e);
}

int
owed_last(struct db *db, int64_t subscriber, enum owed_kind kind, int64_t *at, bool *waits,
	struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT max(changed_at) FILTER (WHERE state IN ('sent', 'failed', 'in_doubt')), "
		"count(*) FILTER (WHERE state IN ('queued', 'deferred', 'sending')) "
		"FROM owed WHERE subscriber_id = ?1 AND kind = ?2",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, subscriber);
	stmt_textz(s, 2, owed_kind_name(kind));
	if (stmt_step(s, e) <= 0)
		return -1;
	*at = stmt_get_int(s, 0);
	*waits = stmt_get_int(s, 1) > 0;
	stmt_reset(s);
	return 0;
}

/* By the index owed_email, whose words these are. */
int
owed_count_to(struct db *db, struct str email_key, int64_t since, int64_t *n, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT count(*) FROM owed WHERE email IS NOT NULL AND lower(email) = ?1 "
		"AND owed_at > ?2",
		e);

	if (!s)
		return -1;
	stmt_text(s, 1, email_key);
	stmt_int(s, 2, since);
	return read_number(s, n, e);
}

int
owed_detail(struct db *db, int64_t id, const char *member, struct arena *a, struct str *out,
	struct err *e)
{
	struct stmt *s = db_prepare(db, "SELECT detail ->> ?2 FROM owed WHERE id = ?1", e);
	int status;

	if (!s)
		return -1;
	stmt_int(s, 1, id);
	stmt_textz(s, 2, member);
	status = stmt_step(s, e);
	*out = status > 0 ? arena_str(a, stmt_get_text(s, 0)) : (struct str){ 0 };
	if (status > 0)
		stmt_reset(s);
	return status < 0 ? -1 : 0;
}

int
owed_count_open(struct db *db, int64_t *n, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT count(*) FROM owed WHERE state NOT IN ('sent', 'failed', 'skipped') "
		"AND NOT (state = 'deferred' AND attempts = 0)",
		e);

	return s ? read_number(s, n, e) : -1;
}

int
owed_waits_since(struct db *db, int64_t *since, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT min(owed_at) FROM owed WHERE state NOT IN ('sent', 'failed', 'skipped') "
		"AND state = 'queued'",
		e);

	if (!s || read_number(s, since, e) < 0)
		return -1;
	return *since != 0;
}

/* What may be tried at ?1; its first words are those of the index of open rows. Who may have it is
 * sent it again after ?2, then after twice that, and at least every hour. */
#define DUE                                                                                        \
	"state NOT IN ('sent', 'failed', 'skipped') AND (state = 'queued' OR "                     \
	"(state = 'deferred' AND next_at <= ?1) OR (state = 'in_doubt' AND ?2 > 0 AND "            \
	"doubts < 20 AND changed_at + min(3600000000, ?2 << doubts - 1) <= ?1))"

int
owed_kinds_due(struct db *db, int64_t now, int64_t resend, unsigned *due, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT kind FROM owed WHERE " DUE
		" UNION SELECT kind FROM owed WHERE state NOT IN ('sent', 'failed', 'skipped') "
		"AND state = 'sending'",
		e);
	int status;

	*due = 0;
	if (!s)
		return -1;
	stmt_int(s, 1, now);
	stmt_int(s, 2, resend);
	while ((status = stmt_step(s, e)) > 0)
		*due |= 1U << kind_of(stmt_get_text(s, 0));
	return status;
}

int
owed_take(struct db *db, int64_t now, int64_t resend, int64_t after, size_t most, struct arena *a,
	struct owed *out, size_t *n, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT " COLUMNS " FROM owed WHERE " DUE " AND id > ?3 ORDER BY id LIMIT ?4", e);
	int status;

	*n = 0;
	if (!s)
		return -1;
	stmt_int(s, 1, now);
	stmt_int(s, 2, resend);
	stmt_int(s, 3, after);
	stmt_int(s, 4, (int64_t)most);
	while ((status = stmt_step(s, e)) > 0)
		read_row(s, a, &out[(*n)++]);
	return status;
}

/* -- writing ---------------------------------------------------------------------------------- */

int
owed_done(struct db *db, int64_t id, int64_t now, struct err *e)
{
	struct stmt *s = db_prepare(db, "UPDATE owed SET done_at = ?2 WHERE id = ?1", e);

	if (!s)
		return -1;
	stmt_int(s, 1, id);
	stmt_int(s, 2, now);
	return stmt_run(s, e);
}

int
owed_mark(struct db *db, int64_t id, int64_t edition, const char *relay, int64_t now, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"UPDATE owed SET state = 'sending', edition_id = ?2, relay = ?3, changed_at = ?4, "
		"next_at = NULL, attempts = attempts + 1 "
		"WHERE id = ?1 AND done_at IS NULL AND state IN ('queued', 'deferred', "
		"'in_doubt')",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, id);
	stmt_int(s, 2, edition);
	stmt_textz(s, 3, relay);
	stmt_int(s, 4, now);
	return stmt_run(s, e) < 0 ? -1 : db_changes(db) == 1;
}

/* A refusal that came before the mark was an attempt as well. */
int
owed_record(struct db *db, int64_t id, const struct delivery_outcome *o, int64_t now, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"UPDATE owed SET attempts = attempts + (state <> 'sending' AND ?2 IN ('deferred', "
		"'failed')), state = ?2, next_at = ?3, relay = coalesce(?4, relay), code = ?5, "
		"status = ?6, words = ?7, changed_at = ?8, doubts = doubts + (?2 = 'in_doubt') "
		"WHERE id = ?1",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, id);
	stmt_textz(s, 2, delivery_state_name(o->to));
	stmt_int_or_null(s, 3, o->to == DELIVERY_DEFERRED, o->next_at);
	stmt_textz(s, 4, o->relay);
	stmt_int_or_null(s, 5, o->code != 0, o->code);
	stmt_text_or_null(s, 6, o->status);
	stmt_text_or_null(s, 7, o->words);
	stmt_int(s, 8, now);
	return stmt_run(s, e);
}

int
owed_doubt(struct db *db, int64_t *n, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"UPDATE owed SET state = 'in_doubt', doubts = doubts + 1 WHERE state = 'sending'",
		e);

	if (!s || stmt_run(s, e) < 0)
		return -1;
	*n = db_changes(db);
	return 0;
}
