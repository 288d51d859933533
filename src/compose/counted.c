#include "compose/counted.h"

#include <stdlib.h>

enum {
	DAYS_APART = 1, /* between its week and that of the chart */
	PAIRS_LEAST = 10,
	GAIN_LEAST = 200, /* below it a share is chance */
	TIMES_MOST = 3,
};

static const struct figures_chart *
github(const struct figures *f)
{
	return &f->charts[TREND_GITHUB];
}

static bool
is_of_these_days(const struct figures *f)
{
	int apart = f->gain_count ? github(f)->report.asof - clock_day_number(f->gain_day) : 0;

	return f->gain_count && !github(f)->report.stale && abs(apart) <= DAYS_APART;
}

/* Stars that it saw the entity gain, at least; 0: it says none. */
static int64_t
least(const struct figures *f, const struct trend_entity *e)
{
	for (size_t i = 0; i < f->gain_count; i++)
		if (str_ieq(f->gains[i].name, e->name))
			return f->gains[i].stars;
	return 0;
}

/* -- the first days --------------------------------------------------------------------------- */

static int
by_stars(const void *a, const void *b)
{
	const struct counted *x = a, *y = b;

	if (x->stars != y->stars)
		return x->stars < y->stars ? 1 : -1;
	return str_cmp(x->entity->name, y->entity->name);
}

void
counted_first(const struct figures *f, struct arena *a, struct counted **out, size_t *n)
{
	const struct trend_report *r = &github(f)->report;

	*n = 0;
	if (!is_of_these_days(f) || r->base_day != TREND_NO_DAY)
		return;
	*out = arena_many(a, r->count + 1, struct counted);
	for (size_t i = 0; i < r->count; i++) {
		const struct trend_entity *e = &r->entities[i];
		int64_t stars = e->rank || e->info.archived || e->info.fork ? 0 : least(f, e);

		if (stars > 0)
			(*out)[(*n)++] = (struct counted){ e, stars };
	}
	qsort(*out, *n, sizeof **out, by_stars);
}

/* -- the cross-check -------------------------------------------------------------------------- */

static int
by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double
share_of(const struct counted *c)
{
	return (double)c->stars / c->entity->gain7;
}

static double
median_share(const struct counted *pairs, size_t n, struct arena *a)
{
	double *shares = arena_many(a, n, double);

	for (size_t i = 0; i < n; i++)
		shares[i] = share_of(&pairs[i]);
	qsort(shares, n, sizeof *shares, by_size);
	return n % 2 ? shares[n / 2] : (shares[n / 2 - 1] + shares[n / 2]) / 2;
}

/* Those that both have counted, and for which it is more than chance. */
static size_t
find_pairs(const struct figures *f, struct counted *pairs)
{
	const struct trend_report *r = &github(f)->report;
	size_t n = 0;

	for (size_t i = 0; i < r->momentum_count; i++) {
		const struct trend_entity *e = r->momentum[i];
		int64_t stars = e->how == TREND_GAIN && e->gain7 >= GAIN_LEAST ? least(f, e) : 0;

		if (stars > 0)
			pairs[n++] = (struct counted){ e, stars };
	}
	return n;
}

void
counted_doubts(const struct figures *f, struct arena *a, struct counted_doubt **out, size_t *n)
{
	struct counted *pairs;
	size_t count;
	double usual;

	*n = 0;
	if (!is_of_these_days(f))
		return;
	pairs = arena_many(a, github(f)->report.momentum_count + 1, struct counted);
	count = find_pairs(f, pairs);
	if (count < PAIRS_LEAST)
		return;
	usual = median_share(pairs, count, a);
	*out = arena_many(a, count, struct counted_doubt);
	for (size_t i = 0; i < count; i++)
		if (share_of(&pairs[i]) * TIMES_MOST < usual ||
			share_of(&pairs[i]) > usual * TIMES_MOST)
			(*out)[(*n)++] =
				(struct counted_doubt){ pairs[i].entity, pairs[i].stars, usual };
}
