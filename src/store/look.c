#include "store/look.h"

#include <stdio.h>

#include "base/json.h"

bool
look_is_gone(int status)
{
	return status == 404 || status == 451;
}

/* What SQLite says of a JSON text at a path: is it an array there? Is it text? Is it true? */
static int
shape_of(struct db *db, struct str text, const struct row_source *source, bool *rows, bool *one,
	bool *incomplete, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT json_type(?1, ?2) IS 'array', json_type(?1, ?3) IS 'text', "
		"json_type(?1, '$.incomplete_results') IS 'true'",
		e);

	if (!s)
		return -1;
	stmt_text(s, 1, text);
	stmt_textz(s, 2, source->rows_at);
	stmt_textz(s, 3, source->one);
	if (stmt_step(s, e) < 0)
		return -1;
	*rows = stmt_get_int(s, 0);
	*one = stmt_get_int(s, 1);
	*incomplete = stmt_get_int(s, 2);
	stmt_reset(s);
	return 0;
}

/* Rows that collect read from a body that is no JSON. */
static void
look_at_items(struct str items, struct look *l)
{
	enum json_kind kind;
	struct err why;

	if (json_check(&items, &kind, &why) < 0 || kind != JSON_ARRAY)
		snprintf(l->why, sizeof l->why, "its items are no JSON array");
	else
		l->rows_at = "$";
}

static int
look_at_body(struct db *db, const struct row_source *source, struct str body, struct look *l,
	struct err *e)
{
	enum json_kind kind;
	struct err why;
	bool rows, one;

	if (json_check(&body, &kind, &why) < 0) {
		snprintf(l->why, sizeof l->why, "%s", why.text);
		return 0;
	}
	if (shape_of(db, body, source, &rows, &one, &l->partial, e) < 0)
		return -1;
	if (rows)
		l->rows_at = source->rows_at;
	else if (one && kind == JSON_OBJECT)
		l->rows_at = "one";
	else
		snprintf(l->why, sizeof l->why, "no array at %s", source->rows_at);
	return 0;
}

int
look_at_answer(struct db *db, const struct row_source *source, const struct answer *answer,
	struct look *l, struct err *e)
{
	*l = (struct look){ .rows_at = "" };
	if (look_is_gone(answer->status))
		return 0;
	if (answer->status != 200)
		snprintf(l->why, sizeof l->why, "status %d", answer->status);
	else if (answer->items.n)
		look_at_items(answer->items, l);
	else
		return look_at_body(db, source, answer->body, l, e);
	return 0;
}
