#include "compose/block_entity.h"

#include <stdarg.h>
#include <stdio.h>

#include "compose/amount.h"
#include "compose/quality.h"
#include "store/shown.h"

enum { PIECE = 400 };

static const double UNUSUAL = 2;

static const struct figures_chart *
chart_of(const struct blocks *b, const char *source)
{
	for (size_t i = 0; b->figures && i < FIGURES_CHARTS; i++)
		if (b->figures->charts[i].source &&
			str_eqz(str_of(source), b->figures->charts[i].source))
			return &b->figures->charts[i];
	return NULL;
}

static void
note_stale(struct block *k, const char *source)
{
	block_note(k, "data-stale", "run 'morningpost collect', or take the block out",
		"%s: nothing was collected on the day or the two before it; it is left out",
		source);
}

const struct figures_chart *
block_chart(struct block *k, const char *source)
{
	const struct figures_chart *c = chart_of(k->b, source);
	struct str asof;

	if (!c || c->report.stale) {
		note_stale(k, source);
		return NULL;
	}
	asof = amount_day(c->report.asof, k->b->arena);
	switch (quality_of(c, k->b->day)) {
	case QUALITY_STALE:
		note_stale(k, source);
		return NULL;
	case QUALITY_FEW:
		block_note(k, "data-few", "ask the source for more rows",
			"%s: only %zu known on %.*s, and %d make a chart; it is left out", source,
			c->report.count, STR_ARG(asof), QUALITY_LEAST);
		return NULL;
	case QUALITY_PARTIAL:
		block_note(k, "data-partial", "run 'morningpost collect' again",
			"%s: the answers of %.*s are incomplete; nothing is summed up or said to "
			"be "
			"new",
			source, STR_ARG(asof));
		break;
	case QUALITY_OLD:
		block_note(k, "data-old", "run 'morningpost collect'",
			"%s: the figures are of %.*s, and are labelled so", source, STR_ARG(asof));
		break;
	case QUALITY_GOOD:
		break;
	}
	return c;
}

struct str
block_label(const struct block *k, const struct figures_chart *c)
{
	struct arena *a = k->b->arena;
	bool old = quality_age(c, k->b->day) > 0;

	return str_of(arena_printf(a, "%s%.*s%s", old ? ", as of " : "",
		STR_ARG(old ? amount_day(c->report.asof, a) : (struct str){ 0 }),
		c->partial ? ", incomplete answers" : ""));
}

bool
block_believes(struct block *k, const struct origin *o, const struct trend_entity *e)
{
	struct arena *a = k->b->arena;

	if (quality_believes(e))
		return true;
	block_note(k, "data-jump", "look at its page; if it is true, tell it in words of your own",
		"%.*s: %.*s %s in a week is not believed; it is left out", STR_ARG(e->name),
		STR_ARG(amount_gain(e->momentum, a)), o->unit);
	return false;
}

void
pieces_add(struct pieces *p, const char *format, ...)
{
	char piece[PIECE];
	va_list args;

	va_start(args, format);
	vsnprintf(piece, sizeof piece, format, args);
	va_end(args);
	if (*piece)
		p->line = str_of(arena_printf(p->a, "%.*s%s%s", STR_ARG(p->line),
			!p->line.n   ? ""
			: p->between ? p->between
				     : ", ",
			piece));
}

void
pieces_add_usual(struct pieces *p, const struct trend_entity *e)
{
	if (e->has_accel && (e->accel >= UNUSUAL || e->accel <= 1 / UNUSUAL))
		pieces_add(p, "%.*s its usual week", STR_ARG(amount_times(e->accel, p->a)));
}

void
pieces_add_rename(struct pieces *p, const struct figures_chart *c, const struct trend_entity *e)
{
	for (size_t i = 0; i < c->report.renamed_count; i++)
		if (str_eq(c->report.renamed[i].name, e->name))
			pieces_add(p, "(was %.*s)", STR_ARG(c->report.renamed[i].was));
}

void
block_put_name(const struct block *k, struct value *o, struct str name)
{
	size_t owner = (size_t)(str_find(name, '/') + 1);

	block_put(k, o, "name", name);
	block_put(k, o, "owner", str_sub(name, 0, owner));
	block_put(k, o, "short", str_from(name, owner));
}

void
block_show_entity(struct block *k, const char *place, const struct figures_chart *c,
	const struct trend_entity *e)
{
	const struct shown s = { .key = e->key,
		.name = e->name,
		.value = (double)e->value,
		.momentum = e->momentum,
		.rank = e->rank };

	block_show(k, place, c->source, &s);
}
