#include "store/snapshot.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/gzip.h"
#include "base/slug.h"
#include "store/entity.h"
#include "store/look.h"
#include "store/row.h"

enum {
	PACK_FROM = 512,    /* below, packing saves nothing */
	CEILING = 64 << 20, /* of a packed body: more than any answer may have */
	BEFORE = 2,         /* days: an older snapshot is no measure of this one */
	TRACK = 28,         /* days */
	GONE = 3,           /* times in a row */
};

/* The snapshot that is there for the day, or that was before it. */
struct known {
	int64_t id, rows, charted;
	bool partial;
};

/* -- keeping ---------------------------------------------------------------------------------- */

/* 1 there is one, 0 none. */
static int
find(struct stmt *s, struct known *out, struct err *e)
{
	int status = stmt_step(s, e);

	if (status > 0) {
		*out = (struct known){ .id = stmt_get_int(s, 0),
			.rows = stmt_get_int(s, 1),
			.charted = stmt_get_int(s, 2),
			.partial = stmt_get_int(s, 3) != 0 };
		stmt_reset(s);
	}
	return status;
}

static int
find_same_day(struct db *db, const char *source, const char *day, struct known *out, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT id, rows, charted, partial FROM snapshot WHERE source = ?1 AND day = ?2",
		e);

	*out = (struct known){ 0 };
	if (!s)
		return -1;
	stmt_textz(s, 1, source);
	stmt_textz(s, 2, day);
	return find(s, out, e);
}

static int
find_before(struct db *db, const char *source, struct day day, struct known *out, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT id, rows, charted, partial FROM snapshot WHERE source = ?1 "
		"AND day BETWEEN ?2 AND ?3 AND rows > 0 AND NOT partial ORDER BY day DESC LIMIT 1",
		e);
	char from[11], to[11];

	*out = (struct known){ 0 };
	if (!s)
		return -1;
	clock_print_day(clock_add_days(day, -BEFORE), from);
	clock_print_day(clock_add_days(day, -1), to);
	stmt_textz(s, 1, source);
	stmt_textz(s, 2, from);
	stmt_textz(s, 3, to);
	return find(s, out, e);
}

static int
delete_snapshot(struct db *db, int64_t id, struct err *e)
{
	struct stmt *s = db_prepare(db, "DELETE FROM snapshot WHERE id = ?1", e);

	if (!s)
		return -1;
	stmt_int(s, 1, id);
	return stmt_run(s, e);
}

/* The UTC day of the newest answer. */
static struct day
taken_on(const struct answer *answers, size_t n)
{
	int64_t at = 0;

	for (size_t i = 0; i < n; i++)
		at = answers[i].at > at ? answers[i].at : at;
	return clock_numbered_day((int)(at / CLOCK_DAY));
}

static int
insert_snapshot(struct db *db, const char *source, const char *day, struct day taken, int64_t *id,
	struct err *e)
{
	struct stmt *s =
		db_prepare(db, "INSERT INTO snapshot (source, day, taken) VALUES (?1, ?2, ?3)", e);
	char text[11];

	if (!s)
		return -1;
	clock_print_day(taken, text);
	stmt_textz(s, 1, source);
	stmt_textz(s, 2, day);
	stmt_textz(s, 3, text);
	if (stmt_run(s, e) < 0)
		return -1;
	*id = db_last_id(db);
	return 0;
}

/* Packed when that saves something. */
static struct str
packed(struct str s, struct buf *room)
{
	if (s.n < PACK_FROM)
		return s;
	gzip_pack(s, room);
	return room->n < s.n && !room->over ? buf_str(room) : s;
}

static int
insert_answer(struct db *db, int64_t snapshot, size_t n, const struct answer *answer,
	const struct look *l, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO answer (snapshot_id, n, url, status, etag, type, at, size, partial, "
		"tracked, why, rows_at, items, body) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
		e);
	struct buf body, items;
	int status;

	if (!s)
		return -1;
	buf_init(&body, CEILING);
	buf_init(&items, CEILING);
	stmt_int(s, 1, snapshot);
	stmt_int(s, 2, (int64_t)n);
	stmt_text(s, 3, answer->url);
	stmt_int(s, 4, answer->status);
	stmt_text(s, 5, answer->etag);
	stmt_text(s, 6, answer->type);
	stmt_int(s, 7, answer->at);
	stmt_int(s, 8, (int64_t)answer->body.n);
	stmt_int(s, 9, answer->partial || l->partial);
	stmt_int(s, 10, answer->tracked);
	stmt_textz(s, 11, l->why);
	stmt_textz(s, 12, l->rows_at);
	if (answer->items.n)
		stmt_blob(s, 13, packed(answer->items, &items));
	else
		stmt_null(s, 13);
	stmt_blob(s, 14, packed(answer->body, &body));
	status = stmt_run(s, e);
	buf_free(&body);
	buf_free(&items);
	return status;
}

/* Its url ends in what it was asked for by, but for a query: .../repos/OWNER/NAME,
 * .../models/NAME. */
static int
note_gone(struct db *db, const struct row_source *source, const struct answer *answer,
	struct day day, struct err *e)
{
	static const char *const before[] = { "/repos/", "/api/models/", "/api/datasets/",
		"/api/spaces/" };

	for (size_t i = 0; source->chart && i < sizeof before / sizeof before[0]; i++) {
		ptrdiff_t at = str_find_str(answer->url, str_of(before[i]));
		struct str rest = str_from(
			answer->url, at < 0 ? answer->url.n : (size_t)at + strlen(before[i]));
		struct str name = { 0 };

		if (str_split(&rest, '?', &name) && slug_is_name(name, source->least_slashes, 1))
			return entity_miss(db, source->chart, name, day, e);
	}
	return 0;
}

static void
say(struct snapshot_result *out, const char *words)
{
	if (!out->why[0])
		snprintf(out->why, sizeof out->why, "%s", words);
}

static int
insert_answers(struct db *db, const struct row_source *source, struct day day, int64_t snapshot,
	const struct answer *answers, const struct look *looked, size_t n,
	struct snapshot_result *out, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		bool gone = look_is_gone(answers[i].status);

		if (insert_answer(db, snapshot, i, &answers[i], &looked[i], e) < 0 ||
			(gone && note_gone(db, source, &answers[i], day, e) < 0))
			return -1;
		if (looked[i].why[0])
			say(out, looked[i].why);
		else if (answers[i].partial || looked[i].partial)
			say(out, "the source says it is incomplete");
		out->partial =
			out->partial || looked[i].why[0] || answers[i].partial || looked[i].partial;
		out->answered = out->answered || (!looked[i].why[0] && !gone);
	}
	return 0;
}

/* Few rows beside the day before are no news of what has dropped out of a chart. (On Sundays there
 * are few papers.) What was asked for by name comes though the chart is empty. */
static int
compare_with_before(struct db *db, const struct row_source *source, struct day day,
	const struct row_count *count, struct snapshot_result *out, struct err *e)
{
	struct known before = { 0 };
	char words[120];

	if (source->chart && find_before(db, source->name, day, &before, e) < 0)
		return -1;
	if (count->rows == 0 || (source->chart && count->charted == 0) ||
		(before.rows && count->charted * 2 <= before.charted)) {
		snprintf(words, sizeof words, "%lld rows, where the day before had %lld",
			(long long)count->charted, (long long)before.charted);
		out->partial = true;
		say(out, before.rows ? words : "no rows");
	}
	return 0;
}

static int
finish_snapshot(
	struct db *db, int64_t id, const struct snapshot_result *r, int64_t charted, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"UPDATE snapshot SET rows = ?2, rejected = ?3, partial = ?4, why = ?5, "
		"charted = ?6 WHERE id = ?1",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, id);
	stmt_int(s, 2, r->rows);
	stmt_int(s, 3, r->rejected);
	stmt_int(s, 4, r->partial);
	stmt_textz(s, 5, r->why);
	stmt_int(s, 6, charted);
	return stmt_run(s, e);
}

/* Whole is better than partial, though not at the price of half the rows; then more rows are. */
static bool
is_worse(const struct snapshot_result *now, const struct known *old)
{
	if (now->partial == old->partial)
		return now->rows < old->rows;
	return now->partial || now->rows * 2 < old->rows;
}

/* 1 it is in place of the old one, 0 it is worse (and must be rolled back). */
static int
replace(struct db *db, const struct row_source *source, struct day day,
	const struct answer *answers, const struct look *looked, size_t n,
	struct snapshot_result *out, struct err *e)
{
	struct row_count count = { 0 };
	struct known old;
	char text[11];
	int64_t id;

	clock_print_day(day, text);
	if (find_same_day(db, source->name, text, &old, e) < 0 ||
		(old.id && delete_snapshot(db, old.id, e) < 0) ||
		insert_snapshot(db, source->name, text, taken_on(answers, n), &id, e) < 0 ||
		insert_answers(db, source, day, id, answers, looked, n, out, e) < 0 ||
		row_keep(db, source, id, day, &count, e) < 0)
		return -1;
	out->rows = count.rows;
	out->rejected = count.rejected;
	if (compare_with_before(db, source, day, &count, out, e) < 0)
		return -1;
	if (old.rows && is_worse(out, &old)) {
		say(out, "fewer rows than before");
		return 0;
	}
	return finish_snapshot(db, id, out, count.charted, e) < 0 ? -1 : 1;
}

int
snapshot_keep(struct db *db, const char *source, struct day day, const struct answer *answers,
	size_t n, struct snapshot_result *out, struct err *e)
{
	const struct row_source *known = row_source(source);
	struct arena a = { 0 };
	struct look *looked = arena_many(&a, n + 1, struct look);
	int status = 0;

	assert(known && "a source has a row in store/row.c");
	*out = (struct snapshot_result){ 0 };
	for (size_t i = 0; i < n && status == 0; i++)
		status = look_at_answer(db, known, &answers[i], &looked[i], e);
	if (status == 0)
		status = db_begin(db, e);
	if (status == 0)
		status = replace(db, known, day, answers, looked, n, out, e);
	if (status > 0)
		status = db_commit(db, e) < 0 ? -1 : 1;
	db_rollback(db);
	out->kept = status > 0;
	arena_free(&a);
	return status < 0 ? -1 : 0;
}

/* -- finding again ---------------------------------------------------------------------------- */

int
snapshot_last(struct db *db, const char *source, struct str url, struct arena *a,
	struct answer *out, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT etag, type, at, w.partial, unpacked(items), unpacked(body) "
		"FROM answer AS w JOIN snapshot AS s ON s.id = w.snapshot_id "
		"WHERE url = ?1 AND s.source = ?2 AND status = 200 AND w.why = '' "
		"AND body IS NOT NULL ORDER BY at DESC LIMIT 1",
		e);
	int status;

	if (!s)
		return -1;
	stmt_text(s, 1, url);
	stmt_textz(s, 2, source);
	status = stmt_step(s, e);
	if (status <= 0)
		return status;
	*out = (struct answer){ .source = source,
		.url = url,
		.status = 200,
		.etag = arena_str(a, stmt_get_text(s, 0)),
		.type = arena_str(a, stmt_get_text(s, 1)),
		.at = stmt_get_int(s, 2),
		.partial = stmt_get_int(s, 3) != 0,
		.items = arena_str(a, stmt_get_text(s, 4)),
		.body = arena_str(a, stmt_get_text(s, 5)) };
	stmt_reset(s);
	return 1;
}

static int
read_tracked(struct stmt *s, struct arena *a, struct tracked **out, size_t *n, struct err *e)
{
	struct tracked *list = NULL;
	size_t room = 0;
	int status;

	*n = 0;
	while ((status = stmt_step(s, e)) > 0) {
		list = arena_grow(a, list, *n, &room, sizeof *list);
		list[(*n)++] = (struct tracked){ arena_str(a, stmt_get_text(s, 0)),
			arena_str(a, stmt_get_text(s, 1)), stmt_get_int(s, 2) };
	}
	*out = list;
	return status;
}

int
snapshot_tracked(struct db *db, const char *source, struct day day, struct arena *a,
	struct tracked **out, size_t *n, struct err *e)
{
	/* Of those with one id the newest name counts: with max(), SQLite takes the other columns
	 * from the row that has it. */
	struct stmt *s = db_prepare(db,
		"SELECT name, stable, value, max(last_seen) FROM entity AS t "
		"WHERE chart = ?1 AND last_seen >= ?2 AND (charted >= ?2 OR name IN "
		"(SELECT name FROM shown WHERE source = ?1 AND day >= ?2)) "
		"GROUP BY CASE stable WHEN '' THEN name ELSE '#' || stable END "
		"HAVING NOT EXISTS (SELECT 1 FROM absent AS b "
		"WHERE b.chart = ?1 AND b.name = t.name AND times >= ?3) "
		"ORDER BY value DESC, name",
		e);
	const struct row_source *known = row_source(source);
	char from[11];

	assert(known && known->chart);
	if (!s)
		return -1;
	clock_print_day(clock_add_days(day, -TRACK), from);
	stmt_textz(s, 1, known->chart);
	stmt_textz(s, 2, from);
	stmt_int(s, 3, GONE);
	return read_tracked(s, a, out, n, e);
}

static void
read_listed(struct stmt *s, struct arena *a, struct snapshot *out)
{
	*out = (struct snapshot){ .id = stmt_get_int(s, 0),
		.source = arena_str(a, stmt_get_text(s, 1)),
		.rows = stmt_get_int(s, 3),
		.rejected = stmt_get_int(s, 4),
		.partial = stmt_get_int(s, 5) != 0 };
	clock_parse_day(stmt_get_text(s, 2), &out->day);
}

int
snapshot_list(struct db *db, const char *source, const char *also, struct day from, struct day to,
	struct arena *a, struct snapshot **out, size_t *n, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT id, source, day, rows, rejected, partial FROM snapshot "
		"WHERE source IN (?1, ?2) AND day BETWEEN ?3 AND ?4 AND rows > 0 "
		"ORDER BY day, source LIMIT ?5",
		e);
	int64_t most = 2 * ((int64_t)clock_day_number(to) - clock_day_number(from) + 1);
	char first[11], last[11];
	int status;

	if (!s)
		return -1;
	clock_print_day(from, first);
	clock_print_day(to, last);
	stmt_textz(s, 1, source);
	stmt_textz(s, 2, also);
	stmt_textz(s, 3, first);
	stmt_textz(s, 4, last);
	stmt_int(s, 5, most);
	*out = arena_many(a, (size_t)most, struct snapshot);
	*n = 0;
	while ((status = stmt_step(s, e)) > 0)
		read_listed(s, a, &(*out)[(*n)++]);
	return status;
}

int
snapshot_before(struct db *db, const char *source, const char *also, struct day day, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT 1 FROM snapshot WHERE source IN (?1, ?2) AND day < ?3 AND rows > 0 LIMIT 1",
		e);
	char text[11];

	if (!s)
		return -1;
	clock_print_day(day, text);
	stmt_textz(s, 1, source);
	stmt_textz(s, 2, also);
	stmt_textz(s, 3, text);
	return stmt_ask(s, e);
}
