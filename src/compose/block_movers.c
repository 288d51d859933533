#include "base/text.h"
#include "compose/amount.h"
#include "compose/block_entity.h"
#include "compose/chart.h"
#include "compose/select.h"
#include "trend/week.h"

enum { GROWTH = 14, SPARK_LEAST = 5, PIXELS = 24, NAME = 56, DESCRIPTION = 90 };

/* One mover in the words that both parts print. */
struct mover {
	const struct trend_entity *e;
	struct str name, url, note;
	struct str growth; /* "+50.5%" */
	struct str detail; /* "+2 198 stars in 7 days, 3 381 → 5 579" */
	struct trend_gain week[TREND_WEEK];
	size_t days; /* of the week that are known */
};

static void
set_mover(const struct block *k, const struct figures_chart *c, const struct origin *o,
	const struct trend_entity *e, struct mover *m)
{
	struct arena *a = k->b->arena;
	struct pieces detail = { .a = a };
	int span = c->report.asof - e->base_day;

	*m = (struct mover){
		.e = e, .name = text_cut(e->name, NAME, a), .url = origin_url(o, e->name, a)
	};
	m->note = select_describe(e, DESCRIPTION, a);
	m->growth = amount_growth(e->growth, a);
	m->days = trend_week(e, m->week);
	pieces_add_rename(&detail, c, e);
	pieces_add(&detail, "%.*s %s in %d days",
		STR_ARG(amount_gain((double)(e->value - e->base), a)), o->unit, span);
	pieces_add(&detail, "%.*s" AMOUNT_BLANK "\xe2\x86\x92" AMOUNT_BLANK "%.*s",
		STR_ARG(amount_whole((double)e->base, a)),
		STR_ARG(amount_whole((double)e->value, a)));
	pieces_add_usual(&detail, e);
	m->detail = detail.line;
}

/* -- HTML ------------------------------------------------------------------------------------- */

/* Seven cells from the oldest day on; what is not known has no height. */
static struct value *
spark_value(const struct block *k, const struct mover *m)
{
	struct value *list = template_list(k->b->arena);
	double most = chart_most(m->week);

	for (size_t i = 0; i < TREND_WEEK; i++) {
		struct value *v = template_object(k->b->arena);
		int height = chart_height(&m->week[i], most, PIXELS);

		block_put(k, v, "height",
			height ? str_of(arena_printf(k->b->arena, "%d", height))
			       : (struct str){ 0 });
		template_append(list, v);
	}
	return list;
}

static struct value *
mover_value(const struct block *k, const struct mover *m)
{
	struct value *v = template_object(k->b->arena);

	block_put_name(k, v, m->name);
	block_put(k, v, "url", m->url);
	block_put(k, v, "note", m->note);
	block_put(k, v, "growth", m->growth);
	block_put(k, v, "detail", m->detail);
	template_put(v, STR("sparkline"), template_bool(k->b->arena, m->days >= SPARK_LEAST));
	template_put(v, STR("days"), spark_value(k, m));
	return v;
}

/* -- text ------------------------------------------------------------------------------------- */

static void
mover_text(struct block *k, const struct mover *m)
{
	struct arena *a = k->b->arena;
	size_t room = k->b->columns - GROWTH - TREND_WEEK - 1;
	struct buf *out = k->text;

	block_left(
		out, str_of(arena_printf(a, "\xe2\x96\xb2 %.*s up", STR_ARG(m->growth))), GROWTH);
	if (m->days >= SPARK_LEAST && text_width(m->name) <= room) {
		block_left(out, m->name, room + 1);
		chart_spark(m->week, out);
	} else {
		buf_add(out, m->name);
	}
	buf_addc(out, '\n');
	block_wrap(k, GROWTH, m->note);
	block_wrap(k, GROWTH, m->detail);
	if (m->url.n)
		buf_printf(out, "%*s%.*s\n", GROWTH, "", STR_ARG(m->url));
}

/* -- the block -------------------------------------------------------------------------------- */

static int
source_of(const struct block *k, const struct origin **origin, struct err *e)
{
	const struct yaml *y = yaml_get(k->doc, "source");
	struct str name = y ? y->text : STR("github");

	*origin = origin_find(name);
	if (*origin)
		return 0;
	return err_set(e, ERR_DATA,
		"%s:%d: movers.source: there is no '%.*s'; there are " ORIGIN_NAMES, k->b->file,
		y ? y->line : k->line, STR_ARG(name));
}

static size_t
find_movers(struct block *k, const struct figures_chart *c, const struct origin *o, size_t top,
	struct mover *movers)
{
	const struct figures *f = k->b->figures;
	const struct trend_entity **list;
	size_t n, used = 0;

	select_movers(f, (size_t)(c - f->charts), top, k->b->arena, &list, &n);
	for (size_t i = 0; i < n; i++)
		if (block_believes(k, o, list[i])) {
			set_mover(k, c, o, list[i], &movers[used++]);
			block_show_entity(k, "movers", c, list[i]);
		}
	return used;
}

/* The percentage is not the plain one, and says so. */
static struct str
note_of(const struct block *k, const struct origin *o)
{
	return str_of(arena_printf(k->b->arena,
		"Growth is weighted: that of a small %s is drawn towards the average, so that a "
		"handful of %s does not lead; the plain gain stands beside it. Bars: %s gained on "
		"each "
		"of 7 days, none where a day was not read.",
		o->one, o->unit, o->unit));
}

static struct str
title_of(const struct block *k, const struct figures_chart *c, const struct origin *o)
{
	return str_of(arena_printf(k->b->arena, "%s %s, growth a week in %s%.*s", o->place, o->many,
		o->unit, STR_ARG(block_label(k, c))));
}

static int
render(struct block *k, const struct mover *movers, size_t n, struct str title, struct str note,
	struct err *e)
{
	struct value *data = template_object(k->b->arena), *rows = template_list(k->b->arena);

	block_underline(k, title);
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addc(k->text, '\n');
		template_append(rows, mover_value(k, &movers[i]));
		mover_text(k, &movers[i]);
	}
	buf_addc(k->text, '\n');
	block_wrap(k, 0, note);
	block_put(k, data, "title", title);
	block_put(k, data, "note", note);
	template_put(data, STR("rows"), rows);
	return block_html(k, data, e);
}

int
block_movers(struct block *k, struct err *e)
{
	const struct figures_chart *c;
	const struct origin *o;
	struct mover *movers;
	size_t top, n;

	if (block_top(k, 5, &top, e) < 0 || source_of(k, &o, e) < 0)
		return -1;
	c = block_chart(k, o->source);
	if (!c)
		return 0;
	movers = arena_many(k->b->arena, top, struct mover);
	n = find_movers(k, c, o, top, movers);
	if (n)
		return render(k, movers, n, title_of(k, c, o), note_of(k, o), e);
	block_note(k, "data-none", "take the block out",
		"%s: there is no week to compare with, or nothing moves; it is left out",
		o->source);
	return 0;
}
