#include "trend/series.h"

#include <assert.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/text.h"

/* A name with an id, as rows have it; the same on many days. */
struct identity {
	struct str name, folded; /* as it stands; as names are compared */
	int64_t id;              /* 0: none */
	bool good;               /* its name is one */
	struct str key;
	size_t series; /* its place in the table */
	size_t rows;   /* how many have it */
};

/* All identities: a list, and an open table that finds them. */
struct identities {
	struct identity *list;
	size_t n, room;
	size_t *slots; /* place in the list + 1; 0: free */
	size_t slot_count;
};

/* -- identities ------------------------------------------------------------------------------- */

static size_t
hash(struct str name, int64_t id)
{
	uint64_t h = hash_add(HASH_SEED ^ (uint64_t)id, name);

	return (size_t)(h ^ h >> 32);
}

static size_t *
slot_of(const struct identities *t, struct str name, int64_t id)
{
	size_t at = hash(name, id) & (t->slot_count - 1);

	while (t->slots[at] && (t->list[t->slots[at] - 1].id != id ||
				       !str_eq(t->list[t->slots[at] - 1].name, name)))
		at = (at + 1) & (t->slot_count - 1);
	return &t->slots[at];
}

static void
grow(struct identities *t, struct arena *a)
{
	struct identity *bigger = arena_many(a, t->room ? t->room * 2 : 512, struct identity);

	for (size_t i = 0; i < t->n; i++)
		bigger[i] = t->list[i];
	t->list = bigger;
	t->room = t->room ? t->room * 2 : 512;
	t->slot_count = t->room * 2;
	t->slots = arena_many(a, t->slot_count, size_t);
	for (size_t i = 0; i < t->n; i++)
		*slot_of(t, t->list[i].name, t->list[i].id) = i + 1;
}

/* The place of a row's identity in the list. */
static size_t
identify(struct identities *t, enum trend_kind kind, const struct trend_row *row, struct arena *a)
{
	int64_t id = row->id > 0 ? row->id : 0;
	size_t *slot;

	if (t->n == t->room)
		grow(t, a);
	slot = slot_of(t, row->name, id);
	if (!*slot) {
		t->list[t->n] = (struct identity){ .name = row->name,
			.folded = kind == TREND_GITHUB ? text_lower(row->name, a) : row->name,
			.id = id,
			.good = trend_name_ok(kind, row->name) };
		*slot = ++t->n;
	}
	return *slot - 1;
}

/* -- keys ------------------------------------------------------------------------------------- */

static int
by_name(const void *x, const void *y)
{
	const struct identity *a = *(struct identity *const *)x, *b = *(struct identity *const *)y;
	int order = str_cmp(a->folded, b->folded);

	return order ? order : (a->id > b->id) - (a->id < b->id);
}

static int
by_id(const void *x, const void *y)
{
	const struct identity *a = *(struct identity *const *)x, *b = *(struct identity *const *)y;

	return a->id != b->id ? (a->id > b->id) - (a->id < b->id) : str_cmp(a->folded, b->folded);
}

static int
by_key(const void *x, const void *y)
{
	const struct identity *a = *(struct identity *const *)x, *b = *(struct identity *const *)y;

	return str_cmp(a->key, b->key);
}

/* '#' is in no name, so that a repository called 123/456 meets no id. */
static void
take_id_for_key(struct identity *t, int64_t id, struct arena *a)
{
	t->key = str_of(arena_printf(a, "#%lld", (long long)id));
	t->id = id;
}

/* The ids of those without one: the one that their name ever had, if it is just one. Sorted by name,
 * those without stand first. */
static void
lend_ids(struct identity **sorted, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t end = i + 1, with = i;
		bool one = true;

		while (end < n && str_eq(sorted[end]->folded, sorted[i]->folded))
			end++;
		while (with < end && sorted[with]->id == 0)
			with++;
		for (size_t k = with; k < end; k++)
			one = one && sorted[k]->id == sorted[with]->id;
		for (size_t k = i; one && with < end && k < with; k++)
			sorted[k]->id = sorted[with]->id;
		i = end;
	}
}

/* Does the id that begins at i have more than one name? *end is behind its last. */
static bool
has_names(struct identity *const *sorted, size_t n, size_t i, size_t *end)
{
	bool several = false;

	for (*end = i + 1; *end < n && sorted[*end]->id == sorted[i]->id; (*end)++)
		several = several || !str_eq(sorted[*end]->folded, sorted[i]->folded);
	return several;
}

static void
give_keys(enum trend_kind kind, struct identity **sorted, size_t n, struct arena *a)
{
	qsort(sorted, n, sizeof *sorted, by_name);
	lend_ids(sorted, n);
	qsort(sorted, n, sizeof *sorted, by_id);
	for (size_t i = 0, end; i < n; i = end) {
		bool by_number = has_names(sorted, n, i, &end) || kind == TREND_GITHUB;

		for (size_t k = i; k < end; k++)
			if (by_number && sorted[k]->id)
				take_id_for_key(sorted[k], sorted[k]->id, a);
			else
				sorted[k]->key = sorted[k]->folded;
	}
	qsort(sorted, n, sizeof *sorted, by_key);
}

/* -- series ----------------------------------------------------------------------------------- */

static void
fill_text(struct str *first, struct str later)
{
	if (first->n == 0)
		*first = later;
}

/* The first row of a day wins; what it lacks comes from the later ones. */
static void
fill_missing(struct trend_row *first, const struct trend_row *later)
{
	if (!first->has_score && later->has_score) {
		first->has_score = true;
		first->score = later->score;
	}
	if (!first->has_downloads && later->has_downloads) {
		first->has_downloads = true;
		first->downloads = later->downloads;
	}
	if (!first->has_forks && later->has_forks) {
		first->has_forks = true;
		first->forks = later->forks;
	}
	fill_text(&first->task, later->task);
	fill_text(&first->quantized, later->quantized);
	fill_text(&first->description, later->description);
	fill_text(&first->language, later->language);
	fill_text(&first->library, later->library);
	first->fork = first->fork || later->fork;
	first->archived = first->archived || later->archived;
	if (first->created == TREND_NO_DAY)
		first->created = later->created;
}

/* A series for each key, and where among all rows its own will stand: in key order, behind one
 * another. Returns how many there are. */
static size_t
lay_out(struct series_table *t, struct identity *const *sorted, size_t n, struct trend_row *rows,
	struct arena *a)
{
	size_t at = 0;

	t->list = arena_many(a, n + 1, struct series);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || !str_eq(sorted[i]->key, sorted[i - 1]->key))
			t->list[t->n++] =
				(struct series){ .key = sorted[i]->key, .rows = &rows[at] };
		sorted[i]->series = t->n - 1;
		at += sorted[i]->rows;
	}
	return at;
}

/* Where each row goes: those of a series in the order they stand now, bad ones behind all. In the
 * place of what says whose they are. */
static void
find_places(struct series_table *t, const struct identity *list, const struct trend_row *rows,
	size_t *of, size_t n, size_t behind)
{
	for (size_t i = 0; i < n; i++) {
		bool good = rows[i].has_value && list[of[i]].good;
		struct series *s = good ? &t->list[list[of[i]].series] : NULL;

		of[i] = s ? (size_t)(s->rows - rows) + s->n++ : behind++;
	}
}

static void
move(struct trend_row *rows, size_t *to, size_t n)
{
	for (size_t i = 0; i < n; i++)
		while (to[i] != i) {
			size_t there = to[i], next = to[there];
			struct trend_row row = rows[there];

			rows[there] = rows[i];
			to[there] = there;
			rows[i] = row;
			to[i] = next;
		}
}

/* One row a day. */
static void
merge(struct series *s)
{
	size_t kept = 1;

	for (size_t i = 1; i < s->n; i++) {
		assert(s->rows[kept - 1].day <= s->rows[i].day && "rows stand by day");
		if (s->rows[kept - 1].day == s->rows[i].day)
			fill_missing(&s->rows[kept - 1], &s->rows[i]);
		else
			s->rows[kept++] = s->rows[i];
	}
	s->n = kept;
}

void
series_join(enum trend_kind kind, struct trend_row *rows, size_t n, struct arena *a,
	struct series_table *out)
{
	struct identities all = { 0 };
	size_t *of = arena_many(a, n + 1, size_t), count = 0;
	struct identity **sorted;

	*out = (struct series_table){ 0 };
	grow(&all, a);
	for (size_t i = 0; i < n; i++)
		if (rows[i].has_value) {
			of[i] = identify(&all, kind, &rows[i], a);
			all.list[of[i]].rows++;
		}
	sorted = arena_many(a, all.n + 1, struct identity *);
	for (size_t i = 0; i < all.n; i++)
		if (all.list[i].good)
			sorted[count++] = &all.list[i];
	give_keys(kind, sorted, count, a);
	find_places(out, all.list, rows, of, n, lay_out(out, sorted, count, rows, a));
	move(rows, of, n);
	for (size_t i = 0; i < out->n; i++)
		merge(&out->list[i]);
}

const struct series *
series_find(const struct series_table *t, struct str key)
{
	size_t low = 0, high = t->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (str_cmp(t->list[mid].key, key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	assert(low < t->n && str_eq(t->list[low].key, key));
	return &t->list[low];
}
