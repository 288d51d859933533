#include "store/suppression.h"

#include <assert.h>
#include <string.h>

static struct str
bytes_of(const uint8_t hash[static SUPPRESSION_HASH])
{
	return (struct str){ .p = (const char *)hash, .n = SUPPRESSION_HASH };
}

int
suppression_add(struct db *db, const uint8_t hash[static SUPPRESSION_HASH], struct str email,
	struct str why, int64_t now, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO suppression (hash, email, why, at) VALUES (?1, ?2, ?3, ?4)"
		" ON CONFLICT (hash) DO UPDATE SET email = coalesce(email, excluded.email)",
		e);

	if (!s)
		return -1;
	stmt_blob(s, 1, bytes_of(hash));
	stmt_text_or_null(s, 2, email);
	stmt_text(s, 3, why);
	stmt_int(s, 4, now);
	return stmt_run(s, e);
}

int
suppression_remove(struct db *db, const uint8_t hash[static SUPPRESSION_HASH], struct err *e)
{
	struct stmt *s = db_prepare(db, "DELETE FROM suppression WHERE hash = ?1", e);

	if (!s)
		return -1;
	stmt_blob(s, 1, bytes_of(hash));
	return stmt_run(s, e) < 0 ? -1 : db_changes(db) > 0;
}

int
suppression_has(struct db *db, const uint8_t hash[static SUPPRESSION_HASH], struct err *e)
{
	struct stmt *s = db_prepare(db, "SELECT 1 FROM suppression WHERE hash = ?1", e);

	if (!s)
		return -1;
	stmt_blob(s, 1, bytes_of(hash));
	return stmt_ask(s, e);
}

int
suppression_why(struct db *db, const uint8_t hash[static SUPPRESSION_HASH], struct arena *a,
	struct str *out, struct err *e)
{
	struct stmt *s = db_prepare(db, "SELECT why FROM suppression WHERE hash = ?1", e);
	int status;

	if (!s)
		return -1;
	stmt_blob(s, 1, bytes_of(hash));
	status = stmt_step(s, e);
	if (status > 0) {
		*out = arena_str(a, stmt_get_text(s, 0));
		stmt_reset(s);
	}
	return status;
}

/* The next of them behind `after`; *n of them. */
static int
read_chunk(struct db *db, struct str after, struct arena *a, struct suppression *out, size_t room,
	size_t *n, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT hash, email, why, at FROM suppression WHERE hash > ?1 ORDER BY hash LIMIT "
		"?2",
		e);
	int status;

	*n = 0;
	if (!s)
		return -1;
	stmt_blob(s, 1, after);
	stmt_int(s, 2, (int64_t)room);
	for (; (status = stmt_step(s, e)) > 0; (*n)++) {
		struct str hash = stmt_get_blob(s, 0);

		/* The schema checks it. */
		assert(hash.n == SUPPRESSION_HASH);
		memcpy(out[*n].hash, hash.p, SUPPRESSION_HASH);
		out[*n].email = arena_str(a, stmt_get_text(s, 1));
		out[*n].why = arena_str(a, stmt_get_text(s, 2));
		out[*n].at = stmt_get_int(s, 3);
	}
	return status;
}

int
suppression_each(struct db *db, suppression_fn *fn, void *context, struct err *e)
{
	enum { CHUNK = 500 };
	uint8_t after[SUPPRESSION_HASH];
	struct str last = { 0 };
	struct suppression *chunk;
	struct arena a = { 0 };
	size_t n;
	int status;

	do {
		chunk = arena_many(&a, CHUNK, struct suppression);
		status = read_chunk(db, last, &a, chunk, CHUNK, &n, e);
		for (size_t i = 0; status == 0 && i < n; i++)
			status = fn(context, &chunk[i], e);
		if (n) {
			memcpy(after, chunk[n - 1].hash, sizeof after);
			last = bytes_of(after);
		}
		arena_free(&a);
	} while (status == 0 && n == CHUNK);
	return status < 0 ? -1 : 0;
}
