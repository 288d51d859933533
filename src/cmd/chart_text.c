#include "cmd/chart.h"

#include <stdio.h>

#include "base/text.h"
#include "compose/amount.h"

enum { NAME_COLUMNS = 48, SLOW = 50, FAST = 200 /* hundredths of the usual week */ };

static const struct {
	const char *title, *one, *many, *unit;
} words[] = {
	[TREND_GITHUB] = { "GitHub", "repository", "repositories", "stars" },
	[TREND_MODELS] = { "Hugging Face models", "model", "models", "likes" },
	[TREND_DATASETS] = { "Hugging Face datasets", "dataset", "datasets", "likes" },
	[TREND_SPACES] = { "Hugging Face spaces", "space", "spaces", "likes" },
};

/* So many blanks that s fills its column; on a terminal, characters are not all as wide. */
static int
pad(struct str s, size_t columns)
{
	size_t width = text_width(s);

	return width < columns ? (int)(columns - width) : 0;
}

static size_t
widest_name(struct trend_entity *const *list, size_t n)
{
	size_t most = 0;

	for (size_t i = 0; i < n; i++) {
		size_t width = text_width(list[i]->name);

		most = width > most ? width : most;
	}
	return most < NAME_COLUMNS ? most : NAME_COLUMNS;
}

/* "+3" places up, "-2" down, "NEW", or "-" for what was not ranked a week ago. */
static const char *
change(const struct trend_entity *e, struct arena *a)
{
	if (e->prev_rank)
		return e->prev_rank == e->rank ? "="
					       : arena_printf(a, "%+d", e->prev_rank - e->rank);
	return e->status == TREND_NEW || e->how == TREND_BORN ? "NEW" : "-";
}

/* What a momentum is: gained in a week; all of it, by who is younger; or HuggingFace's word. */
static const char *
note(const struct trend_entity *e, struct arena *a)
{
	switch (e->how) {
	case TREND_UNRANKED:
	case TREND_GAIN:
		break;
	case TREND_BORN:
		return "  all of it: younger than a week";
	case TREND_SCORE:
		return "  about: Hugging Face's trendingScore";
	}
	if (!e->has_accel || (e->accel * 100 > SLOW && e->accel * 100 < FAST))
		return "";
	return arena_printf(a, "  %.*s its usual week", STR_ARG(amount_times(e->accel, a)));
}

static void
tell_momentum(struct out *o, const struct figures_chart *c, size_t n, struct arena *a)
{
	struct trend_entity *const *list = c->report.momentum;
	size_t columns = widest_name(list, n);

	out_line(o, "  Gaining momentum: %s this week, and in all", words[c->kind].unit);
	for (size_t i = 0; i < n; i++) {
		const struct trend_entity *e = list[i];
		struct str name = text_cut(e->name, NAME_COLUMNS, a);
		struct str gain = amount_gain(e->momentum, a),
			   all = amount_whole((double)e->value, a);

		out_line(o, "  %3zu %5s  %.*s%*s  %*s%s%.*s  %*s%.*s%s", i + 1, change(e, a),
			STR_ARG(name), pad(name, columns), "", pad(gain, 8), "",
			e->how == TREND_SCORE ? "~" : " ", STR_ARG(gain), pad(all, 9), "",
			STR_ARG(all), note(e, a));
	}
}

static void
tell_movers(struct out *o, const struct figures_chart *c, size_t n, struct arena *a)
{
	struct trend_entity *const *list = c->report.movers;
	size_t columns = widest_name(list, n);

	out_line(o, "  Biggest movers: growth a week, small counters drawn to the mean; %s",
		words[c->kind].unit);
	for (size_t i = 0; i < n; i++) {
		const struct trend_entity *e = list[i];
		struct str name = text_cut(e->name, NAME_COLUMNS, a);
		struct str growth = amount_growth(e->growth, a);

		out_line(o, "  %3zu  %.*s%*s  %*s%.*s  %.*s in %d days, %.*s -> %.*s", i + 1,
			STR_ARG(name), pad(name, columns), "", pad(growth, 7), "", STR_ARG(growth),
			STR_ARG(amount_gain((double)(e->value - e->base), a)),
			c->report.asof - e->base_day, STR_ARG(amount_whole((double)e->base, a)),
			STR_ARG(amount_whole((double)e->value, a)));
	}
}

static void
tell_renamed(struct out *o, const struct figures_chart *c)
{
	for (size_t i = 0; i < c->report.renamed_count; i++)
		out_line(o, "  %.*s (was %.*s)", STR_ARG(c->report.renamed[i].name),
			STR_ARG(c->report.renamed[i].was));
}

/* "GitHub: 349 repositories, as of 14 Aug, beside 7 Aug". */
static void
tell_head(struct out *o, const struct figures_chart *c, int day, struct arena *a)
{
	const struct trend_report *r = &c->report;

	out_line(o, "%s: %.*s, as of %.*s%s%s%s", words[c->kind].title,
		STR_ARG(amount_count(r->count, words[c->kind].one, words[c->kind].many, a)),
		STR_ARG(amount_day(r->asof, a)), r->asof != day ? " (the newest there is)" : "",
		r->base_day == TREND_NO_DAY
			? ", no day a week before"
			: arena_printf(a, ", beside %.*s", STR_ARG(amount_day(r->base_day, a))),
		c->partial ? ", partial" : "");
}

void
chart_text(
	struct out *o, const struct figures_chart *c, struct day day, size_t top, struct arena *a)
{
	const struct trend_report *r = &c->report;
	size_t ranked = r->momentum_count < top ? r->momentum_count : top;
	size_t movers = r->mover_count < top ? r->mover_count : top;

	if (r->stale) {
		out_line(o, "%s: nothing read in the last three days", words[c->kind].title);
		return;
	}
	tell_head(o, c, clock_day_number(day), a);
	if (ranked)
		tell_momentum(o, c, ranked, a);
	if (movers)
		tell_movers(o, c, movers, a);
	tell_renamed(o, c);
}
