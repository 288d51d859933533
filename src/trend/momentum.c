#include "trend/momentum.h"

#include <assert.h>
#include <stdlib.h>

#include "base/slug.h"
#include "trend/series.h"

enum {
	WEEK = 7,
	BASE_OLDEST = 9, /* a base is 5 to 9 days back, as near to 7 as there is one */
	BASE_NEWEST = 5,
	ASOF_BACK = 2,
	RESET_FROM = 50, /* below it a fall to less than half says nothing */
};

/* The constants of each kind: the shrinking weight k, the least gain of a mover, the c of accel. */
static const struct {
	double k, floor, c;
} constants[] = {
	[TREND_GITHUB] = { 1000, 50, 50 },
	[TREND_MODELS] = { 100, 10, 10 },
	[TREND_DATASETS] = { 50, 5, 5 },
	[TREND_SPACES] = { 50, 5, 5 },
};

struct table {
	struct series_table all;
	const int *days;
	size_t day_count;
	enum trend_kind kind;
};

const char *
trend_status_name(enum trend_status s)
{
	static const char *const names[] = { "ok", "new", "cold", "short", "returned", "reset" };

	return names[s];
}

const char *
trend_how_name(enum trend_how h)
{
	static const char *const names[] = { "", "gain", "born", "trendingScore" };

	return names[h];
}

bool
trend_name_ok(enum trend_kind kind, struct str name)
{
	return slug_is_name(name, kind == TREND_GITHUB ? 1 : 0, 1);
}

/* -- one entity on one day -------------------------------------------------------------------- */

/* The series up to day t, without what was before its last reset. */
struct view {
	const struct trend_count *rows;
	size_t n;
	bool reset;
};

static struct view
view_at(const struct series *s, int t)
{
	struct view v = { .rows = s->rows };
	size_t end = 0, begin = 0;

	while (end < s->n && s->rows[end].day <= t)
		end++;
	for (size_t i = 1; i < end; i++)
		if (s->rows[i - 1].value >= RESET_FROM &&
			s->rows[i].value * 2 < s->rows[i - 1].value) {
			begin = i;
			v.reset = true;
		}
	v.rows += begin;
	v.n = end - begin;
	return v;
}

/* Of days ascending: is d in [t-9, t-5] nearer to t-7 than best? A tie goes to the older. */
static bool
is_better_base(int d, int best, int t)
{
	if (d < t - BASE_OLDEST || d > t - BASE_NEWEST)
		return false;
	return best == TREND_NO_DAY || abs(d - (t - WEEK)) < abs(best - (t - WEEK));
}

static const struct trend_count *
base_at(const struct view *v, int t)
{
	const struct trend_count *best = NULL;

	for (size_t i = 0; i < v->n; i++)
		if (is_better_base(v->rows[i].day, best ? best->day : TREND_NO_DAY, t))
			best = &v->rows[i];
	return best;
}

static const struct trend_count *
row_at(const struct view *v, int t)
{
	for (size_t i = v->n; i-- > 0;)
		if (v->rows[i].day == t)
			return &v->rows[i];
	return NULL;
}

static int
source_base_day(const struct table *t, int asof)
{
	int best = TREND_NO_DAY;

	for (size_t i = 0; i < t->day_count; i++)
		if (is_better_base(t->days[i], best, asof))
			best = t->days[i];
	return best;
}

static bool
was_read_before(const struct table *t, int asof)
{
	for (size_t i = 0; i < t->day_count; i++)
		if (t->days[i] >= asof - BASE_OLDEST && t->days[i] < asof)
			return true;
	return false;
}

static enum trend_status
status_without_base(const struct view *v, int t, bool read_before)
{
	const struct trend_count *earlier = NULL;

	for (size_t i = 0; i < v->n && v->rows[i].day < t; i++)
		earlier = &v->rows[i];
	if (v->reset)
		return TREND_RESET;
	if (!earlier)
		return read_before ? TREND_NEW : TREND_COLD;
	return earlier->day >= t - BASE_OLDEST ? TREND_SHORT : TREND_RETURNED;
}

static double
gain_a_week(int64_t now, const struct trend_count *base, int t)
{
	return (double)(now - base->value) * WEEK / (t - base->day);
}

static void
set_momentum(struct trend_entity *e, enum trend_kind kind, int t)
{
	bool born = e->info.created != TREND_NO_DAY && e->info.created >= t - WEEK &&
		    e->info.created <= t;

	if (e->status == TREND_OK) {
		e->how = TREND_GAIN;
		e->momentum = e->gain7;
	} else if (born) {
		e->how = TREND_BORN;
		e->momentum = (double)e->value;
	} else if (kind != TREND_GITHUB && e->info.has_score) {
		e->how = TREND_SCORE;
		e->momentum = e->info.score;
	}
	if (!(e->momentum > 0))
		e->how = TREND_UNRANKED;
}

static bool
has_row(const struct series *s, int t)
{
	for (size_t i = s->n; i-- > 0 && s->rows[i].day >= t;)
		if (s->rows[i].day == t)
			return true;
	return false;
}

/* It has a row on day t. */
static void
entity_at(const struct table *table, const struct series *s, int t, struct trend_entity *out)
{
	struct view v = view_at(s, t);
	const struct trend_count *base = base_at(&v, t);

	bool found;

	*out = (struct trend_entity){ .key = s->key, .days = v.rows, .day_count = v.n };
	found = series_row_on(s, t, &out->info);
	assert(found && "it has a row on day t");
	out->name = out->info.name;
	out->value = out->info.value;
	if (base) {
		out->has_base = true;
		out->base = base->value;
		out->base_day = base->day;
		out->gain7 = gain_a_week(out->value, base, t);
	} else {
		out->status = status_without_base(&v, t, was_read_before(table, t));
	}
	set_momentum(out, table->kind, t);
}

/* -- charts ----------------------------------------------------------------------------------- */

static int
by_momentum(const void *x, const void *y)
{
	const struct trend_entity *a = *(struct trend_entity *const *)x,
				  *b = *(struct trend_entity *const *)y;

	if (a->momentum != b->momentum)
		return a->momentum > b->momentum ? -1 : 1;
	if (a->value != b->value)
		return a->value > b->value ? -1 : 1;
	return str_cmp(a->name, b->name);
}

static int
by_growth(const void *x, const void *y)
{
	const struct trend_entity *a = *(struct trend_entity *const *)x,
				  *b = *(struct trend_entity *const *)y;

	if (a->growth != b->growth)
		return a->growth > b->growth ? -1 : 1;
	if (a->gain7 != b->gain7)
		return a->gain7 > b->gain7 ? -1 : 1;
	return str_cmp(a->name, b->name);
}

/* Everything that has a row on day t, in key order, and those that are ranked, with their ranks. */
static size_t
chart_at(const struct table *table, int t, struct arena *a, struct trend_entity **entities,
	struct trend_entity ***ranked, size_t *ranked_count)
{
	size_t n = 0;

	for (size_t i = 0; i < table->all.n; i++)
		n += has_row(&table->all.list[i], t);
	*entities = arena_many(a, n + 1, struct trend_entity);
	*ranked = arena_many(a, n + 1, struct trend_entity *);
	*ranked_count = n = 0;
	for (size_t i = 0; i < table->all.n; i++)
		if (has_row(&table->all.list[i], t))
			entity_at(table, &table->all.list[i], t, &(*entities)[n++]);
	for (size_t i = 0; i < n; i++)
		if ((*entities)[i].how != TREND_UNRANKED)
			(*ranked)[(*ranked_count)++] = &(*entities)[i];
	qsort(*ranked, *ranked_count, sizeof **ranked, by_momentum);
	for (size_t i = 0; i < *ranked_count; i++)
		(*ranked)[i]->rank = (int)i + 1;
	return n;
}

/* The series of an entity; both stand in key order, and *at goes along. */
static const struct series *
series_of(const struct table *table, const struct trend_entity *e, size_t *at)
{
	while (table->all.list[*at].key.p != e->key.p)
		(*at)++;
	return &table->all.list[*at];
}

static void
set_mu(struct trend_report *r)
{
	double gained = 0, base = 0;

	for (size_t i = 0; i < r->count; i++) {
		const struct trend_entity *e = &r->entities[i];

		if (e->status != TREND_OK)
			continue;
		gained += e->gain7 > 0 ? e->gain7 : 0;
		base += (double)e->base;
	}
	r->has_mu = base > 0;
	r->mu = r->has_mu ? gained / base : 0;
}

/* Today's gain beside the mean of the three weeks before, both with c added so that small counts
 * say little. */
static void
set_accel(struct trend_entity *e, const struct series *s, int t, double c)
{
	struct view v = view_at(s, t);
	double sum = 0;
	int weeks = 0;

	for (int back = WEEK; back <= 3 * WEEK; back += WEEK) {
		const struct trend_count *then = row_at(&v, t - back),
					 *base = base_at(&v, t - back);
		double gain;

		if (!then || !base)
			continue;
		gain = gain_a_week(then->value, base, t - back);
		sum += gain > 0 ? gain : 0;
		weeks++;
	}
	e->has_accel = weeks > 0;
	if (weeks)
		e->accel = ((e->gain7 > 0 ? e->gain7 : 0) + c) / (sum / weeks + c);
}

static void
set_movers(struct trend_report *r, const struct table *table, struct arena *a)
{
	double k = constants[r->kind].k;

	r->movers = arena_many(a, r->count + 1, struct trend_entity *);
	for (size_t i = 0, at = 0; i < r->count; i++) {
		struct trend_entity *e = &r->entities[i];

		if (e->status != TREND_OK)
			continue;
		set_accel(e, series_of(table, e, &at), r->asof, constants[r->kind].c);
		e->has_raw_growth = e->base > 0;
		if (e->has_raw_growth)
			e->raw_growth = e->gain7 / (double)e->base;
		e->has_growth = true;
		e->growth = (e->gain7 + k * r->mu) / ((double)e->base + k);
		if (e->gain7 >= constants[r->kind].floor)
			r->movers[r->mover_count++] = e;
	}
	qsort(r->movers, r->mover_count, sizeof *r->movers, by_growth);
}

static int
by_prev_rank(const void *x, const void *y)
{
	const struct trend_gone *a = x, *b = y;
	int p = a->prev_rank ? a->prev_rank : INT32_MAX,
	    q = b->prev_rank ? b->prev_rank : INT32_MAX;

	return p != q ? (p > q) - (p < q) : str_cmp(a->name, b->name);
}

/* What the base day's chart said: previous ranks, and who is gone since. Both lists are in key
 * order. */
static void
compare_with_base_day(struct trend_report *r, const struct table *table, struct arena *a)
{
	struct trend_entity *before, **ranked;
	struct arena scratch = { 0 };
	size_t n, ranked_count, at = 0;

	if (r->base_day == TREND_NO_DAY)
		return;
	n = chart_at(table, r->base_day, &scratch, &before, &ranked, &ranked_count);
	r->previous = arena_many(a, ranked_count + 1, struct str);
	for (size_t i = 0; i < ranked_count; i++)
		r->previous[r->previous_count++] = ranked[i]->name;
	r->dropped = arena_many(a, n + 1, struct trend_gone);
	for (size_t i = 0; i < n; i++) {
		while (at < r->count && str_cmp(r->entities[at].key, before[i].key) < 0)
			at++;
		if (at < r->count && str_eq(r->entities[at].key, before[i].key))
			r->entities[at].prev_rank = before[i].rank;
		else
			r->dropped[r->dropped_count++] =
				(struct trend_gone){ before[i].name, before[i].rank };
	}
	qsort(r->dropped, r->dropped_count, sizeof *r->dropped, by_prev_rank);
	arena_free(&scratch);
}

/* A name that is another than within the last 9 days. */
static void
find_renames(struct trend_report *r, const struct table *table, struct arena *a)
{
	r->renamed = arena_many(a, r->count + 1, struct trend_rename);
	for (size_t i = 0, at = 0; i < r->count; i++) {
		struct str name = r->entities[i].name, was;

		was = series_other_name(series_of(table, &r->entities[i], &at),
			r->asof - BASE_OLDEST, r->asof, name);
		if (was.n)
			r->renamed[r->renamed_count++] = (struct trend_rename){ name, was };
	}
}

static int
rejected_on(enum trend_kind kind, const struct trend_row *rows, size_t n, int day)
{
	int rejected = 0;

	for (size_t i = 0; i < n; i++)
		rejected += rows[i].day == day &&
			    !(rows[i].has_value && trend_name_ok(kind, rows[i].name));
	return rejected;
}

void
trend_report(enum trend_kind kind, const struct trend_row *rows, size_t n, const int *days,
	size_t day_count, int day, struct arena *a, struct trend_report *out)
{
	struct table table = { .days = days, .day_count = day_count, .kind = kind };

	*out = (struct trend_report){
		.kind = kind, .asof = TREND_NO_DAY, .base_day = TREND_NO_DAY
	};
	for (size_t i = 0; i < day_count; i++)
		if (days[i] <= day && days[i] >= day - ASOF_BACK)
			out->asof = days[i];
	out->stale = out->asof == TREND_NO_DAY;
	if (out->stale)
		return;
	out->rejected = rejected_on(kind, rows, n, out->asof);
	series_join(kind, rows, n, a, &table.all);
	out->base_day = source_base_day(&table, out->asof);
	out->count = chart_at(
		&table, out->asof, a, &out->entities, &out->momentum, &out->momentum_count);
	set_mu(out);
	set_movers(out, &table, a);
	compare_with_base_day(out, &table, a);
	find_renames(out, &table, a);
}
