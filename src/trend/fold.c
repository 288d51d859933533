#include "trend/fold.h"

#include <ctype.h>
#include <stdlib.h>

enum { CHART = 60, FLOOD_ROWS = 3, FLOOD_CHART = 30, NONE = -1 };

/* A chart name cut into lower-case tokens of letters and digits. */
struct tokens {
	struct str *list;
	size_t n;
	bool digit;
};

struct str
trend_author(struct str name)
{
	ptrdiff_t slash = str_find(name, '/');

	return slash < 0 ? (struct str){ 0 } : str_sub(name, 0, (size_t)slash);
}

static struct tokens
cut(struct str name, struct arena *a)
{
	ptrdiff_t slash = str_find(name, '/');
	struct str rest = str_from(name, slash < 0 ? 0 : (size_t)slash + 1);
	struct tokens t = { .list = arena_many(a, rest.n + 1, struct str) };

	for (size_t i = 0; i < rest.n;) {
		size_t begin = i;

		while (i < rest.n && isalnum((unsigned char)rest.p[i])) {
			t.digit = t.digit || isdigit((unsigned char)rest.p[i]);
			i++;
		}
		if (i > begin)
			t.list[t.n++] = str_sub(rest, begin, i - begin);
		else
			i++;
	}
	return t;
}

static bool
stands_in(const struct tokens *needle, const struct tokens *hay)
{
	for (size_t at = 0; at + needle->n <= hay->n; at++) {
		size_t i = 0;

		while (i < needle->n && str_ieq(needle->list[i], hay->list[at + i]))
			i++;
		if (i == needle->n)
			return true;
	}
	return false;
}

static int
chart_index(struct trend_entity *const *chart, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(chart[i]->name, name))
			return (int)i;
	return NONE;
}

/* The chart is in rank order, so of names with equally many tokens the first one is the
 * stronger. */
static int
parent_by_name(const struct tokens *tokens, size_t n, size_t self)
{
	int best = NONE;

	for (size_t i = 0; i < n; i++) {
		const struct tokens *t = &tokens[i];

		if (i == self || t->n < 2 || !t->digit || !stands_in(t, &tokens[self]))
			continue;
		if (t->n == tokens[self].n && i > self)
			continue;
		if (best == NONE || t->n < tokens[best].n)
			best = (int)i;
	}
	return best;
}

static void
find_parents(const struct trend_report *r, size_t n, struct arena *a, int *parent)
{
	struct tokens *tokens = arena_many(a, n + 1, struct tokens);

	for (size_t i = 0; i < n; i++) {
		parent[i] = NONE;
		tokens[i] = cut(r->momentum[i]->name, a);
	}
	if (r->kind != TREND_MODELS)
		return;
	for (size_t i = 0; i < n; i++) {
		int said = chart_index(r->momentum, n, r->momentum[i]->info.quantized);

		parent[i] = said != NONE && said != (int)i ? said : parent_by_name(tokens, n, i);
	}
}

/* Follow the parents up; two that name each other end at the stronger. */
static size_t
root_of(const int *parent, size_t n, size_t i)
{
	size_t least = i;

	for (size_t steps = 0; steps <= n && parent[i] != NONE; steps++) {
		i = (size_t)parent[i];
		if (i < least)
			least = i;
	}
	return parent[i] == NONE ? i : least;
}

static int
by_order(const void *x, const void *y)
{
	const struct trend_folded *a = x, *b = y;

	if (a->order != b->order)
		return a->order > b->order ? -1 : 1;
	return str_cmp(a->lead->name, b->lead->name);
}

/* One row a family, filled with its members but the lead. */
static size_t
fold_families(const struct trend_report *r, size_t n, struct arena *a, struct trend_folded *rows)
{
	int *parent = arena_many(a, n + 1, int);
	size_t *root = arena_many(a, n + 1, size_t), count = 0;

	find_parents(r, n, a, parent);
	for (size_t i = 0; i < n; i++)
		root[i] = root_of(parent, n, i);
	for (size_t i = 0; i < n; i++) {
		struct trend_folded *w = &rows[count];
		const struct trend_entity *strongest = r->momentum[i];

		if (root[i] != i)
			continue;
		*w = (struct trend_folded){ .lead = r->momentum[i] };
		w->family = arena_many(a, n + 1, const struct trend_entity *);
		for (size_t k = 0; k < n; k++)
			if (root[k] == i && r->momentum[k]->momentum > strongest->momentum)
				strongest = r->momentum[k];
		if (strongest->momentum > 2 * w->lead->momentum)
			w->lead = strongest;
		w->order = strongest->momentum;
		for (size_t k = 0; k < n; k++)
			if (root[k] == i && r->momentum[k] != w->lead)
				w->family[w->family_count++] = r->momentum[k];
		count++;
	}
	qsort(rows, count, sizeof *rows, by_order);
	return count;
}

static size_t
rows_of_author(const struct trend_folded *rows, size_t n, struct str author)
{
	size_t count = 0;

	for (size_t i = 0; i < n && i < FLOOD_CHART; i++)
		count += author.n && str_ieq(trend_author(rows[i].lead->name), author);
	return count;
}

/* Move the later rows of an author who floods the chart behind the first one. */
static size_t
fold_authors(struct trend_folded *rows, size_t n, struct arena *a)
{
	struct trend_folded *out = arena_many(a, n + 1, struct trend_folded);
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		struct str author = trend_author(rows[i].lead->name);
		struct trend_folded *first = NULL;

		if (i < FLOOD_CHART && rows_of_author(rows, n, author) >= FLOOD_ROWS)
			for (size_t k = 0; k < kept && !first; k++)
				if (str_ieq(trend_author(out[k].lead->name), author))
					first = &out[k];
		if (!first) {
			rows[i].author = arena_many(a, n + 1, const struct trend_entity *);
			out[kept++] = rows[i];
			continue;
		}
		first->author[first->author_count++] = rows[i].lead;
		/* The copies of a row that is folded away go with it. */
		for (size_t k = 0; k < rows[i].family_count; k++)
			first->folded_momentum += rows[i].family[k]->momentum;
	}
	for (size_t i = 0; i < kept; i++)
		rows[i] = out[i];
	return kept;
}

void
trend_fold(const struct trend_report *r, struct arena *a, struct trend_folded **out, size_t *n)
{
	size_t chart = r->momentum_count < CHART ? r->momentum_count : CHART;
	struct trend_folded *rows = arena_many(a, chart + 1, struct trend_folded);
	size_t count = fold_families(r, chart, a, rows);

	count = fold_authors(rows, count, a);
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < rows[i].family_count; k++)
			rows[i].folded_momentum += rows[i].family[k]->momentum;
		for (size_t k = 0; k < rows[i].author_count; k++)
			rows[i].folded_momentum += rows[i].author[k]->momentum;
	}
	*out = rows;
	*n = count;
}
