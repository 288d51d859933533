#include "compose/select.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "compose/counted.h"
#include "compose/flood.h"
#include "compose/share.h"

enum {
	FULL_FOR = 6,     /* issues in which a row is not printed in full again */
	NEW_FOR = 7,      /* days in which it is not new */
	LEAST_NEW = 3,    /* rows */
	DEPTH = 6,        /* times the rows that are wanted: so far down the chart they come from */
	MOVER_DAYS = 7,   /* in which nobody is a mover twice, */
	MOVER_CLIMB = 10, /* unless so many places were climbed */
	YOUNG = 7,        /* days */
	SUSPICIOUS_STARS = 500,
	STARS_A_FORK = 200, /* more for each fork than that is suspicious: 0.5 % */
};

/* -- what earlier issues showed ---------------------------------------------------------------- */

static bool
is_of(const struct shown *s, const char *place, const char *source)
{
	return str_eqz(s->place, place) && str_eqz(s->source, source);
}

/* A key may change once, from a name to the id that came later. */
static bool
is_entity(const struct shown *s, const struct trend_entity *e)
{
	return str_eq(s->key, e->key) || str_ieq(s->name, e->name);
}

/* The day of the issue that stands so many issues back, or the oldest that is known. */
static struct day
issue_back(const struct figures *f, int issues)
{
	struct day at = f->day;

	for (int i = 0; i < issues; i++) {
		struct day before = { 0 };

		for (size_t k = 0; k < f->shown_count; k++)
			if (clock_day_cmp(f->shown[k].day, at) < 0 &&
				clock_day_cmp(f->shown[k].day, before) > 0)
				before = f->shown[k].day;
		if (before.year == 0)
			break;
		at = before;
	}
	return at;
}

static bool
was_shown(const struct figures *f, const char *source, const struct trend_folded *row,
	struct day since)
{
	for (size_t i = 0; i < f->shown_count; i++) {
		const struct shown *s = &f->shown[i];

		if (!is_of(s, "trending", source) || clock_day_cmp(s->day, since) < 0 ||
			clock_day_cmp(s->day, f->day) >= 0)
			continue;
		if (is_entity(s, row->lead))
			return true;
		/* A family is the same row whichever of it leads; others of one owner are not. */
		for (size_t k = 0; k < row->family_count; k++)
			if (is_entity(s, row->family[k]))
				return true;
	}
	return false;
}

/* -- gaining momentum -------------------------------------------------------------------------- */

/* A chart's candidates with what is known of each. */
struct list {
	struct flood_row *rows;
	size_t n;
	bool *shown; /* in full, lately */
	bool *fresh; /* not in the last seven days */
};

/* Take from those of the list that are wanted; how many of them are fresh. */
static size_t
take(const struct list *l, const bool *wanted, size_t depth, size_t top, struct arena *a,
	struct selection *out)
{
	struct share *who = arena_many(a, depth + 1, struct share);
	size_t *place = arena_many(a, depth + 1, size_t), n = 0, fresh = 0;
	bool *taken = arena_many(a, depth + 1, bool);

	for (size_t i = 0; i < depth; i++) {
		struct str owner = trend_author(l->rows[i].folded->lead->name);

		if (!wanted[i])
			continue;
		place[n] = i;
		who[n++] = (struct share){ .owner = owner, .organisation = owner };
	}
	share_take(who, n, top, taken);
	out->rows = arena_many(a, n + 1, struct select_row);
	out->count = 0;
	for (size_t i = 0; i < n; i++) {
		const struct flood_row *row = &l->rows[place[i]];

		if (!taken[i])
			continue;
		out->rows[out->count++] = (struct select_row){ .folded = row->folded,
			.flood = row->flood,
			.flood_count = row->count,
			.flood_range = row->range,
			.counted = row->counted };
		fresh += l->fresh[place[i]];
	}
	return fresh;
}

static void
take_daily(const struct list *l, size_t top, struct arena *a, struct selection *out)
{
	size_t depth = l->n < top * DEPTH ? l->n : top * DEPTH;
	bool *wanted = arena_many(a, depth + 1, bool);

	for (size_t i = 0; i < depth; i++)
		wanted[i] = !l->shown[i];
	if (take(l, wanted, depth, top, a, out) < LEAST_NEW) {
		for (size_t i = 0; i < depth; i++)
			wanted[i] = !l->shown[i] && l->fresh[i];
		take(l, wanted, depth, top, a, out);
	}
	out->climbing = arena_many(a, top + 1, const struct trend_entity *);
	for (size_t i = 0; i < depth && i < top; i++)
		if (l->shown[i] || !l->fresh[i])
			out->climbing[out->climbing_count++] = l->rows[i].folded->lead;
}

/* By the figure that is printed. */
static int
by_figure(const void *a, const void *b)
{
	const struct trend_folded *x = ((const struct flood_row *)a)->folded,
				  *y = ((const struct flood_row *)b)->folded;

	if (x->order != y->order)
		return x->order < y->order ? 1 : -1;
	return str_cmp(x->lead->name, y->lead->name);
}

/* The first days of GitHub's chart: those that somebody else counted join its rows. */
static void
add_counted(const struct figures *f, struct arena *a, struct flood_row **rows, size_t *n)
{
	struct counted *counted = NULL;
	struct flood_row *all;
	size_t more;

	counted_first(f, a, &counted, &more);
	if (more == 0)
		return;
	all = arena_many(a, *n + more, struct flood_row);
	if (*n)
		memcpy(all, *rows, *n * sizeof *all);
	for (size_t i = 0; i < more; i++) {
		struct trend_folded *folded = arena_many(a, 1, struct trend_folded);

		*folded = (struct trend_folded){ .lead = counted[i].entity,
			.order = (double)counted[i].stars };
		all[(*n)++] = (struct flood_row){
			.folded = folded, .count = 1, .counted = counted[i].stars
		};
	}
	qsort(all, *n, sizeof *all, by_figure);
	*rows = all;
}

static bool
is_printed(const struct selection *s, const struct trend_entity *e)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->rows[i].folded->lead == e)
			return true;
	return false;
}

static void
drop_printed(struct selection *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->climbing_count; i++)
		if (!is_printed(s, s->climbing[i]))
			s->climbing[kept++] = s->climbing[i];
	s->climbing_count = kept;
}

void
select_trending(
	const struct figures *f, size_t chart, size_t top, struct arena *a, struct selection *out)
{
	const struct figures_chart *c = &f->charts[chart];
	struct day full_since = issue_back(f, FULL_FOR),
		   new_since = clock_add_days(f->day, -NEW_FOR);
	struct list l = { 0 };

	*out = (struct selection){ .weekly = clock_weekday(f->day) == 6 };
	if (c->report.stale)
		return;
	flood_rows(c, a, &l.rows, &l.n);
	if (c->kind == TREND_GITHUB)
		add_counted(f, a, &l.rows, &l.n);
	l.shown = arena_many(a, l.n + 1, bool);
	l.fresh = arena_many(a, l.n + 1, bool);
	for (size_t i = 0; i < l.n; i++) {
		l.shown[i] = !out->weekly && was_shown(f, c->source, l.rows[i].folded, full_since);
		l.fresh[i] = out->weekly || !was_shown(f, c->source, l.rows[i].folded, new_since);
	}
	take_daily(&l, top, a, out);
	drop_printed(out);
}

/* -- biggest movers ---------------------------------------------------------------------------- */

/* Was it a mover in the last week, and has not climbed since? */
static bool
rests(const struct figures *f, const char *source, const struct trend_entity *e)
{
	struct day since = clock_add_days(f->day, -MOVER_DAYS);

	for (size_t i = 0; i < f->shown_count; i++) {
		const struct shown *s = &f->shown[i];

		if (is_of(s, "movers", source) && is_entity(s, e) &&
			clock_day_cmp(s->day, since) >= 0 && clock_day_cmp(s->day, f->day) < 0 &&
			(s->rank == 0 || e->rank == 0 || s->rank - e->rank < MOVER_CLIMB))
			return true;
	}
	return false;
}

/* What its copies have in common with it: the name of the family's lead. */
static struct str
family_of(const struct figures_chart *c, const struct trend_entity *e)
{
	for (size_t i = 0; i < c->folded_count; i++) {
		const struct trend_folded *row = &c->folded[i];

		for (size_t k = 0; k < row->family_count; k++)
			if (row->family[k] == e)
				return row->lead->name;
	}
	return e->info.quantized.n ? e->info.quantized : e->name;
}

static bool
has_family(const struct figures_chart *c, const struct trend_entity **list, size_t n,
	const struct trend_entity *e)
{
	struct str family = family_of(c, e);

	for (size_t i = 0; i < n; i++)
		if (str_eq(family_of(c, list[i]), family))
			return true;
	return false;
}

void
select_movers(const struct figures *f, size_t chart, size_t top, struct arena *a,
	const struct trend_entity ***out, size_t *n)
{
	const struct figures_chart *c = &f->charts[chart];
	size_t all = c->report.stale ? 0 : c->report.mover_count, kept = 0, candidates = 0;
	const struct trend_entity **list = arena_many(a, all + 1, const struct trend_entity *);
	struct share *who = arena_many(a, all + 1, struct share);
	bool *taken = arena_many(a, all + 1, bool);

	/* Of all movers only so many can be printed: not the whole chart is asked for its family. */
	for (size_t i = 0; i < all && candidates < top * DEPTH; i++) {
		const struct trend_entity *e = c->report.movers[i];
		struct str owner = trend_author(e->name);

		if (e->info.archived || e->info.fork || rests(f, c->source, e) ||
			has_family(c, list, candidates, e))
			continue;
		who[candidates] = (struct share){ .owner = owner, .organisation = owner };
		list[candidates++] = e;
	}
	share_take(who, candidates, top, taken);
	for (size_t i = 0; i < candidates; i++)
		if (taken[i])
			list[kept++] = list[i];
	*out = list;
	*n = kept;
}

/* -- one entity -------------------------------------------------------------------------------- */

bool
select_is_suspicious(const struct trend_entity *e, int asof)
{
	return e->info.created != TREND_NO_DAY && e->info.created > asof - YOUNG &&
	       e->value > SUSPICIOUS_STARS && e->info.has_forks &&
	       e->info.forks * STARS_A_FORK < e->value;
}

struct str
select_describe(const struct trend_entity *e, size_t columns, struct arena *a)
{
	struct str words = text_clean(e->info.description, a);
	struct str task = text_clean(e->info.task, a), library = text_clean(e->info.library, a);

	if (words.n == 0)
		words = str_of(arena_printf(a, "%.*s%s%.*s", STR_ARG(task),
			task.n && library.n ? ", " : "", STR_ARG(library)));
	return text_cut(words, columns, a);
}
