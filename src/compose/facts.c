#include "compose/facts.h"

#include <limits.h>
#include <stdlib.h>

enum {
	LED_DAYS = 14,
	TOLD_DAYS = 7,  /* below a headline, nobody is told of there again, */
	FRESH_DAYS = 3, /* and in a headline after so many: it may have grown into one */
};

/* -- what led before --------------------------------------------------------------------------- */

static bool
is_of_family(const struct shown *s, const struct trend_folded *row)
{
	for (size_t i = 0; row && i < row->family_count; i++)
		if (str_eq(s->key, row->family[i]->key) || str_ieq(s->name, row->family[i]->name))
			return true;
	return row && (str_eq(s->key, row->lead->key) || str_ieq(s->name, row->lead->name));
}

/* The same, a family of the row, or of the same owner. */
static bool
is_related(const struct shown *s, const struct trend_entity *e, const struct trend_folded *row)
{
	struct str owner = trend_author(e->name);

	return str_eq(s->key, e->key) || str_ieq(s->name, e->name) ||
	       (owner.n && str_ieq(trend_author(s->name), owner)) || is_of_family(s, row);
}

static const struct shown *
led_since(const struct figures *f, struct day since, int lowest, const struct trend_entity *e,
	const struct trend_folded *row)
{
	for (size_t i = 0; i < f->shown_count; i++) {
		const struct shown *s = &f->shown[i];

		if (str_eqz(s->place, "lead") && s->rank <= lowest &&
			clock_day_cmp(s->day, since) >= 0 && clock_day_cmp(s->day, f->day) < 0 &&
			(s->momentum <= 0 || e->momentum < 2 * s->momentum) &&
			is_related(s, e, row))
			return s;
	}
	return NULL;
}

const struct shown *
facts_led(const struct figures *f, const struct trend_entity *e, const struct trend_folded *row)
{
	return led_since(f, clock_add_days(f->day, -LED_DAYS), FACTS_HEADLINE, e, row);
}

/* May it be told, as the first fact or below it? */
static bool
may_be_told(const struct figures *f, const struct fact *fact, bool first)
{
	struct day since = clock_add_days(f->day, first ? -FRESH_DAYS : -TOLD_DAYS);

	return !fact->entity || (!facts_led(f, fact->entity, fact->row) &&
					!led_since(f, since, INT_MAX, fact->entity, fact->row));
}

static int
by_score(const void *x, const void *y)
{
	const struct fact *a = x, *b = y;
	int order;

	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	order = str_cmp(str_of(a->source), str_of(b->source));
	return order ? order : str_cmp(a->name, b->name);
}

/* Two facts are of one story when they share an entity, a family or an owner; totals are one. */
static bool
is_same_story(const struct fact *a, const struct fact *b)
{
	struct str owner;

	if (!a->entity || !b->entity)
		return a->entity == b->entity;
	owner = trend_author(a->entity->name);
	return a->row == b->row || (owner.n && str_ieq(owner, trend_author(b->entity->name)));
}

static bool
is_told(const struct fact *list, size_t n, const struct fact *f)
{
	for (size_t i = 0; i < n; i++)
		if (is_same_story(&list[i], f))
			return true;
	return false;
}

void
facts_find(const struct figures *f, size_t most, struct arena *a, struct fact **out, size_t *n)
{
	struct fact *list = arena_many(a, FACT_MOST, struct fact);
	size_t found = 0, kept = 0;

	for (size_t i = 0; i < FIGURES_CHARTS; i++)
		fact_find(f, &f->charts[i], a, list, &found);
	qsort(list, found, sizeof *list, by_score);
	for (size_t i = 0; i < found && kept < most; i++) {
		const struct fact fact = list[i];

		if (is_told(list, kept, &fact) || (!fact.entity && kept > 1) ||
			!may_be_told(f, &fact, kept == 0))
			continue;
		list[kept++] = fact;
	}
	*out = list;
	*n = kept;
}
