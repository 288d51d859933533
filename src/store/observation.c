#include "store/observation.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/slug.h"
#include "store/entity.h"
#include "store/packed.h"

#define MOST 9007199254740991.0 /* 2^53-1: the last integer that every reader of JSON has */

enum { DESCRIPTION = 240, WORD = 60, PACKED = 4 << 20 };

/* The columns of row.c's CHART. */
enum column {
	NAME,
	STABLE,
	VALUE,
	SCORE,
	DOWNLOADS,
	FORKS,
	CREATED,
	TASK,
	QUANTIZED,
	ABOUT,
	LANGUAGE,
	LIBRARY,
	FORK,
	ARCHIVED,
	TRACKED,
};

/* Entities of the snapshot that is read: an open table of ids. */
struct seen {
	int64_t *ids;
	size_t n, room;
};

/* All that is kept of a snapshot. */
struct list {
	struct arena arena;
	struct observation *items;
	size_t n, room;
};

struct keeping {
	struct db *db;
	const struct row_source *source;
	int64_t snapshot;
	struct day day;
	struct seen seen;
	struct row_count *count;
	struct arena arena; /* of one row */
	struct list kept;
};

/* An integer, or a float without a fraction, from 0 to 2^53-1. */
static bool
counter(struct stmt *s, int i, int64_t *out)
{
	double v = stmt_get_real(s, i);

	if (stmt_is_null(s, i) || !(v >= 0 && v <= MOST) || v != floor(v))
		return false;
	*out = (int64_t)v;
	return true;
}

static bool
score(struct stmt *s, double *out)
{
	*out = stmt_get_real(s, SCORE);
	return !stmt_is_null(s, SCORE) && *out >= 0 && *out <= MOST;
}

/* GitHub's is a number above 0, HuggingFace's a word. */
static struct str
stable_of(struct stmt *s, bool number, struct arena *a)
{
	struct str word = stmt_get_text(s, STABLE);
	int64_t id;

	if (!number)
		return slug_is_name(word, 0, 0) ? arena_str(a, word) : (struct str){ 0 };
	if (!counter(s, STABLE, &id) || id == 0)
		return (struct str){ 0 };
	return str_of(arena_printf(a, "%lld", (long long)id));
}

static struct str
name_of(struct stmt *s, int i, int least_slashes, struct arena *a)
{
	struct str name = stmt_get_text(s, i);

	return slug_is_name(name, least_slashes, 1) ? arena_str(a, name) : (struct str){ 0 };
}

static struct entity
read_entity(struct stmt *s, const struct keeping *k, struct arena *a)
{
	struct entity t = { .chart = k->source->chart,
		.name = name_of(s, NAME, k->source->least_slashes, a),
		.stable = stable_of(s, k->source->least_slashes > 0, a),
		.task = row_text(stmt_get_text(s, TASK), WORD, a),
		.quantized = name_of(s, QUANTIZED, 0, a),
		.description = row_text(stmt_get_text(s, ABOUT), DESCRIPTION, a),
		.language = row_text(stmt_get_text(s, LANGUAGE), WORD, a),
		.library = row_text(stmt_get_text(s, LIBRARY), WORD, a),
		.fork = stmt_get_int(s, FORK) != 0,
		.archived = stmt_get_int(s, ARCHIVED) != 0 };

	t.has_created = row_day(stmt_get_text(s, CREATED), k->day, &t.created);
	return t;
}

static size_t
place_of(const struct seen *t, int64_t id)
{
	size_t at = hash_place(id, t->room);

	while (t->ids[at] && t->ids[at] != id)
		at = (at + 1) & (t->room - 1);
	return at;
}

static void
grow(struct seen *t)
{
	struct seen bigger = { .room = t->room ? t->room * 2 : 1024, .n = t->n };

	bigger.ids = mem_alloc(bigger.room * sizeof *bigger.ids);
	for (size_t i = 0; i < bigger.room; i++)
		bigger.ids[i] = 0;
	for (size_t i = 0; i < t->room; i++)
		if (t->ids[i])
			bigger.ids[place_of(&bigger, t->ids[i])] = t->ids[i];
	free(t->ids);
	*t = bigger;
}

/* Was it there before in this snapshot? Now it is. */
static bool
seen_before(struct seen *t, int64_t id)
{
	size_t at;

	if (t->n * 2 >= t->room)
		grow(t);
	at = place_of(t, id);
	if (t->ids[at])
		return true;
	t->ids[at] = id;
	t->n++;
	return false;
}

static int
insert(struct keeping *k, const struct observation *o, struct err *e)
{
	struct stmt *s = db_prepare(k->db,
		"INSERT INTO observation (snapshot_id, n, entity_id, value, score, downloads, "
		"forks) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, k->snapshot);
	stmt_int(s, 2, k->count->rows);
	stmt_int(s, 3, o->entity);
	stmt_int(s, 4, o->value);
	if (o->has_score)
		stmt_real(s, 5, o->score);
	else
		stmt_null(s, 5);
	stmt_int_or_null(s, 6, o->has_downloads, o->downloads);
	stmt_int_or_null(s, 7, o->has_forks, o->forks);
	return stmt_run(s, e);
}

static void
add(struct list *list, const struct observation *o)
{
	list->items =
		arena_grow(&list->arena, list->items, list->n, &list->room, sizeof *list->items);
	list->items[list->n++] = *o;
}

static int
keep_row(struct keeping *k, struct stmt *s, struct err *e)
{
	struct entity t = read_entity(s, k, &k->arena);
	struct observation o = { 0 };

	if (t.name.n == 0 || !counter(s, VALUE, &o.value)) {
		k->count->rejected++;
		return 0;
	}
	o.has_score = score(s, &o.score);
	o.has_downloads = counter(s, DOWNLOADS, &o.downloads);
	o.has_forks = counter(s, FORKS, &o.forks);
	if (entity_see(k->db, &t, k->day, o.value, !stmt_get_int(s, TRACKED), &o.entity, e) < 0)
		return -1;
	if (seen_before(&k->seen, o.entity))
		return 0;
	if (insert(k, &o, e) < 0)
		return -1;
	add(&k->kept, &o);
	k->count->rows++;
	k->count->charted += !stmt_get_int(s, TRACKED);
	return 0;
}

static int
insert_values(
	struct db *db, int64_t snapshot, struct str counters, struct str details, struct err *e)
{
	struct stmt *s = db_prepare(
		db, "INSERT INTO packed (snapshot_id, counters, details) VALUES (?1, ?2, ?3)", e);

	if (!s)
		return -1;
	stmt_int(s, 1, snapshot);
	stmt_blob(s, 2, counters);
	stmt_blob(s, 3, details);
	return stmt_run(s, e);
}

static int
insert_packed(struct db *db, int64_t snapshot, const struct list *list, struct err *e)
{
	struct buf counters, details;
	int status;

	buf_init(&counters, PACKED);
	buf_init(&details, PACKED);
	packed_write(list->items, list->n, &counters, &details);
	assert(!counters.over && !details.over && "row.c has a limit of rows");
	status = insert_values(db, snapshot, buf_str(&counters), buf_str(&details), e);
	buf_free(&counters);
	buf_free(&details);
	return status;
}

int
observation_keep(struct db *db, const struct row_source *source, int64_t snapshot, struct day day,
	struct row_count *out, struct err *e)
{
	struct keeping k = {
		.db = db, .source = source, .snapshot = snapshot, .day = day, .count = out
	};
	struct stmt *s = db_prepare(db, source->view, e);
	int status;

	if (!s)
		return -1;
	stmt_int(s, 1, snapshot);
	while ((status = stmt_step(s, e)) > 0) {
		status = keep_row(&k, s, e);
		arena_free(&k.arena);
		if (status < 0) {
			stmt_reset(s);
			break;
		}
	}
	if (status == 0)
		status = insert_packed(db, snapshot, &k.kept, e);
	arena_free(&k.kept.arena);
	free(k.seen.ids);
	return status;
}

/* -- packing what was kept before -------------------------------------------------------------- */

static struct observation
read_row(struct stmt *s)
{
	return (struct observation){ .entity = stmt_get_int(s, 0),
		.value = stmt_get_int(s, 1),
		.has_score = !stmt_is_null(s, 2),
		.score = stmt_get_real(s, 2),
		.has_downloads = !stmt_is_null(s, 3),
		.downloads = stmt_get_int(s, 3),
		.has_forks = !stmt_is_null(s, 4),
		.forks = stmt_get_int(s, 4) };
}

static int
read_rows(struct db *db, int64_t snapshot, struct list *out, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT entity_id, value, score, downloads, forks FROM observation "
		"WHERE snapshot_id = ?1 ORDER BY n",
		e);
	int status;

	if (!s)
		return -1;
	stmt_int(s, 1, snapshot);
	while ((status = stmt_step(s, e)) > 0) {
		struct observation o = read_row(s);

		add(out, &o);
	}
	return status;
}

static int
pack(struct db *db, int64_t snapshot, struct err *e)
{
	struct list list = { 0 };
	int status = read_rows(db, snapshot, &list, e);

	if (status == 0)
		status = insert_packed(db, snapshot, &list, e);
	arena_free(&list.arena);
	return status;
}

int
observation_pack_all(struct db *db, struct err *e)
{
	struct stmt *s = db_prepare(db, "SELECT DISTINCT snapshot_id FROM observation", e);
	int status;

	if (!s)
		return -1;
	while ((status = stmt_step(s, e)) > 0)
		if (pack(db, stmt_get_int(s, 0), e) < 0) {
			stmt_reset(s);
			return -1;
		}
	return status;
}

/* -- reading ---------------------------------------------------------------------------------- */

int
observation_read(struct db *db, int64_t snapshot, bool details, struct arena *a, struct packed *out,
	struct err *e)
{
	struct stmt *s =
		db_prepare(db, "SELECT counters, details FROM packed WHERE snapshot_id = ?1", e);
	struct str counters, more = { 0 };
	int status;

	*out = (struct packed){ 0 };
	if (!s)
		return -1;
	stmt_int(s, 1, snapshot);
	status = stmt_step(s, e);
	if (status <= 0)
		return status;
	counters = arena_str(a, stmt_get_blob(s, 0));
	if (details)
		more = arena_str(a, stmt_get_blob(s, 1));
	stmt_reset(s);
	if (!packed_open(counters, more, out))
		return err_set(e, ERR_CONFIG,
			"the counters of snapshot %lld are damaged: collect that day again, or "
			"take a backup back (morningpost db restore)",
			(long long)snapshot);
	return 0;
}

int
observation_each(struct db *db, int64_t snapshot, observation_fn *fn, void *context, struct err *e)
{
	struct arena a = { 0 };
	struct packed p;
	int status = observation_read(db, snapshot, true, &a, &p, e);

	for (size_t i = 0; status == 0 && i < p.n; i++) {
		struct observation o = packed_at(&p, i);

		status = fn(context, &o, e);
	}
	arena_free(&a);
	return status;
}
