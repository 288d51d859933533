#include "compose/tile.h"

#include <string.h>

#include "base/text.h"
#include "compose/amount.h"
#include "compose/origin.h"
#include "compose/quality.h"
#include "trend/week.h"

enum { CHART = 30, TASK = 40 };

/* What is summed over all of a chart is only known where all of it is. */
static const struct figures_chart *
whole(const struct figures_chart *c)
{
	return c && !c->partial && quality_sums(c) ? c : NULL;
}

static bool
stars_gained(const struct tile_charts *d, struct tile *t)
{
	const struct figures_chart *c = whole(d->github);

	if (!c || !c->numbers.has_gain)
		return false;
	t->number = c->numbers.sum_gain7;
	t->value = amount_gain(t->number, d->a);
	t->label = str_of(arena_printf(d->a, "stars in 7 days across %.*s",
		STR_ARG(amount_count(c->numbers.eligible, "repository", "repositories", d->a))));
	return true;
}

static bool
biggest_gain(const struct tile_charts *d, struct tile *t)
{
	const struct figures_chart *c = whole(d->github);

	if (!c || c->numbers.top_gain.n == 0)
		return false;
	t->number = c->numbers.top_gain7;
	t->value = amount_gain(t->number, d->a);
	t->label = c->numbers.top_gain_days == TREND_WEEK
			   ? STR("stars in 7 days, the biggest single gain:")
			   : str_of(arena_printf(d->a,
				     "stars in 7 days at the pace of %d, the biggest single gain:",
				     c->numbers.top_gain_days));
	t->name = c->numbers.top_gain;
	t->url = origin_url(origin_find(STR("github")), t->name, d->a);
	return true;
}

static bool
typical_growth(const struct tile_charts *d, struct tile *t)
{
	const struct figures_chart *c = d->github;

	if (!c || !c->numbers.has_median)
		return false;
	t->number = c->numbers.median_growth;
	t->value = amount_growth(t->number, d->a);
	t->label = STR("stars in 7 days, the typical growth of a repository (median)");
	return true;
}

static bool
rising(const struct tile_charts *d, struct tile *t)
{
	const struct figures_chart *c = whole(d->github);

	if (!c || !c->numbers.has_gain)
		return false;
	t->number = c->numbers.gainers_share;
	t->value = amount_percent(t->number, d->a);
	t->label = str_of(arena_printf(d->a, "of %.*s gained stars in 7 days",
		STR_ARG(amount_count(c->numbers.eligible, "repository", "repositories", d->a))));
	t->share = (int)(t->number * 100 + 0.5);
	return true;
}

/* "15 of 30", and the share that it is. */
static void
set_part(struct tile *t, size_t part, size_t of, struct arena *a)
{
	t->number = (double)part;
	t->value = str_of(arena_printf(a, "%zu of %zu", part, of));
	t->share = (int)(part * 100 / of);
}

static bool
new_top(const struct tile_charts *d, struct tile *t)
{
	const struct figures_chart *c = whole(d->github);

	if (!c || c->flooded || !c->numbers.has_churn50)
		return false;
	set_part(t, (size_t)c->numbers.churn50, 50, d->a);
	t->label = str_of(arena_printf(d->a, "repositories in the top 50 were not there on %.*s",
		STR_ARG(amount_day(c->report.base_day, d->a))));
	return true;
}

/* Of the models with the highest trendingScores. */
static bool
hf_likes(const struct tile_charts *d, struct tile *t)
{
	const struct figures_chart *c = whole(d->models);

	if (!c || c->numbers.chart_rows < CHART)
		return false;
	t->number = c->numbers.chart_likes7;
	t->value = str_of(arena_printf(d->a, "~%.*s", STR_ARG(amount_whole(t->number, d->a))));
	t->label = STR("likes in about 7 days on Hugging Face's 30 trending models");
	return true;
}

/* The numbers know authors in lower case; the chart has them as they write themselves. */
static struct str
as_written(const struct figures_chart *c, struct str author)
{
	for (size_t i = 0; i < c->report.count; i++)
		if (str_ieq(trend_author(c->report.entities[i].name), author))
			return trend_author(c->report.entities[i].name);
	return author;
}

static bool
top_author(const struct tile_charts *d, struct tile *t)
{
	const struct figures_chart *c = d->models;

	if (!c || c->partial || c->numbers.chart_rows < CHART || c->numbers.author_rows < 2)
		return false;
	set_part(t, c->numbers.author_rows, c->numbers.chart_rows, d->a);
	t->label = STR("trending models on Hugging Face are by one author:");
	t->name = as_written(c, c->numbers.author);
	t->url = origin_owner_url(origin_find(STR("hf_models")), t->name, d->a);
	return true;
}

static bool
top_task(const struct tile_charts *d, struct tile *t)
{
	const struct figures_chart *c = d->models;

	if (!c || c->partial || c->numbers.chart_rows < CHART || c->numbers.task_rows < 2)
		return false;
	set_part(t, c->numbers.task_rows, c->numbers.chart_rows, d->a);
	t->label = str_of(arena_printf(d->a,
		"trending models on Hugging Face are for %.*s, the most common task",
		STR_ARG(text_cut(text_clean(c->numbers.task, d->a), TASK, d->a))));
	return true;
}

static bool
most_downloaded(const struct tile_charts *d, struct tile *t)
{
	const struct figures_chart *c = d->models;

	if (!c || c->partial || c->numbers.top_downloads.n == 0)
		return false;
	t->number = (double)c->numbers.downloads;
	t->value = amount_brief(t->number, d->a);
	t->label = str_of(arena_printf(d->a, "downloads in 30 days, the most of %.*s:",
		STR_ARG(amount_count(c->report.count, "model", "models", d->a))));
	t->name = c->numbers.top_downloads;
	t->url = origin_url(origin_find(STR("hf_models")), t->name, d->a);
	return true;
}

static const struct {
	const char *key, *source;
	bool (*set)(const struct tile_charts *d, struct tile *t);
} tiles[TILES] = {
	{ "stars_gained", "github", stars_gained },
	{ "biggest_gain", "github", biggest_gain },
	{ "hf_likes", "hf_models", hf_likes },
	{ "top_author", "hf_models", top_author },
	{ "typical_growth", "github", typical_growth },
	{ "new_top", "github", new_top },
	{ "most_downloaded", "hf_models", most_downloaded },
	{ "top_task", "hf_models", top_task },
	{ "rising", "github", rising },
};

size_t
tile_find(struct str key)
{
	size_t i = 0;

	while (i < TILES && !str_eqz(key, tiles[i].key))
		i++;
	return i;
}

bool
tile_is_from(size_t which, const char *source)
{
	return which < TILES && strcmp(tiles[which].source, source) == 0;
}

bool
tile_make(const struct tile_charts *d, size_t which, struct tile *out)
{
	*out = (struct tile){ .key = tiles[which].key, .source = tiles[which].source };
	return tiles[which].set(d, out);
}
