#include "cmd/chart.h"

enum { DECIMALS = 6, EXAMPLES = 3, DROPPED = 20 };

static size_t
at_most(size_t n, size_t top)
{
	return top && n > top ? top : n;
}

static void
real_or_null(struct out *o, const char *key, bool known, double v)
{
	if (known)
		out_real(o, key, v, DECIMALS);
	else
		out_null(o, key);
}

static void
int_or_null(struct out *o, const char *key, bool known, int64_t v)
{
	if (known)
		out_int(o, key, v);
	else
		out_null(o, key);
}

static void
day_or_null(struct out *o, const char *key, int day)
{
	char text[11] = "";

	if (day != TREND_NO_DAY)
		clock_print_day(clock_numbered_day(day), text);
	out_strz(o, key, day != TREND_NO_DAY ? text : NULL);
}

/* -- one row ---------------------------------------------------------------------------------- */

static void
print_place(struct out *o, const struct trend_entity *e)
{
	int_or_null(o, "rank", e->rank, e->rank);
	int_or_null(o, "prev_rank", e->prev_rank, e->prev_rank);
	int_or_null(o, "rank_change", e->rank && e->prev_rank, e->prev_rank - e->rank);
}

static void
print_week(struct out *o, const struct trend_entity *e, int asof)
{
	int_or_null(o, "base", e->has_base, e->base);
	day_or_null(o, "base_date", e->has_base ? e->base_day : TREND_NO_DAY);
	int_or_null(o, "span", e->has_base, asof - e->base_day);
	int_or_null(o, "gain", e->has_base, e->value - e->base);
	real_or_null(o, "gain7", e->has_base, e->gain7);
	real_or_null(o, "growth", e->has_growth, e->growth);
	real_or_null(o, "raw_growth", e->has_raw_growth, e->raw_growth);
	real_or_null(o, "accel", e->has_accel, e->accel);
}

static void
print_entity(struct out *o, const struct trend_entity *e, enum trend_kind kind, int asof)
{
	out_object(o, NULL);
	out_str(o, "name", e->name);
	out_int(o, "value", e->value);
	real_or_null(o, "momentum", e->how != TREND_UNRANKED, e->momentum);
	out_strz(o, "how", e->how != TREND_UNRANKED ? trend_how_name(e->how) : NULL);
	print_place(o, e);
	out_strz(o, "status", trend_status_name(e->status));
	print_week(o, e, asof);
	if (kind != TREND_GITHUB)
		real_or_null(o, "trendingScore", e->info.has_score, e->info.score);
	if (kind == TREND_MODELS || kind == TREND_DATASETS)
		int_or_null(o, "downloads_30d", e->info.has_downloads, e->info.downloads);
	out_end(o);
}

static void
print_entities(struct out *o, const char *key, struct trend_entity *const *list, size_t n,
	const struct trend_report *r)
{
	out_array(o, key);
	for (size_t i = 0; i < n; i++)
		print_entity(o, list[i], r->kind, r->asof);
	out_end(o);
}

/* -- the lists behind ------------------------------------------------------------------------- */

static void
print_examples(struct out *o, const struct trend_folded *f)
{
	char text[300];

	out_array(o, "examples");
	for (size_t i = 0; i < f->family_count + f->author_count && i < EXAMPLES; i++) {
		bool family = i < f->family_count;
		const struct trend_entity *e =
			family ? f->family[i] : f->author[i - f->family_count];

		snprintf(text, sizeof text, "%s:%.*s", family ? "family" : "author",
			STR_ARG(e->name));
		out_strz(o, NULL, text);
	}
	out_end(o);
}

static void
print_folded(struct out *o, const struct figures_chart *c, size_t top)
{
	out_array(o, "folded");
	for (size_t i = 0; i < at_most(c->folded_count, top); i++) {
		const struct trend_folded *f = &c->folded[i];

		out_object(o, NULL);
		out_str(o, "name", f->lead->name);
		out_real(o, "momentum", f->lead->momentum, DECIMALS);
		out_real(o, "order", f->order, DECIMALS);
		out_int(o, "family", (int64_t)f->family_count);
		out_int(o, "author", (int64_t)f->author_count);
		out_real(o, "folded_momentum", f->folded_momentum, DECIMALS);
		print_examples(o, f);
		out_end(o);
	}
	out_end(o);
}

/* Those that are ranked and were never seen before. */
static void
print_new(struct out *o, const struct trend_report *r, size_t top)
{
	size_t told = 0;

	out_array(o, "new_entries");
	for (size_t i = 0; i < r->momentum_count && (!top || told < top); i++)
		if (r->momentum[i]->status == TREND_NEW) {
			out_str(o, NULL, r->momentum[i]->name);
			told++;
		}
	out_end(o);
}

/* Those that stood in the top 20; the others are counted in `status`. */
static void
print_dropped(struct out *o, const struct trend_report *r, size_t top)
{
	out_array(o, "dropped");
	for (size_t i = 0; i < at_most(r->dropped_count, top); i++) {
		if (r->dropped[i].prev_rank == 0 || r->dropped[i].prev_rank > DROPPED)
			break;
		out_object(o, NULL);
		out_str(o, "name", r->dropped[i].name);
		out_int(o, "prev_rank", r->dropped[i].prev_rank);
		out_end(o);
	}
	out_end(o);
}

static void
print_renamed(struct out *o, const struct trend_report *r, size_t top)
{
	out_array(o, "renamed");
	for (size_t i = 0; i < at_most(r->renamed_count, top); i++) {
		out_object(o, NULL);
		out_str(o, "name", r->renamed[i].name);
		out_str(o, "was", r->renamed[i].was);
		out_end(o);
	}
	out_end(o);
}

/* -- counts ----------------------------------------------------------------------------------- */

static void
print_status(struct out *o, const struct trend_report *r)
{
	int64_t counts[TREND_STATUSES] = { 0 };

	for (size_t i = 0; i < r->count; i++)
		counts[r->entities[i].status]++;
	out_object(o, "status");
	for (int i = 0; i < TREND_STATUSES; i++)
		if (counts[i])
			out_int(o, trend_status_name((enum trend_status)i), counts[i]);
	if (r->dropped_count)
		out_int(o, "dropped", (int64_t)r->dropped_count);
	out_end(o);
}

static void
print_named(struct out *o, const char *key, const char *what, struct str name, const char *count,
	int64_t n)
{
	out_object(o, key);
	out_str(o, what, name);
	out_int(o, count, n);
	out_end(o);
}

static void
print_chart_numbers(struct out *o, const struct trend_numbers *n)
{
	out_int(o, "chart_rows", (int64_t)n->chart_rows);
	real_or_null(o, "chart_likes7", n->chart_rows, n->chart_likes7);
	if (n->author.n)
		print_named(
			o, "author_share", "author", n->author, "rows", (int64_t)n->author_rows);
	if (n->task.n)
		print_named(o, "top_task", "task", n->task, "rows", (int64_t)n->task_rows);
	if (n->top_downloads.n)
		print_named(o, "top_downloads_30d", "name", n->top_downloads, "downloads",
			n->downloads);
}

static void
print_numbers(struct out *o, const struct figures_chart *c)
{
	const struct trend_numbers *n = &c->numbers;

	out_object(o, "numbers");
	out_int(o, "tracked", (int64_t)n->tracked);
	out_int(o, "eligible", (int64_t)n->eligible);
	real_or_null(o, "sum_gain7", n->has_gain, n->sum_gain7);
	real_or_null(o, "median_growth", n->has_median, n->median_growth);
	real_or_null(o, "gainers_share", n->has_gain, n->gainers_share);
	int_or_null(o, "churn50", n->has_churn50, n->churn50);
	if (n->top_gain.n) {
		out_object(o, "top_gain");
		out_str(o, "name", n->top_gain);
		out_real(o, "gain7", n->top_gain7, DECIMALS);
		out_end(o);
	} else {
		out_null(o, "top_gain");
	}
	if (c->kind != TREND_GITHUB)
		print_chart_numbers(o, n);
	out_end(o);
}

void
chart_json(struct out *o, const struct figures_chart *c, size_t top)
{
	const struct trend_report *r = &c->report;

	out_object(o, c->source);
	if (r->stale) {
		out_strz(o, "status", "stale");
		out_end(o);
		return;
	}
	day_or_null(o, "asof", r->asof);
	day_or_null(o, "base_day", r->base_day);
	out_int(o, "tracked", (int64_t)r->count);
	out_int(o, "rejected", r->rejected);
	out_bool(o, "partial", c->partial);
	print_status(o, r);
	real_or_null(o, "mu", r->has_mu, r->mu);
	print_entities(o, "momentum", r->momentum, at_most(r->momentum_count, top), r);
	print_entities(o, "movers", r->movers, at_most(r->mover_count, top), r);
	print_folded(o, c, top);
	print_new(o, r, top);
	print_dropped(o, r, top);
	print_renamed(o, r, top);
	print_numbers(o, c);
	out_end(o);
}
