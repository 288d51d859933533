#include "compose/fact.h"

#include <math.h>

#include "base/text.h"
#include "compose/amount.h"
#include "compose/flood.h"
#include "compose/origin.h"
#include "compose/quality.h"
#include "compose/select.h"

enum {
	TITLE = 78,
	SAYS = 240,
	TASK = 60,
	FLOOD_CHART = 30,  /* where an owner's rows are counted, */
	FAMILY_CHART = 60, /* and a family's */
	FLOOD_ROWS = 4,
	FAMILY_ROWS = 8,
	LEAST_TOTAL = 50,
	LEAST_WORDS = 3, /* of a description that says something */
	HIGH = 10,       /* who is born into so high a place is news */
};

static const double usual_flood = 3, usual_family = 4, least_jump = 2, most_known = 0.95;

/* A counter that a newcomer of that kind does not reach every week. */
static const double newcomers[] = {
	[TREND_GITHUB] = 1000, [TREND_MODELS] = 100, [TREND_DATASETS] = 50, [TREND_SPACES] = 50
};

/* One chart, its rows as they may be printed, and the facts found so far. */
struct desk {
	const struct figures_chart *c;
	const struct origin *o;
	struct flood_row *rows;
	size_t row_count;
	struct arena *a;
	struct fact *list;
	size_t *n;
};

/* -- words ------------------------------------------------------------------------------------- */

#define say(d, ...) str_of(arena_printf((d)->a, __VA_ARGS__))
#define DAY(day) STR_ARG(amount_day((day), d->a))
#define WHOLE(v) STR_ARG(amount_whole((v), d->a))

/* "in the week to 14 Aug"; after a day that was not read it may be six days or eight. */
static struct str
over(struct desk *d, const struct trend_entity *e)
{
	int asof = d->c->report.asof, span = e->has_base ? asof - e->base_day : 7;

	if (span == 7)
		return say(d, "in the week to %.*s", DAY(asof));
	return say(d, "in the %d days to %.*s", span, DAY(asof));
}

/* What a chart is ranked by. On a source's first days it is HuggingFace's own score. */
static struct str
ranking(struct desk *d, size_t n)
{
	const struct trend_entity *first = d->c->report.momentum[0];
	const char *many = n == 1 ? d->o->one : d->o->many;
	struct str day = amount_day(d->c->report.asof, d->a);

	if (first->how == TREND_SCORE)
		return say(d, "Of the %zu %s that stand highest on %s on %.*s", n, many,
			d->o->place, STR_ARG(day));
	return say(d, "Of the %zu %s that gained the most %s on %s in the week to %.*s", n, many,
		d->o->unit, d->o->place, STR_ARG(day));
}

/* A headline: with the whole name, or with the part behind its slash, or with what fits of it. */
static struct str
headline(struct desk *d, struct str name, const char *behind)
{
	size_t rest = text_width(str_of(behind));

	if (text_width(name) + rest > TITLE)
		name = str_from(name, (size_t)(str_find(name, '/') + 1));
	if (rest < TITLE)
		name = text_cut(name, TITLE - rest, d->a);
	return text_cut(say(d, "%.*s%s", STR_ARG(name), behind), TITLE, d->a);
}

/* -- finding ------------------------------------------------------------------------------------ */

static struct fact *
add(struct desk *d, enum fact_kind kind, const struct trend_folded *row, double score)
{
	struct fact *f = &d->list[*d->n];

	if (*d->n == FACT_MOST)
		return NULL;
	++*d->n;
	*f = (struct fact){ .kind = kind,
		.source = d->c->source,
		.row = row,
		.entity = row ? row->lead : NULL,
		.name = row ? row->lead->name : (struct str){ 0 },
		.score = score - (d->c->kind == TREND_DATASETS || d->c->kind == TREND_SPACES) };
	if (row)
		f->url = origin_url(d->o, row->lead->name, d->a);
	return f;
}

/* A sentence names whom it is about once, and behind `before`. */
static void
tell(struct desk *d, struct fact *f, struct str before, struct str behind)
{
	f->name_at = before.n;
	f->sentence = say(d, "%.*s%.*s%.*s", STR_ARG(before), STR_ARG(f->name), STR_ARG(behind));
}

static size_t
count_words(struct str s)
{
	struct str word;
	size_t n = 0;

	while (str_split(&s, ' ', &word))
		n += word.n > 0;
	return n;
}

/* What it says of itself, as a quotation: none of it is ours. */
static struct str
quote(struct desk *d, const struct trend_entity *e)
{
	struct str words = text_clean(e->info.description, d->a), task;
	bool says_something = count_words(words) >= LEAST_WORDS || text_width(words) > 3 * HIGH;

	words = text_cut(words, SAYS, d->a);
	while (words.n && (words.p[words.n - 1] == '.' || words.p[words.n - 1] == ' '))
		words.n--;
	if (words.n && says_something)
		return say(
			d, "It describes itself as \xe2\x80\x9c%.*s\xe2\x80\x9d.", STR_ARG(words));
	task = text_cut(text_clean(e->info.task, d->a), TASK, d->a);
	return task.n ? say(d, "Its task is given as %.*s.", STR_ARG(task)) : task;
}

/* All of them gained what was counted, so that a sum says something. */
static bool
all_counted(const struct trend_folded *row)
{
	bool counted = row->lead->how != TREND_SCORE;

	for (size_t i = 0; i < row->family_count; i++)
		counted = counted && row->family[i]->how != TREND_SCORE;
	for (size_t i = 0; i < row->author_count; i++)
		counted = counted && row->author[i]->how != TREND_SCORE;
	return counted;
}

static struct str
together(struct desk *d, const struct trend_folded *row)
{
	if (!all_counted(row))
		return (struct str){ 0 };
	return say(d, "; together they gained %.*s %s", WHOLE(flood_sum(row)), d->o->unit);
}

static void
find_flood(struct desk *d, size_t at)
{
	const struct flood_row *row = &d->rows[at];
	const struct flood_row *next = at + 1 < d->row_count ? &d->rows[at + 1] : NULL;
	struct str owner = trend_author(row->folded->lead->name), numbered = { 0 };
	size_t chart = d->c->report.momentum_count, count = 0;
	struct fact *f;

	chart = chart < FLOOD_CHART ? chart : FLOOD_CHART;
	for (size_t i = 0; i < chart; i++)
		count += str_ieq(trend_author(d->c->report.momentum[i]->name), owner);
	if (!row->flood || owner.n == 0 || count < FLOOD_ROWS || count == chart ||
		(next && flood_sum(row->folded) <= next->folded->order))
		return;
	f = add(d, FACT_FLOOD, row->folded, log2((double)count / usual_flood));
	if (!f)
		return;
	if (row->range.n)
		numbered = say(d, ", their names numbered %.*s", STR_ARG(row->range));
	f->name = owner;
	f->url = origin_owner_url(d->o, owner, d->a);
	f->title = headline(d, owner,
		arena_printf(d->a, " has %zu of the %zu strongest %s on %s", count, chart,
			d->o->many, d->o->place));
	tell(d, f, say(d, "%.*s, %zu are by ", STR_ARG(ranking(d, chart)), count),
		say(d, "%.*s%.*s.", STR_ARG(numbered), STR_ARG(together(d, row->folded))));
}

static size_t
owners_of(const struct trend_folded *row)
{
	size_t n = 1;

	for (size_t i = 0; i < row->family_count; i++) {
		struct str owner = trend_author(row->family[i]->name);
		bool seen = str_ieq(owner, trend_author(row->lead->name));

		for (size_t k = 0; k < i; k++)
			seen = seen || str_ieq(owner, trend_author(row->family[k]->name));
		n += !seen;
	}
	return n;
}

static void
find_family(struct desk *d, size_t at)
{
	const struct trend_folded *row = d->rows[at].folded;
	size_t chart = d->c->report.momentum_count, members = row->family_count + 1;
	struct str owners = amount_count(owners_of(row), "account", "accounts", d->a);
	/* Of the row it is the family alone that is meant. */
	struct trend_folded alone = *row;
	struct fact *f;

	chart = chart < FAMILY_CHART ? chart : FAMILY_CHART;
	if (members < FAMILY_ROWS || members == chart)
		return;
	f = add(d, FACT_FAMILY, row, log2((double)members / usual_family));
	if (!f)
		return;
	alone.author_count = 0;
	alone.folded_momentum = 0;
	for (size_t i = 0; i < row->family_count; i++)
		alone.folded_momentum += row->family[i]->momentum;
	f->title = headline(d, row->lead->name,
		arena_printf(d->a, " and its copies: %zu of the %zu strongest %s", members, chart,
			d->o->many));
	tell(d, f, say(d, "%.*s, %zu are ", STR_ARG(ranking(d, chart)), members),
		say(d, " or carry its name, from %.*s%.*s.", STR_ARG(owners),
			STR_ARG(together(d, &alone))));
	f->says = quote(d, row->lead);
}

/* "6 388 stars on GitHub in the week to 14 Aug, from 139 098 to 145 486" */
static struct str
gained(struct desk *d, const struct trend_entity *e)
{
	double gain = (double)(e->value - e->base);

	return say(d, "%.*s %s on %s %.*s, from %.*s to %.*s", WHOLE(gain), d->o->unit, d->o->place,
		STR_ARG(over(d, e)), WHOLE((double)e->base), WHOLE((double)e->value));
}

static bool
jumped(const struct trend_entity *e)
{
	return e->how == TREND_GAIN && e->has_accel && e->accel >= least_jump;
}

static struct str
usual(struct desk *d, const struct trend_entity *e)
{
	if (!jumped(e))
		return (struct str){ 0 };
	return say(d, ", %.*s its usual week", STR_ARG(amount_times(e->accel, d->a)));
}

static void
find_jump(struct desk *d, const struct trend_folded *row)
{
	const struct trend_entity *e = row->lead;
	struct fact *f;

	if (!jumped(e))
		return;
	f = add(d, FACT_JUMP, row, log2(e->accel) - log2(e->rank) / 2);
	if (!f)
		return;
	f->title = headline(d, e->name,
		arena_printf(d->a, " gains %.*s %s%.*s", WHOLE((double)(e->value - e->base)),
			d->o->unit, STR_ARG(usual(d, e))));
	tell(d, f, (struct str){ 0 },
		say(d, " gained %.*s%.*s.", STR_ARG(gained(d, e)), STR_ARG(usual(d, e))));
	f->says = quote(d, e);
}

/* "the most", "the 4th most": of those that are tracked. */
static struct str
placed(struct desk *d, const struct trend_entity *e)
{
	if (e->rank == 1)
		return STR("the most");
	return say(d, "the %.*s most", STR_ARG(amount_ordinal(e->rank, d->a)));
}

static void
add_gain(struct desk *d, enum fact_kind kind, const struct trend_folded *row, double score,
	struct str last)
{
	const struct trend_entity *e = row->lead;
	struct str all = amount_count(d->c->report.count, d->o->one, d->o->many, d->a);
	struct fact *f = add(d, kind, row, score);

	if (!f)
		return;
	f->title = headline(d, e->name,
		arena_printf(d->a, " gains %.*s %s, %.*s of %.*s",
			WHOLE((double)(e->value - e->base)), d->o->unit, STR_ARG(placed(d, e)),
			STR_ARG(all)));
	tell(d, f, (struct str){ 0 },
		say(d, " gained %.*s%.*s, %.*s of the %.*s that are tracked.%.*s",
			STR_ARG(gained(d, e)), STR_ARG(usual(d, e)), STR_ARG(placed(d, e)),
			STR_ARG(all), STR_ARG(last)));
	f->says = quote(d, e);
}

/* The momentum of the last of the first ten. */
static double
tenth(const struct trend_report *r)
{
	size_t n = r->momentum_count < HIGH ? r->momentum_count : HIGH;

	return r->momentum[n - 1]->momentum;
}

static void
find_gain(struct desk *d, const struct trend_folded *row)
{
	const struct trend_entity *e = row->lead;

	if (e->how != TREND_GAIN || e->rank > HIGH)
		return;
	add_gain(d, FACT_GAIN, row, (log2(e->momentum / tenth(&d->c->report)) - 1) / 2,
		(struct str){ 0 });
	/* In an incomplete answer, those above it may only have been left out. */
	if (e->rank == 1 && e->prev_rank > 1 && !d->c->partial && !d->c->flooded)
		add_gain(d, FACT_LEADER, row, log2(e->prev_rank) / 2,
			say(d, " A week before it stood %.*s.",
				STR_ARG(amount_ordinal(e->prev_rank, d->a))));
}

/* Before there is a week to look back on, there is the source's own order. */
static void
find_top(struct desk *d, const struct trend_folded *row)
{
	const struct trend_entity *e = row->lead;
	struct str place = e->rank == 1 ? STR("first") : amount_ordinal(e->rank, d->a);
	struct fact *f;

	if (e->how != TREND_SCORE || e->rank > HIGH)
		return;
	f = add(d, FACT_TOP, row, -1 - log2(e->rank) / 2);
	if (!f)
		return;
	f->title = headline(d, e->name,
		arena_printf(d->a, " stands %.*s among the %s on %s", STR_ARG(place), d->o->many,
			d->o->place));
	tell(d, f, (struct str){ 0 },
		say(d,
			" stood %.*s among the %s on %s on %.*s, with a trending score of %.*s and "
			"%.*s %s.",
			STR_ARG(place), d->o->many, d->o->place, DAY(d->c->report.asof),
			WHOLE(e->momentum), WHOLE((double)e->value), d->o->unit));
	f->says = quote(d, e);
}

static void
find_born(struct desk *d, const struct trend_folded *row)
{
	const struct trend_report *r = &d->c->report;
	const struct trend_entity *e = row->lead;
	double newcomer = newcomers[d->c->kind];
	struct fact *f;
	int age;

	if (e->how != TREND_BORN || e->rank > HIGH || e->momentum < newcomer / 2)
		return;
	f = add(d, FACT_BORN, row, log2(e->momentum / newcomer));
	if (!f)
		return;
	age = r->asof - e->info.created;
	f->title = headline(d, e->name,
		arena_printf(d->a, " has %.*s %s on %s %s", WHOLE((double)e->value), d->o->unit,
			d->o->place,
			age == 0   ? "on its first day"
			: age == 1 ? "after a day"
				   : arena_printf(d->a, "after %d days", age)));
	tell(d, f, (struct str){ 0 },
		say(d, " was created on %.*s and had %.*s %s on %s on %.*s.", DAY(e->info.created),
			WHOLE((double)e->value), d->o->unit, d->o->place, DAY(r->asof)));
	f->says = quote(d, e);
}

static void
find_total(struct desk *d)
{
	const struct trend_numbers *t = &d->c->numbers;
	struct str rising = { 0 };
	struct fact *f;

	if (!t->has_gain || t->sum_gain7 <= 0 || t->eligible < LEAST_TOTAL || d->c->partial ||
		!quality_sums(d->c))
		return;
	f = add(d, FACT_TOTAL, NULL, -1);
	if (!f)
		return;
	/* Where nearly all gain, as what is searched by stars does, the share says nothing. */
	if (t->gainers_share < most_known)
		rising = say(d, "; %.*s of them gained",
			STR_ARG(amount_percent(t->gainers_share, d->a)));
	f->title = text_cut(say(d, "%zu %s gained %.*s %s on %s in a week", t->eligible, d->o->many,
				    WHOLE(t->sum_gain7), d->o->unit, d->o->place),
		TITLE, d->a);
	f->sentence = say(d,
		"Together the %zu %s that are tracked on %s gained %.*s %s in the week to "
		"%.*s%.*s.",
		t->eligible, d->o->many, d->o->place, WHOLE(t->sum_gain7), d->o->unit,
		DAY(d->c->report.asof), STR_ARG(rising));
}

void
fact_find(const struct figures *f, const struct figures_chart *c, struct arena *a,
	struct fact list[static FACT_MOST], size_t *n)
{
	struct desk d = {
		.c = c, .o = origin_find(str_of(c->source)), .a = a, .list = list, .n = n
	};
	enum quality q = quality_of(c, f->day);

	if (!d.o || q == QUALITY_STALE || q == QUALITY_FEW || c->report.momentum_count == 0)
		return;
	flood_rows(c, a, &d.rows, &d.row_count);
	for (size_t i = 0; i < d.row_count; i++) {
		const struct trend_folded *row = d.rows[i].folded;

		if (select_is_suspicious(row->lead, c->report.asof) || !quality_believes(row->lead))
			continue;
		find_flood(&d, i);
		find_family(&d, i);
		find_jump(&d, row);
		find_gain(&d, row);
		find_top(&d, row);
		find_born(&d, row);
	}
	find_total(&d);
}
