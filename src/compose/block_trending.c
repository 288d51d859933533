#include <stdlib.h>

#include "base/text.h"
#include "compose/amount.h"
#include "compose/block_entity.h"
#include "compose/chart.h"
#include "compose/quality.h"
#include "compose/select.h"
#include "trend/week.h"

/*
 * The text part: "  1  name       ████████   +6 388", and below the name what is said of it. A
 * description is as long as one line of a narrow column of the HTML.
 */
enum { PLACE = 3, BAR = 10, FIGURE = 9, INDENT = 5, NAME = 56, DESCRIPTION = 34 };

struct column {
	const struct figures_chart *chart;
	const struct origin *origin;
	struct selection selection;
	struct row *rows;
	size_t count;
	double most;            /* the greatest figure of its rows: the longest bar */
	struct str title, note; /* caption; what the signs in it mean */
	struct str climbing;
	bool climbs_by_score; /* one of them has no gain of our own counting */
};

/* Which of its three colours a change of rank has; its words say the same. */
enum tone { PLAIN, UP, DOWN };
static const char *const tones[] = { "plain", "up", "down" };

/* One row in the words that both parts print. */
struct row {
	const struct trend_entity *lead;
	struct str place, change, name, url, note, detail, figure;
	enum tone tone;
	double value;
	bool counted; /* by OSS Insight */
};

/* -- a row ------------------------------------------------------------------------------------ */

/* "▲ up 63 to 1st", "NEW at 8th": how it came to its rank, which is its place on the whole chart. */
static struct str
change_of(const struct trend_entity *e, struct arena *a)
{
	struct str rank = amount_ordinal(e->rank, a);
	int places = e->prev_rank - e->rank;
	bool new = e->status == TREND_NEW || e->how == TREND_BORN;

	if (e->prev_rank == 0)
		return str_of(
			arena_printf(a, new ? "NEW at %.*s" : "%.*s on the chart", STR_ARG(rank)));
	if (places == 0)
		return str_of(arena_printf(a, "= still %.*s", STR_ARG(rank)));
	return str_of(arena_printf(a, "%s" AMOUNT_BLANK "%d to %.*s",
		places > 0 ? "\xe2\x96\xb2" AMOUNT_BLANK "up" : "\xe2\x96\xbc" AMOUNT_BLANK "down",
		abs(places), STR_ARG(rank)));
}

/* Ranks are compared only where both charts were whole. */
static void
set_change(struct row *r, const struct figures_chart *c, struct arena *a)
{
	const struct trend_entity *e = r->lead;

	if (c->partial || c->report.base_day == TREND_NO_DAY)
		return;
	if (e->prev_rank && e->prev_rank != e->rank)
		r->tone = e->prev_rank > e->rank ? UP : DOWN;
	r->change = change_of(e, a);
}

static int
days_counted(const struct column *c, const struct trend_entity *e)
{
	return e->how == TREND_GAIN ? c->chart->report.asof - e->base_day : TREND_WEEK;
}

/* A gain of other than 7 days is a week's at their pace. Where all of the chart is so, the note below
 * it says it once. */
static void
add_pace(const struct column *c, const struct trend_entity *e, struct pieces *p)
{
	int days = days_counted(c, e);

	if (days != TREND_WEEK && e->base_day != c->chart->report.base_day)
		pieces_add(p, "at the pace of %d days", days);
}

/* Three or more that are numbered alike are told by their number and the range of their names. */
static void
set_flood(struct row *r, const struct select_row *s, const struct origin *o, struct pieces *detail)
{
	const struct trend_folded *f = s->folded;
	struct str owner = trend_author(f->lead->name);
	bool one = true;

	for (size_t i = 0; i < f->author_count; i++) {
		one = one && str_ieq(trend_author(f->author[i]->name), owner);
		r->value += f->author[i]->momentum;
	}
	r->name = amount_count(s->flood_count, o->one, o->many, detail->a);
	if (one)
		r->name = str_of(
			arena_printf(detail->a, "%.*s by %.*s", STR_ARG(r->name), STR_ARG(owner)));
	r->url = one ? origin_owner_url(o, owner, detail->a) : r->url;
	r->note = str_of(arena_printf(detail->a, "names numbered %.*s", STR_ARG(s->flood_range)));
	pieces_add(detail, "all together");
}

static void
set_details(struct row *r, const struct column *c, const struct select_row *s, struct pieces *d)
{
	const struct trend_folded *f = s->folded;
	const struct trend_entity *e = f->lead;
	struct str what = select_describe(e, DESCRIPTION, d->a);

	pieces_add_rename(d, c->chart, e);
	r->note = what;
	if (s->counted == 0 && e->how == TREND_BORN)
		pieces_add(d, "in its first week");
	else
		pieces_add(d, "%.*s %s in all", STR_ARG(amount_whole((double)e->value, d->a)),
			c->origin->unit);
	add_pace(c, e, d);
	pieces_add_usual(d, e);
	if (f->family_count)
		pieces_add(d, "+%zu" AMOUNT_BLANK "%s", f->family_count,
			f->family_count == 1 ? "copy" : "copies");
	if (f->author_count)
		pieces_add(d, "+%zu more by %.*s", f->author_count, STR_ARG(trend_author(e->name)));
}

/* What is not our own count has a sign that the note below explains. */
static struct str
momentum_figure(enum trend_how how, double value, struct arena *a)
{
	if (how == TREND_SCORE)
		return str_of(arena_printf(a, "~%.*s", STR_ARG(amount_whole(value, a))));
	return amount_gain(value, a);
}

static struct str
figure_of(const struct row *r, struct arena *a)
{
	if (r->counted)
		return str_of(
			arena_printf(a, "\xe2\x89\xa5%.*s", STR_ARG(amount_whole(r->value, a))));
	return momentum_figure(r->lead->how, r->value, a);
}

static void
set_row(const struct block *k, const struct column *c, const struct select_row *s, struct row *r)
{
	const struct trend_entity *e = s->folded->lead;
	struct arena *a = k->b->arena;
	struct pieces detail = { .a = a };

	*r = (struct row){ .lead = e,
		.name = text_cut(e->name, NAME, a),
		.value = s->counted ? (double)s->counted : e->momentum,
		.counted = s->counted > 0 };
	r->url = origin_url(c->origin, e->name, a);
	set_change(r, c->chart, a);
	if (s->flood && s->flood_range.n)
		set_flood(r, s, c->origin, &detail);
	else
		set_details(r, c, s, &detail);
	r->detail = detail.line;
	r->figure = figure_of(r, a);
}

/* -- a column --------------------------------------------------------------------------------- */

static void
set_climbing(const struct block *k, struct column *c)
{
	struct pieces p = { .a = k->b->arena };

	for (size_t i = 0; i < c->selection.climbing_count; i++) {
		const struct trend_entity *e = c->selection.climbing[i];

		if (!quality_believes(e))
			continue;
		pieces_add(&p, "%.*s %.*s", STR_ARG(e->name),
			STR_ARG(momentum_figure(e->how, e->momentum, p.a)));
		c->climbs_by_score = c->climbs_by_score || e->how == TREND_SCORE;
	}
	if (p.line.n)
		c->climbing = str_of(arena_printf(p.a, "Still climbing: %.*s", STR_ARG(p.line)));
}

/* What the signs before figures mean, where one is printed. */
static void
add_signs(const struct column *c, struct pieces *note)
{
	bool score = c->climbs_by_score, counted = false;
	int days = TREND_WEEK;

	for (size_t i = 0; i < c->count; i++) {
		score = score || (!c->rows[i].counted && c->rows[i].lead->how == TREND_SCORE);
		counted = counted || c->rows[i].counted;
		if (c->rows[i].lead->base_day == c->chart->report.base_day)
			days = days_counted(c, c->rows[i].lead);
	}
	if (days != TREND_WEEK)
		pieces_add(note, "Gains are those of %d days, at their pace for 7", days);
	if (score)
		pieces_add(note, "~ is Hugging Face's own trendingScore, which is near to the "
				 "likes of 7 days");
	if (counted)
		pieces_add(note, "\xe2\x89\xa5 is what OSS Insight counted in the past week: it "
				 "sees a part of all stars, so they are at least so many");
}

static void
set_words(const struct block *k, struct column *c)
{
	struct arena *a = k->b->arena;
	const struct origin *o = c->origin;
	struct pieces note = { .a = a, .between = "; " };

	c->title = str_of(arena_printf(a, "%s %s, %s in 7 days%.*s", o->place, o->many, o->unit,
		STR_ARG(block_label(k, c->chart))));
	add_signs(c, &note);
	if (c->chart->report.base_day == TREND_NO_DAY)
		pieces_add(&note, "%s no week before to compare with yet",
			c->chart->first ? "first issue: there is"
			: note.line.n   ? "there is"
					: "There is");
	c->note = note.line;
}

/* False when nothing of it may be printed. */
static bool
set_column(struct block *k, const char *source, size_t top, struct column *c)
{
	const struct figures *f = k->b->figures;

	*c = (struct column){ .chart = block_chart(k, source),
		.origin = origin_find(str_of(source)) };
	if (!c->chart)
		return false;
	select_trending(f, (size_t)(c->chart - f->charts), top, k->b->arena, &c->selection);
	c->rows = arena_many(k->b->arena, c->selection.count + 1, struct row);
	for (size_t i = 0; i < c->selection.count; i++) {
		struct row *r = &c->rows[c->count];

		if (!block_believes(k, c->origin, c->selection.rows[i].folded->lead))
			continue;
		set_row(k, c, &c->selection.rows[i], r);
		r->place = str_of(arena_printf(k->b->arena, "%zu", c->count + 1));
		c->most = r->value > c->most ? r->value : c->most;
		block_show_entity(k, "trending", c->chart, r->lead);
		c->count++;
	}
	set_climbing(k, c);
	set_words(k, c);
	if (c->count == 0 && c->climbing.n == 0)
		block_note(k, "data-none", "take the source out of the block",
			"%s: nothing gains; it is left out", source);
	return c->count > 0 || c->climbing.n > 0;
}

/* -- HTML ------------------------------------------------------------------------------------- */

static struct value *
row_value(const struct block *k, const struct column *c, const struct row *r)
{
	struct value *v = template_object(k->b->arena);
	int bar = chart_percent(r->value, c->most);

	block_put(k, v, "place", r->place);
	for (size_t i = 0; i < sizeof tones / sizeof tones[0]; i++)
		block_put(k, v, tones[i], r->tone == (enum tone)i ? r->change : (struct str){ 0 });
	block_put_name(k, v, r->name);
	block_put(k, v, "url", r->url);
	block_put(k, v, "note", r->note);
	block_put(k, v, "detail", r->detail);
	template_put(v, STR("more"), template_bool(k->b->arena, r->change.n && r->detail.n));
	block_put(k, v, "figure", r->figure);
	block_put_int(k, v, "bar", bar);
	block_put(k, v, "rest",
		bar < 100 ? str_of(arena_printf(k->b->arena, "%d", 100 - bar)) : (struct str){ 0 });
	return v;
}

static struct value *
column_value(const struct block *k, const struct column *c, int width, int gutter)
{
	struct value *v = template_object(k->b->arena), *rows = template_list(k->b->arena);

	for (size_t i = 0; i < c->count; i++)
		template_append(rows, row_value(k, c, &c->rows[i]));
	block_put(k, v, "title", c->title);
	block_put(k, v, "one", str_of(c->origin->one));
	block_put(k, v, "unit", str_of(c->origin->unit));
	block_put(k, v, "note", c->note);
	block_put(k, v, "climbing", c->climbing);
	block_put_int(k, v, "width", width);
	block_put_int(k, v, "gutter", gutter);
	template_put(v, STR("ranked"), template_bool(k->b->arena, c->count > 0));
	template_put(v, STR("rows"), rows);
	return v;
}

/* Two columns beside each other; a last one without a neighbour has the whole width. */
static struct value *
pairs_value(const struct block *k, const struct column *columns, size_t n)
{
	struct value *pairs = template_list(k->b->arena);

	for (size_t i = 0; i < n; i += 2) {
		struct value *pair = template_object(k->b->arena),
			     *list = template_list(k->b->arena);

		if (i + 1 < n) {
			template_append(list, column_value(k, &columns[i], 300, 24));
			template_append(list, column_value(k, &columns[i + 1], 276, 0));
		} else {
			template_append(list, column_value(k, &columns[i], 576, 0));
		}
		template_put(pair, STR("columns"), list);
		template_append(pairs, pair);
	}
	return pairs;
}

/* -- text ------------------------------------------------------------------------------------- */

/* A name that leaves the bar no room has a line of its own. */
static void
head_text(struct block *k, const struct column *c, const struct row *r)
{
	size_t room = k->b->columns - INDENT - BAR - FIGURE - 2;
	struct buf *out = k->text;
	struct buf bar;

	block_right(out, r->place, PLACE);
	buf_addz(out, "  ");
	block_left(out, r->name, room);
	if (text_width(r->name) > room) {
		buf_addc(out, '\n');
		buf_fill(out, ' ', INDENT + room);
	}
	buf_init(&bar, 4 * BAR);
	chart_bar(r->value, c->most, BAR, &bar);
	buf_addz(out, "  ");
	block_left(out, buf_str(&bar), BAR);
	buf_free(&bar);
	block_right(out, r->figure, FIGURE);
	buf_addc(out, '\n');
}

static struct str
changed_detail(const struct block *k, const struct row *r)
{
	return str_of(arena_printf(k->b->arena, "%.*s%s%.*s", STR_ARG(r->change),
		r->change.n && r->detail.n ? ", " : "", STR_ARG(r->detail)));
}

static void
column_text(struct block *k, const struct column *c)
{
	block_underline(k, c->title);
	for (size_t i = 0; i < c->count; i++) {
		const struct row *r = &c->rows[i];

		if (i)
			buf_addc(k->text, '\n');
		head_text(k, c, r);
		block_wrap(k, INDENT, r->note);
		block_wrap(k, INDENT, changed_detail(k, r));
		if (r->url.n)
			buf_printf(k->text, "%*s%.*s\n", INDENT, "", STR_ARG(r->url));
	}
	if (c->count && c->climbing.n)
		buf_addc(k->text, '\n');
	block_wrap(k, 0, c->climbing);
	if (c->note.n)
		buf_addc(k->text, '\n');
	block_wrap(k, 0, c->note);
}

/* -- the block -------------------------------------------------------------------------------- */

static int
sources_of(const struct block *k, struct str **names, size_t *n, struct err *e)
{
	static struct str usual[] = { STR_INIT("hf_models"), STR_INIT("github") };

	if (block_words(k, "sources", names, n, e) < 0)
		return -1;
	if (*n == 0) {
		*names = usual;
		*n = sizeof usual / sizeof usual[0];
	}
	for (size_t i = 0; i < *n; i++)
		if (!origin_find((*names)[i]))
			return err_set(e, ERR_DATA,
				"%s:%d: trending.sources: there is no '%.*s'; there "
				"are " ORIGIN_NAMES,
				k->b->file, k->line, STR_ARG((*names)[i]));
	return 0;
}

int
block_trending(struct block *k, struct err *e)
{
	struct value *data = template_object(k->b->arena);
	struct column *columns;
	struct str *names = NULL;
	size_t top, n, used = 0;

	if (block_top(k, 10, &top, e) < 0 || sources_of(k, &names, &n, e) < 0)
		return -1;
	columns = arena_many(k->b->arena, n, struct column);
	for (size_t i = 0; i < n; i++)
		if (set_column(k, origin_find(names[i])->source, top, &columns[used]))
			used++;
	if (used == 0)
		return 0;
	for (size_t i = 0; i < used; i++) {
		if (i)
			buf_addc(k->text, '\n');
		column_text(k, &columns[i]);
	}
	template_put(data, STR("pairs"), pairs_value(k, columns, used));
	return block_html(k, data, e);
}
