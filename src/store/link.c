#include "store/link.h"

#include "base/text.h"

enum { TITLE = 200, NOTE = 480, LONGEST_URL = 2000 };

/* The columns of row.c's LINKS. */
enum column { KEY, TITLE_COLUMN, URL, NOTE_COLUMN, SOURCE, PUBLISHED, WEIGHT };

/* An address that may stand in a letter: http or https, a host, and printable ASCII without what
 * ends an attribute. */
static bool
is_address(struct str s)
{
	size_t scheme = text_web_scheme(s);

	if (scheme == 0 || s.n == scheme || s.p[scheme] == '/' || s.n > LONGEST_URL)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '"' || s.p[i] == '<' ||
			s.p[i] == '>' || s.p[i] == '\\')
			return false;
	return true;
}

static int
insert(struct db *db, int64_t snapshot, int64_t n, const struct link_row *link, bool dated,
	struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO link (snapshot_id, n, key, title, url, note, source, published, "
		"weight) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, nullif(?9, 0) "
		"WHERE NOT EXISTS (SELECT 1 FROM link WHERE snapshot_id = ?1 AND url = ?5)",
		e);
	char day[11];

	if (!s)
		return -1;
	clock_print_day(link->day, day);
	stmt_int(s, 1, snapshot);
	stmt_int(s, 2, n);
	stmt_text(s, 3, link->key);
	stmt_text(s, 4, link->title);
	stmt_text(s, 5, link->url);
	stmt_text(s, 6, link->note);
	stmt_text(s, 7, link->source);
	stmt_textz(s, 8, dated ? day : NULL);
	stmt_real(s, 9, link->weight);
	return stmt_run(s, e);
}

/* 1 kept, 0 it was there before or is no good (then rejected counts it). */
static int
keep_row(struct db *db, int64_t snapshot, struct stmt *s, struct day day, struct arena *a,
	struct row_count *count, struct err *e)
{
	double weight = stmt_get_real(s, WEIGHT);
	struct link_row link = { .key = row_text(stmt_get_text(s, KEY), TITLE, a),
		.title = row_text(stmt_get_text(s, TITLE_COLUMN), TITLE, a),
		.url = arena_str(a, stmt_get_text(s, URL)),
		.note = row_text(stmt_get_text(s, NOTE_COLUMN), NOTE, a),
		.source = row_text(stmt_get_text(s, SOURCE), TITLE, a),
		.day = day,
		.weight = weight > 0 && weight < 1e9 ? weight : 0 };
	bool dated = row_day(stmt_get_text(s, PUBLISHED), day, &link.day);

	if (!dated)
		link.day = day;
	if (link.title.n == 0 || !is_address(link.url)) {
		count->rejected++;
		return 0;
	}
	if (insert(db, snapshot, count->rows, &link, dated, e) < 0)
		return -1;
	count->rows += db_changes(db);
	return 0;
}

int
link_keep(struct db *db, const struct row_source *source, int64_t snapshot, struct day day,
	struct row_count *out, struct err *e)
{
	struct stmt *s = db_prepare(db, source->view, e);
	struct arena a = { 0 };
	int status;

	if (!s)
		return -1;
	stmt_int(s, 1, snapshot);
	while ((status = stmt_step(s, e)) > 0) {
		status = keep_row(db, snapshot, s, day, &a, out, e);
		arena_free(&a);
		if (status < 0) {
			stmt_reset(s);
			return -1;
		}
	}
	return status;
}

/* 1 found, 0 none. */
static int
find_newest(struct db *db, const char *source, const char *from, const char *to, int64_t *snapshot,
	int64_t *rows, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT id, rows FROM snapshot WHERE source = ?1 AND day BETWEEN ?2 AND ?3 "
		"AND rows > 0 ORDER BY day DESC LIMIT 1",
		e);
	int status;

	if (!s)
		return -1;
	stmt_textz(s, 1, source);
	stmt_textz(s, 2, from);
	stmt_textz(s, 3, to);
	status = stmt_step(s, e);
	if (status > 0) {
		*snapshot = stmt_get_int(s, 0);
		*rows = stmt_get_int(s, 1);
		stmt_reset(s);
	}
	return status;
}

static void
read_row(struct stmt *s, struct arena *a, struct link_row *out)
{
	*out = (struct link_row){ .key = arena_str(a, stmt_get_text(s, 0)),
		.title = arena_str(a, stmt_get_text(s, 1)),
		.url = arena_str(a, stmt_get_text(s, 2)),
		.note = arena_str(a, stmt_get_text(s, 3)),
		.source = arena_str(a, stmt_get_text(s, 4)),
		.weight = stmt_get_real(s, 6) };
	clock_parse_day(stmt_get_text(s, 5), &out->day);
}

int
link_read(struct db *db, const char *source, struct day from, struct day to, struct arena *a,
	struct link_row **out, size_t *n, struct err *e)
{
	char first[11], last[11];
	int64_t snapshot, rows;
	struct stmt *s;
	int status;

	*n = 0;
	clock_print_day(from, first);
	clock_print_day(to, last);
	status = find_newest(db, source, first, last, &snapshot, &rows, e);
	if (status <= 0)
		return status;
	*out = arena_many(a, (size_t)rows, struct link_row);
	s = db_prepare(db,
		"SELECT key, title, url, note, l.source, coalesce(published, day), weight "
		"FROM link AS l JOIN snapshot AS s ON s.id = l.snapshot_id "
		"WHERE l.snapshot_id = ?1 ORDER BY l.n LIMIT ?2",
		e);
	if (!s)
		return -1;
	stmt_int(s, 1, snapshot);
	stmt_int(s, 2, rows);
	while ((status = stmt_step(s, e)) > 0)
		read_row(s, a, &(*out)[(*n)++]);
	return status;
}
