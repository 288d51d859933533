#include "store/headline.h"

int
headline_keep(struct db *db, const struct headline *h, int64_t now, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO headline (edition_id, title, summary, author, number, chosen_at) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (edition_id) DO NOTHING",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, h->edition_id);
	stmt_text(s, 2, h->title);
	stmt_text(s, 3, h->summary);
	stmt_text(s, 4, h->author);
	stmt_text(s, 5, h->number);
	stmt_int(s, 6, now);
	return stmt_run(s, e);
}

static int
read_row(struct stmt *s, struct arena *a, struct headline *out, struct err *e)
{
	*out = (struct headline){ .edition_id = stmt_get_int(s, 1),
		.hash = arena_str(a, stmt_get_text(s, 2)),
		.title = arena_str(a, stmt_get_text(s, 3)),
		.summary = arena_str(a, stmt_get_text(s, 4)),
		.author = arena_str(a, stmt_get_text(s, 5)),
		.number = arena_str(a, stmt_get_text(s, 6)),
		.published_at = stmt_get_int(s, 7),
		.updated_at = stmt_get_int(s, 8) };
	if (!clock_parse_day(stmt_get_text(s, 0), &out->day))
		return err_set(e, ERR_CONFIG,
			"the database has an issue without a day; 'db check' says more");
	return 0;
}

/* What a person has is asked last, of the few issues that hang on it. */
int
headline_list(struct db *db, struct arena *a, struct headline **out, size_t *count, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT i.day, i.edition_id, ed.hash, coalesce(h.title, ed.subject), "
		"coalesce(h.summary, ''), coalesce(h.author, ''), coalesce(h.number, ''), "
		"i.started_at, max(i.started_at, coalesce(h.chosen_at, 0)) "
		"FROM issue i JOIN edition ed ON ed.id = i.edition_id "
		"LEFT JOIN headline h ON h.edition_id = ed.id "
		"WHERE i.state IN ('sending', 'sent') OR (i.state IN ('planning', 'stale') AND "
		"EXISTS (SELECT 1 FROM delivery d WHERE d.issue_id = i.id AND d.state = 'sent')) "
		"ORDER BY i.day DESC",
		e);
	size_t room = 0;
	int got;

	*out = NULL;
	*count = 0;
	if (!s)
		return -1;
	while ((got = stmt_step(s, e)) == 1) {
		if (*count == room)
			*out = arena_grow(a, *out, *count, &room, sizeof **out);
		got = read_row(s, a, &(*out)[*count], e);
		if (got < 0)
			break;
		++*count;
	}
	stmt_reset(s);
	return got;
}

int
headline_stamp(struct db *db, int64_t *out, struct err *e)
{
	struct stmt *s = db_prepare(db, "PRAGMA data_version", e);

	if (!s || stmt_step(s, e) < 0)
		return -1;
	*out = stmt_get_int(s, 0);
	stmt_reset(s);
	return 0;
}
