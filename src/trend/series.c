#include "trend/series.h"

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

/* The place of a row's identity in the list, which lives in `scratch`. */
static size_t
identify(struct identities *t, enum trend_kind kind, const struct trend_row *row, struct arena *a,
	struct arena *scratch)
{
	int64_t id = row->id > 0 ? row->id : 0;
	size_t *slot;

	if (t->n == t->room)
		grow(t, scratch);
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

/* A row as it was on one of its days. Downloads and forks are known of its own day only. */
static struct trend_row
row_of(const struct trend_row *of, const struct trend_count *count)
{
	struct trend_row row = *of;

	row.value = count->value;
	row.has_score = count->score >= 0;
	row.score = row.has_score ? count->score : 0;
	if (row.day != count->day) {
		row.day = count->day;
		row.has_downloads = row.has_forks = false;
	}
	return row;
}

static size_t
days_of(const struct trend_row *row)
{
	return row->days ? row->day_count : 1;
}

static size_t
add_days(const struct trend_row *row, int order, struct series_day *out)
{
	if (!row->days)
		out[0] = (struct series_day){
			{ row->value, row->has_score ? row->score : -1, row->day, order }, row
		};
	for (size_t i = 0; row->days && i < row->day_count; i++)
		out[i] = (struct series_day){ row->days[i], row };
	return days_of(row);
}

static int
by_day(const void *x, const void *y)
{
	const struct trend_count *a = &((const struct series_day *)x)->count,
				 *b = &((const struct series_day *)y)->count;

	if (a->day != b->day)
		return (a->day > b->day) - (a->day < b->day);
	return (a->order > b->order) - (a->order < b->order);
}

/* One count a day. */
static void
merge(struct series *s, struct series_day *all, size_t n, struct arena *a)
{
	struct trend_count *rows = arena_many(a, n + 1, struct trend_count);

	qsort(all, n, sizeof *all, by_day);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || all[i - 1].count.day != all[i].count.day)
			rows[s->n++] = all[i].count;
		else if (rows[s->n - 1].score < 0)
			rows[s->n - 1].score = all[i].count.score;
	s->rows = rows;
	s->all = all;
	s->all_count = n;
}

/* `members` are the places of its rows, in the order they stand. */
static void
build(struct series *s, const struct trend_row *rows, const size_t *members, size_t n,
	struct arena *a)
{
	struct series_day *all;
	size_t count = 0;

	if (n == 1 && rows[members[0]].days) {
		s->only = &rows[members[0]];
		s->rows = s->only->days;
		s->n = s->only->day_count;
		return;
	}
	for (size_t i = 0; i < n; i++)
		count += days_of(&rows[members[i]]);
	all = arena_many(a, count + 1, struct series_day);
	count = 0;
	for (size_t i = 0; i < n; i++)
		count += add_days(&rows[members[i]], (int)members[i], &all[count]);
	merge(s, all, count, a);
}

/* A series for each key, sorted by it. */
static void
lay_out(struct series_table *t, struct identity *const *sorted, size_t n, struct arena *a)
{
	t->list = arena_many(a, n + 1, struct series);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || !str_eq(sorted[i]->key, sorted[i - 1]->key))
			t->list[t->n++] = (struct series){ .key = sorted[i]->key };
		sorted[i]->series = t->n - 1;
	}
}

/* `of` says which series a row is of, or that it is of none (t->n). Its members are gathered by
 * counting. */
static void
build_all(struct series_table *t, const struct trend_row *rows, const size_t *of, size_t n,
	struct arena *a, struct arena *scratch)
{
	size_t *begin = arena_many(scratch, t->n + 2, size_t),
	       *members = arena_many(scratch, n + 1, size_t);

	for (size_t i = 0; i < n; i++)
		begin[of[i] + 1]++;
	for (size_t i = 0; i < t->n; i++)
		begin[i + 1] += begin[i];
	for (size_t i = 0; i < n; i++)
		members[begin[of[i]]++] = i;
	/* Now each begins where the one before it ends. */
	for (size_t i = 0; i < t->n; i++) {
		size_t from = i ? begin[i - 1] : 0;

		build(&t->list[i], rows, &members[from], begin[i] - from, a);
	}
}

void
series_join(enum trend_kind kind, const struct trend_row *rows, size_t n, struct arena *a,
	struct series_table *out)
{
	struct identities all = { 0 };
	struct arena scratch = { 0 };
	size_t *of = arena_many(&scratch, n + 1, size_t), count = 0;
	struct identity **sorted;

	*out = (struct series_table){ 0 };
	grow(&all, &scratch);
	for (size_t i = 0; i < n; i++)
		if (rows[i].has_value)
			of[i] = identify(&all, kind, &rows[i], a, &scratch);
	sorted = arena_many(&scratch, all.n + 1, struct identity *);
	for (size_t i = 0; i < all.n; i++)
		if (all.list[i].good)
			sorted[count++] = &all.list[i];
	give_keys(kind, sorted, count, a);
	lay_out(out, sorted, count, a);
	for (size_t i = 0; i < n; i++) {
		bool good = rows[i].has_value && all.list[of[i]].good;

		of[i] = good ? all.list[of[i]].series : out->n;
	}
	build_all(out, rows, of, n, a, &scratch);
	arena_free(&scratch);
}

/* -- asking ----------------------------------------------------------------------------------- */

static bool
only_row_on(const struct series *s, int day, struct trend_row *out)
{
	for (size_t i = s->n; i-- > 0;)
		if (s->rows[i].day == day) {
			*out = row_of(s->only, &s->rows[i]);
			return true;
		}
	return false;
}

bool
series_row_on(const struct series *s, int day, struct trend_row *out)
{
	bool found = false;

	if (s->only)
		return only_row_on(s, day, out);
	for (size_t i = 0; i < s->all_count; i++) {
		struct trend_row row;

		if (s->all[i].count.day != day)
			continue;
		row = row_of(s->all[i].of, &s->all[i].count);
		if (found)
			fill_missing(out, &row);
		else
			*out = row;
		found = true;
	}
	return found;
}

struct str
series_other_name(const struct series *s, int from, int to, struct str name)
{
	for (size_t i = s->all_count; i-- > 0;) {
		const struct series_day *d = &s->all[i];
		bool first = i == 0 || d[-1].count.day != d->count.day;

		if (first && d->count.day >= from && d->count.day <= to &&
			!str_ieq(d->of->name, name))
			return d->of->name;
	}
	return (struct str){ 0 };
}
