#include "store/entity.h"

#include "base/buf.h"
#include "base/hash.h"

enum { LIST = 32 << 20 }; /* a million numbers; there are some thousands */

/* A length goes before each text, so that nothing moves from one to the next unseen. */
static int64_t
digest(const struct entity *t)
{
	const struct str texts[] = { t->task, t->quantized, t->description, t->language,
		t->library };
	uint64_t h = HASH_SEED;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		h = hash_add(hash_add_number(h, texts[i].n), texts[i]);
	h = hash_add_number(h, (uint64_t)(t->has_created ? clock_day_number(t->created) + 1 : 0));
	return (int64_t)(h ^ (uint64_t)t->fork ^ (uint64_t)t->archived << 1);
}

/* What was absent is back. */
static int
find_again(struct db *db, const struct entity *t, struct err *e)
{
	struct stmt *s = db_prepare(db, "DELETE FROM absent WHERE chart = ?1 AND name = ?2", e);

	if (!s)
		return -1;
	stmt_textz(s, 1, t->chart);
	stmt_text(s, 2, t->name);
	return stmt_run(s, e);
}

int
entity_see(struct db *db, const struct entity *t, struct day day, int64_t value, bool charted,
	int64_t *id, struct err *e)
{
	/* Days may come in any order: recorded ones are taken in later. */
	struct stmt *s = db_prepare(db,
		"INSERT INTO entity (chart, name, stable, digest, created, task, quantized, "
		"description, language, library, fork, archived, first_seen, last_seen, charted, "
		"value) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13, "
		"?14, ?15) ON CONFLICT (chart, name, stable, digest) DO UPDATE SET "
		"first_seen = min(first_seen, excluded.first_seen), "
		"value = CASE WHEN excluded.last_seen >= last_seen THEN excluded.value "
		"ELSE value END, "
		"last_seen = max(last_seen, excluded.last_seen), "
		"charted = nullif(max(coalesce(charted, ''), coalesce(excluded.charted, '')), '') "
		"RETURNING id",
		e);
	char today[11], created[11];

	if (!s || find_again(db, t, e) < 0)
		return -1;
	clock_print_day(day, today);
	stmt_textz(s, 1, t->chart);
	stmt_text(s, 2, t->name);
	stmt_text(s, 3, t->stable);
	stmt_int(s, 4, digest(t));
	if (t->has_created)
		clock_print_day(t->created, created);
	stmt_textz(s, 5, t->has_created ? created : NULL);
	stmt_text(s, 6, t->task);
	stmt_text(s, 7, t->quantized);
	stmt_text(s, 8, t->description);
	stmt_text(s, 9, t->language);
	stmt_text(s, 10, t->library);
	stmt_int(s, 11, t->fork);
	stmt_int(s, 12, t->archived);
	stmt_textz(s, 13, today);
	stmt_textz(s, 14, charted ? today : NULL);
	stmt_int(s, 15, value);
	if (stmt_step(s, e) < 0)
		return -1;
	*id = stmt_get_int(s, 0);
	stmt_reset(s);
	return 0;
}

/* The columns of a statement from `at` on. */
#define COLUMNS                                                                                    \
	"name, stable, created, task, quantized, description, language, library, fork, archived"

static struct str
text_at(struct stmt *s, int i, struct arena *a)
{
	struct str text = stmt_get_text(s, i);

	return text.n ? arena_str(a, text) : STR("");
}

static struct entity
read_entity(struct stmt *s, int at, struct arena *a)
{
	struct entity t = { .name = text_at(s, at, a),
		.stable = text_at(s, at + 1, a),
		.task = text_at(s, at + 3, a),
		.quantized = text_at(s, at + 4, a),
		.description = text_at(s, at + 5, a),
		.language = text_at(s, at + 6, a),
		.library = text_at(s, at + 7, a),
		.fork = stmt_get_int(s, at + 8) != 0,
		.archived = stmt_get_int(s, at + 9) != 0 };

	t.has_created = clock_parse_day(stmt_get_text(s, at + 2), &t.created);
	return t;
}

int
entity_get(struct db *db, int64_t id, struct arena *a, struct entity *out, struct err *e)
{
	struct stmt *s = db_prepare(db, "SELECT " COLUMNS " FROM entity WHERE id = ?1", e);
	int status;

	if (!s)
		return -1;
	stmt_int(s, 1, id);
	status = stmt_step(s, e);
	if (status <= 0)
		return status;
	*out = read_entity(s, 0, a);
	stmt_reset(s);
	return 1;
}

/* Thousands of them: printf would take as long as the reading. */
static void
add_id(struct buf *b, int64_t id)
{
	char digits[20];
	size_t at = sizeof digits;

	for (uint64_t n = (uint64_t)id; at == sizeof digits || n; n /= 10)
		digits[--at] = (char)('0' + n % 10);
	buf_add(b, (struct str){ .p = digits + at, .n = sizeof digits - at });
}

static struct str
json_list(const int64_t *ids, size_t n, struct buf *b)
{
	buf_addc(b, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addc(b, ',');
		add_id(b, ids[i]);
	}
	buf_addc(b, ']');
	return buf_str(b);
}

static int
each(struct db *db, struct str list, struct arena *a, entity_fn *fn, void *context, struct err *e)
{
	/* CROSS JOIN: SQLite keeps this order of the two. */
	struct stmt *s = db_prepare(db,
		"SELECT t.id, " COLUMNS
		" FROM json_each(?1) AS j CROSS JOIN entity AS t ON t.id = j.value",
		e);
	int status;

	if (!s)
		return -1;
	stmt_text(s, 1, list);
	while ((status = stmt_step(s, e)) > 0) {
		struct entity t = read_entity(s, 1, a);

		if (fn(context, stmt_get_int(s, 0), &t, e) < 0) {
			stmt_reset(s);
			return -1;
		}
	}
	return status;
}

int
entity_each(struct db *db, const int64_t *ids, size_t n, struct arena *a, entity_fn *fn,
	void *context, struct err *e)
{
	struct buf b;
	int status;

	buf_init(&b, LIST);
	status = each(db, json_list(ids, n, &b), a, fn, context, e);
	buf_free(&b);
	return status;
}

int
entity_miss(struct db *db, const char *chart, struct str name, struct day day, struct err *e)
{
	/* A second run of the day does not count again. */
	struct stmt *s = db_prepare(db,
		"INSERT INTO absent (chart, name, day, times) VALUES (?1, ?2, ?3, 1) "
		"ON CONFLICT (chart, name) DO UPDATE SET "
		"times = times + (excluded.day > day), day = max(day, excluded.day)",
		e);
	char today[11];

	if (!s)
		return -1;
	clock_print_day(day, today);
	stmt_textz(s, 1, chart);
	stmt_text(s, 2, name);
	stmt_textz(s, 3, today);
	return stmt_run(s, e);
}
