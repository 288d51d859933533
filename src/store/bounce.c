#include "store/bounce.h"

#include <stdio.h>

static const char *const kind_names[BOUNCE_KINDS] = {
	[BOUNCE_SOFT] = "soft",
	[BOUNCE_HARD] = "hard",
	[BOUNCE_COMPLAINT] = "complaint",
};

static const char *const source_names[] = {
	[BOUNCE_SMTP] = "smtp",
	[BOUNCE_MAIL] = "mail",
	[BOUNCE_WEBHOOK] = "webhook",
};

const char *
bounce_kind_name(enum bounce_kind kind)
{
	return kind_names[kind];
}

const char *
bounce_source_name(enum bounce_source source)
{
	return source_names[source];
}

/* The place of a word in a table; the schema sees to it that there is one. */
static int
place_of(struct str word, const char *const *names, int n)
{
	int i = 0;

	while (i < n - 1 && !str_eqz(word, names[i]))
		i++;
	return i;
}

/* -- one by one ------------------------------------------------------------------------------- */

int
bounce_add(struct db *db, const struct bounce *b, int64_t now, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO bounce (subscriber_id, issue_id, kind, source, report, at, code, "
		"status, words)"
		" SELECT id, (SELECT id FROM issue WHERE id = ?2), ?3, ?4, ?5, ?6, ?7, ?8, ?9"
		" FROM subscriber WHERE id = ?1"
		" ON CONFLICT (subscriber_id, report) DO NOTHING",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, b->subscriber);
	stmt_int_or_null(s, 2, b->issue != 0, b->issue);
	stmt_textz(s, 3, kind_names[b->kind]);
	stmt_textz(s, 4, source_names[b->source]);
	stmt_text(s, 5, b->report);
	stmt_int(s, 6, now);
	stmt_int_or_null(s, 7, b->code != 0, b->code);
	stmt_text_or_null(s, 8, b->status);
	stmt_text_or_null(s, 9, b->words);
	return stmt_run(s, e) < 0 ? -1 : db_changes(db) > 0;
}

/* The columns that read_row knows, in its order. */
#define COLUMNS                                                                                    \
	"id, subscriber_id, issue_id, at, kind, source, report, code, status, words, judged_at "

static struct bounce
read_row(struct stmt *s)
{
	return (struct bounce){
		.id = stmt_get_int(s, 0),
		.subscriber = stmt_get_int(s, 1),
		.issue = stmt_get_int(s, 2),
		.at = stmt_get_int(s, 3),
		.kind = (enum bounce_kind)place_of(stmt_get_text(s, 4), kind_names, BOUNCE_KINDS),
		.source = (enum bounce_source)place_of(stmt_get_text(s, 5), source_names, 3),
		.report = stmt_get_text(s, 6),
		.code = (int)stmt_get_int(s, 7),
		.status = stmt_get_text(s, 8),
		.words = stmt_get_text(s, 9),
		.judged_at = stmt_get_int(s, 10),
	};
}

int
bounce_take_open(struct db *db, int64_t after, size_t most, struct arena *a, struct bounce *out,
	size_t *n, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT " COLUMNS
		"FROM bounce WHERE judged_at IS NULL AND id > ?1 ORDER BY id LIMIT ?2",
		e);
	int status;

	if (!s)
		return -1;
	stmt_int(s, 1, after);
	stmt_int(s, 2, (int64_t)most);
	for (*n = 0; (status = stmt_step(s, e)) > 0; (*n)++) {
		struct bounce *b = &out[*n];

		*b = read_row(s);
		b->report = arena_str(a, b->report);
		b->status = arena_str(a, b->status);
		b->words = arena_str(a, b->words);
	}
	return status;
}

int
bounce_judged(struct db *db, int64_t id, int64_t now, struct err *e)
{
	struct stmt *s = db_prepare(db, "UPDATE bounce SET judged_at = ?2 WHERE id = ?1", e);

	if (!s)
		return -1;
	stmt_int(s, 1, id);
	stmt_int(s, 2, now);
	return stmt_run(s, e);
}

int
bounce_each(struct db *db, int64_t subscriber, bounce_fn *fn, void *context, struct err *e)
{
	struct stmt *s = db_prepare(
		db, "SELECT " COLUMNS "FROM bounce WHERE subscriber_id = ?1 ORDER BY id", e);
	int status;

	if (!s)
		return -1;
	stmt_int(s, 1, subscriber);
	while ((status = stmt_step(s, e)) > 0) {
		struct bounce b = read_row(s);

		if (fn(context, &b, e) < 0) {
			stmt_reset(s);
			return -1;
		}
	}
	return status;
}

/* -- what they amount to ---------------------------------------------------------------------- */

bool
bounce_blames_address(struct str status)
{
	static const struct str others[] = { STR_INIT("5.7."), STR_INIT("5.6."), STR_INIT("5.3.4"),
		STR_INIT("5.1.7"), STR_INIT("5.1.8") };

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		struct str o = others[i];

		if (o.p[o.n - 1] == '.' ? str_starts(status, o) : str_eq(status, o))
			return false;
	}
	return true;
}

int
bounce_soft_run(struct db *db, int64_t subscriber, int64_t since, int64_t gap,
	struct bounce_run *out, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT i.id, CAST(julianday(i.day) AS INTEGER), b.status FROM bounce b"
		" JOIN issue i ON i.id = b.issue_id"
		" LEFT JOIN delivery d ON d.issue_id = b.issue_id AND d.subscriber_id = ?1"
		" WHERE b.subscriber_id = ?1 AND b.kind = 'soft'"
		" AND coalesce(d.changed_at, b.at) >= ?2 ORDER BY i.day DESC",
		e);
	int64_t first = 0, last = 0, issue = 0;
	int status;

	*out = (struct bounce_run){ 0 };
	if (!s)
		return -1;
	stmt_int(s, 1, subscriber);
	stmt_int(s, 2, since);
	while ((status = stmt_step(s, e)) > 0) {
		int64_t id = stmt_get_int(s, 0), day = stmt_get_int(s, 1);

		if (!bounce_blames_address(stmt_get_text(s, 2)))
			continue;
		if (out->count && first - day > gap) {
			stmt_reset(s);
			status = 0;
			break;
		}
		last = out->count++ ? last : day;
		first = day;
		out->issues += id != issue;
		issue = id;
	}
	out->days = last - first;
	return status;
}

int
bounce_copies(struct db *db, int64_t subscriber, struct bounce_copy *out, size_t most, size_t *n,
	struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT 'issue/' || i.day, i.id, started_at AS at FROM issue i CROSS JOIN delivery "
		"d"
		" ON d.issue_id = i.id AND d.subscriber_id = ?1"
		" UNION ALL SELECT 'owed/' || id, 0, owed_at FROM owed WHERE subscriber_id = ?1"
		" ORDER BY at DESC LIMIT ?2",
		e);
	int status;

	if (!s)
		return -1;
	stmt_int(s, 1, subscriber);
	stmt_int(s, 2, (int64_t)most);
	for (*n = 0; (status = stmt_step(s, e)) > 0; (*n)++) {
		snprintf(out[*n].what, sizeof out[*n].what, "%.*s", STR_ARG(stmt_get_text(s, 0)));
		out[*n].issue = stmt_get_int(s, 1);
	}
	return status;
}

int
bounce_sent_at(struct db *db, int64_t issue, int64_t subscriber, int64_t *at, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT changed_at FROM delivery WHERE issue_id = ?1 AND subscriber_id = ?2"
		" AND changed_at IS NOT NULL",
		e);
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	stmt_int(s, 2, subscriber);
	got = stmt_step(s, e);
	if (got == 1) {
		*at = stmt_get_int(s, 0);
		stmt_reset(s);
	}
	return got;
}

/* -- a mailbox -------------------------------------------------------------------------------- */

int
bounce_seen(struct db *db, struct str mailbox, struct str id, struct err *e)
{
	struct stmt *s =
		db_prepare(db, "SELECT 1 FROM mailbox_seen WHERE mailbox = ?1 AND id = ?2", e);

	if (!s)
		return -1;
	stmt_text(s, 1, mailbox);
	stmt_text(s, 2, id);
	return stmt_ask(s, e);
}

int
bounce_set_seen(struct db *db, struct str mailbox, struct str id, int64_t now, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO mailbox_seen (mailbox, id, at) VALUES (?1, ?2, ?3)"
		" ON CONFLICT DO UPDATE SET at = excluded.at",
		e);

	if (!s)
		return -1;
	stmt_text(s, 1, mailbox);
	stmt_text(s, 2, id);
	stmt_int(s, 3, now);
	return stmt_run(s, e);
}

int
bounce_forget_seen(struct db *db, struct str mailbox, int64_t now, struct err *e)
{
	struct stmt *s =
		db_prepare(db, "DELETE FROM mailbox_seen WHERE mailbox = ?1 AND at < ?2", e);

	if (!s)
		return -1;
	stmt_text(s, 1, mailbox);
	stmt_int(s, 2, now);
	return stmt_run(s, e);
}
