/* newsroom.h: a day's figures made by hand, for the tests of what is printed and what leads. */
#ifndef TEST_COMPOSE_NEWSROOM_H
#define TEST_COMPOSE_NEWSROOM_H

#include <stdlib.h>
#include <string.h>

#include "compose/figures.h"
#include "test.h"

enum { NEWSROOM_ASOF = 20000, NEWSROOM_ROOM = 200 };

static const struct day newsroom_day = { 2024, 10, 4 }; /* day 20000, a Friday */

/* What a test says of an entity; what is 0 is not known. */
struct story {
	const char *name;
	double momentum;
	int64_t value, base;
	double accel, growth;
	int prev_rank;
	int born; /* days ago and one */
	int64_t forks;
	bool fork, archived;
	const char *description, *task;
};

struct newsroom {
	struct arena arena;
	struct figures f;
	struct shown shown[NEWSROOM_ROOM];
	struct figures_link links[NEWSROOM_ROOM];
};

static int
newsroom_by_momentum(const void *x, const void *y)
{
	const struct trend_entity *a = *(struct trend_entity *const *)x,
				  *b = *(struct trend_entity *const *)y;

	if (a->momentum != b->momentum)
		return a->momentum > b->momentum ? -1 : 1;
	return str_cmp(a->name, b->name);
}

static int
newsroom_by_growth(const void *x, const void *y)
{
	const struct trend_entity *a = *(struct trend_entity *const *)x,
				  *b = *(struct trend_entity *const *)y;

	return (a->growth < b->growth) - (a->growth > b->growth);
}

static void
newsroom_entity(const struct story *s, struct trend_entity *e)
{
	*e = (struct trend_entity){ .key = str_of(s->name),
		.name = str_of(s->name),
		.value = s->value,
		.status = s->base || !s->born ? TREND_OK : TREND_NEW,
		.how = s->momentum > 0 ? (s->born && !s->base ? TREND_BORN : TREND_GAIN)
				       : TREND_UNRANKED,
		.momentum = s->momentum,
		.prev_rank = s->prev_rank,
		.has_base = s->base > 0,
		.base = s->base,
		.base_day = NEWSROOM_ASOF - 7,
		.gain7 = s->momentum,
		.has_growth = s->growth > 0,
		.growth = s->growth,
		.has_accel = s->accel > 0,
		.accel = s->accel };
	e->info = (struct trend_row){ .day = NEWSROOM_ASOF,
		.name = e->name,
		.created = s->born ? NEWSROOM_ASOF + 1 - s->born : TREND_NO_DAY,
		.description = str_of(s->description),
		.task = str_of(s->task),
		.has_forks = s->forks > 0,
		.forks = s->forks,
		.fork = s->fork,
		.archived = s->archived };
}

/* The chart of that kind is made of these, in any order; prev_rank etc. as they are said. */
__attribute__((unused)) static void
newsroom_chart(struct newsroom *n, size_t at, const char *source, enum trend_kind kind,
	const struct story *stories, size_t count)
{
	struct figures_chart *c = &n->f.charts[at];
	struct trend_report *r = &c->report;

	*c = (struct figures_chart){ .source = source, .kind = kind };
	*r = (struct trend_report){ .kind = kind,
		.asof = NEWSROOM_ASOF,
		.base_day = NEWSROOM_ASOF - 7,
		.entities = arena_many(&n->arena, count + 1, struct trend_entity),
		.count = count,
		.momentum = arena_many(&n->arena, count + 1, struct trend_entity *),
		.movers = arena_many(&n->arena, count + 1, struct trend_entity *) };
	for (size_t i = 0; i < count; i++) {
		struct trend_entity *e = &r->entities[i];

		newsroom_entity(&stories[i], e);
		if (e->how != TREND_UNRANKED)
			r->momentum[r->momentum_count++] = e;
		if (e->has_growth)
			r->movers[r->mover_count++] = e;
	}
	qsort(r->momentum, r->momentum_count, sizeof(struct trend_entity *), newsroom_by_momentum);
	qsort(r->movers, r->mover_count, sizeof(struct trend_entity *), newsroom_by_growth);
	for (size_t i = 0; i < r->momentum_count; i++)
		r->momentum[i]->rank = (int)i + 1;
	trend_numbers(r, &n->arena, &c->numbers);
	trend_fold(r, &n->arena, &c->folded, &c->folded_count);
}

/* A day on which nothing is known. */
__attribute__((unused)) static void
newsroom_open(struct newsroom *n)
{
	static const char *const sources[] = { "github", "hf_models", "hf_datasets", "hf_spaces" };

	memset(n, 0, sizeof *n);
	n->f.day = newsroom_day;
	for (size_t i = 0; i < FIGURES_CHARTS; i++)
		n->f.charts[i] = (struct figures_chart){ .source = sources[i],
			.kind = (enum trend_kind)i,
			.report = { .stale = true, .kind = (enum trend_kind)i } };
	n->f.shown = n->shown;
	n->f.links = n->links;
}

/* So many days ago an issue showed this. */
__attribute__((unused)) static void
newsroom_showed(struct newsroom *n, int ago, const char *place, const char *source, const char *key,
	double momentum, int rank)
{
	assert_true(n->f.shown_count < NEWSROOM_ROOM);
	n->shown[n->f.shown_count++] = (struct shown){ .day = clock_add_days(n->f.day, -ago),
		.place = str_of(place),
		.source = str_of(source),
		.key = str_of(key),
		.name = str_of(key),
		.momentum = momentum,
		.rank = rank };
}

__attribute__((unused)) static void
newsroom_link(struct newsroom *n, const char *kind, const char *title, const char *url,
	const char *source, double weight, int ago)
{
	assert_true(n->f.link_count < NEWSROOM_ROOM);
	n->links[n->f.link_count++] = (struct figures_link){ .kind = kind,
		.title = str_of(title),
		.url = str_of(url),
		.source = str_of(source),
		.day = clock_add_days(n->f.day, -ago),
		.weight = weight };
}

#endif
