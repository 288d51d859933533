#include "compose/flood.h"

#include <ctype.h>
#include <stdlib.h>

enum { FLOOD = 3 };

double
flood_sum(const struct trend_folded *row)
{
	return row->lead->momentum + row->folded_momentum;
}

static bool
is_out(const struct trend_entity *e)
{
	return e->info.archived || e->info.fork;
}

static struct str
behind_slash(struct str name)
{
	return str_from(name, (size_t)(str_find(name, '/') + 1));
}

static bool
is_digit(char c)
{
	return isdigit((unsigned char)c) != 0;
}

/* -- names that differ in their digits alone -------------------------------------------------- */

/* The next character of *s that is no digit; 0 at the end. */
static char
next_letter(struct str *s)
{
	while (s->n && is_digit(s->p[0]))
		*s = str_from(*s, 1);
	if (s->n == 0)
		return 0;
	*s = str_from(*s, 1);
	return (char)tolower((unsigned char)s->p[-1]);
}

static bool
alike(struct str a, struct str b)
{
	char c;

	do {
		c = next_letter(&a);
		if (c != next_letter(&b))
			return false;
	} while (c);
	return true;
}

static bool
has_digit(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (is_digit(s.p[i]))
			return true;
	return false;
}

/* Take the leading digits of *s, without their zeros. */
static struct str
take_number(struct str *s)
{
	size_t n = 0;
	struct str number;

	while (s->n && s->p[0] == '0')
		*s = str_from(*s, 1);
	while (n < s->n && is_digit(s->p[n]))
		n++;
	number = str_sub(*s, 0, n);
	*s = str_from(*s, n);
	return number;
}

/* By their numbers, the first that differs. Both are alike. */
static int
by_number(struct str a, struct str b)
{
	while (a.n && b.n) {
		struct str x, y;

		if (!is_digit(a.p[0]) && !is_digit(b.p[0])) {
			a = str_from(a, 1);
			b = str_from(b, 1);
			continue;
		}
		x = take_number(&a);
		y = take_number(&b);
		if (x.n != y.n)
			return x.n < y.n ? -1 : 1;
		if (!str_eq(x, y))
			return str_cmp(x, y);
	}
	return (a.n > 0) - (b.n > 0);
}

static struct str
range_of(const struct trend_folded *row, struct arena *a)
{
	struct str lead = behind_slash(row->lead->name), low = lead, high = lead;

	if (!has_digit(lead))
		return (struct str){ 0 };
	for (size_t i = 0; i < row->author_count; i++) {
		struct str name = behind_slash(row->author[i]->name);

		if (!alike(name, lead) || !has_digit(name))
			return (struct str){ 0 };
		low = by_number(name, low) < 0 ? name : low;
		high = by_number(name, high) > 0 ? name : high;
	}
	if (str_eq(low, high))
		return low;
	return str_of(arena_printf(a, "%.*s to %.*s", STR_ARG(low), STR_ARG(high)));
}

/* -- rows ------------------------------------------------------------------------------------- */

static void
add_those_in(struct trend_folded *to, const struct trend_entity *const *list, size_t n, bool author)
{
	for (size_t i = 0; i < n; i++) {
		if (is_out(list[i]))
			continue;
		if (author)
			to->author[to->author_count++] = list[i];
		else
			to->family[to->family_count++] = list[i];
	}
}

/* The row without those that are out, its sum of them alone; NULL when nobody is left. */
static struct trend_folded *
without_those_out(const struct trend_folded *row, size_t room, struct arena *a)
{
	struct trend_folded *kept = arena_new(a, struct trend_folded);
	double gone = 0;

	*kept = *row;
	kept->family = arena_many(a, row->family_count + 1, const struct trend_entity *);
	kept->author = arena_many(a, row->author_count + room, const struct trend_entity *);
	kept->family_count = kept->author_count = 0;
	add_those_in(kept, row->family, row->family_count, false);
	add_those_in(kept, row->author, row->author_count, true);
	for (size_t i = 0; i < row->family_count; i++)
		gone += is_out(row->family[i]) ? row->family[i]->momentum : 0;
	for (size_t i = 0; i < row->author_count; i++)
		gone += is_out(row->author[i]) ? row->author[i]->momentum : 0;
	kept->folded_momentum -= gone;
	if (!is_out(kept->lead))
		return kept;
	if (kept->author_count == 0)
		return NULL;
	/* The strongest of the same owner takes its place. */
	kept->lead = kept->author[0];
	kept->order = kept->lead->momentum;
	kept->folded_momentum -= kept->lead->momentum;
	kept->author_count--;
	for (size_t i = 0; i < kept->author_count; i++)
		kept->author[i] = kept->author[i + 1];
	return kept;
}

static void
move_behind(struct trend_folded *first, const struct trend_folded *row)
{
	first->author[first->author_count++] = row->lead;
	for (size_t i = 0; i < row->author_count; i++)
		first->author[first->author_count++] = row->author[i];
	first->folded_momentum += flood_sum(row);
}

static size_t
count_alike(const struct flood_row *rows, size_t n, struct str name)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += rows[i].folded && has_digit(rows[i].folded->lead->name) &&
			 alike(rows[i].folded->lead->name, name);
	return count;
}

/* Does the later row belong behind the earlier one? */
static bool
is_one_flood(
	const struct trend_folded *first, const struct trend_folded *later, bool owner, bool names)
{
	struct str name = first->lead->name, other = later->lead->name, who = trend_author(name);

	if (owner && who.n && str_ieq(who, trend_author(other)))
		return true;
	return names && has_digit(other) && alike(name, other);
}

static void
gather(struct flood_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct trend_folded *first = rows[i].folded;
		bool owner, names;

		if (!first)
			continue;
		/* Whom the fold of the first thirty rows found has more rows further down. */
		owner = first->author_count + 1 >= FLOOD;
		names = has_digit(first->lead->name) &&
			count_alike(rows + i, n - i, first->lead->name) >= FLOOD;
		for (size_t k = i + 1; k < n; k++) {
			if (!rows[k].folded || !is_one_flood(first, rows[k].folded, owner, names))
				continue;
			move_behind(first, rows[k].folded);
			rows[k].folded = NULL;
		}
	}
}

/* Where a fork led a row, who took its place may be weaker. */
static int
by_order(const void *x, const void *y)
{
	const struct trend_folded *a = ((const struct flood_row *)x)->folded,
				  *b = ((const struct flood_row *)y)->folded;

	if (a->order != b->order)
		return a->order > b->order ? -1 : 1;
	return str_cmp(a->lead->name, b->lead->name);
}

void
flood_rows(const struct figures_chart *c, struct arena *a, struct flood_row **out, size_t *n)
{
	struct flood_row *rows = arena_many(a, c->folded_count + 1, struct flood_row);
	size_t members = 1, kept = 0;

	for (size_t i = 0; i < c->folded_count; i++)
		members += 1 + c->folded[i].author_count;
	for (size_t i = 0; i < c->folded_count; i++)
		rows[i].folded = without_those_out(&c->folded[i], members, a);
	gather(rows, c->folded_count);
	for (size_t i = 0; i < c->folded_count; i++) {
		if (!rows[i].folded)
			continue;
		rows[kept] = rows[i];
		rows[kept].count = rows[i].folded->author_count + 1;
		rows[kept].flood = rows[kept].count >= FLOOD;
		if (rows[kept].flood)
			rows[kept].range = range_of(rows[kept].folded, a);
		kept++;
	}
	qsort(rows, kept, sizeof *rows, by_order);
	*out = rows;
	*n = kept;
}
