#include "trend/numbers.h"

#include <stdlib.h>

#include "trend/fold.h"

enum { CHART = 30, CHURN = 50, MEDIAN_BASE = 100 };

static int
by_value(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return (a > b) - (a < b);
}

static double
median(double *v, size_t n)
{
	qsort(v, n, sizeof *v, by_value);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static void
count_gains(const struct trend_report *r, struct arena *a, struct trend_numbers *out)
{
	double *growths = arena_many(a, r->count + 1, double), top = 0;
	size_t n = 0, gainers = 0;

	for (size_t i = 0; i < r->count; i++) {
		const struct trend_entity *e = &r->entities[i];

		if (e->status != TREND_OK)
			continue;
		out->eligible++;
		out->sum_gain7 += e->gain7;
		gainers += e->gain7 > 0;
		if (e->base >= MEDIAN_BASE)
			growths[n++] = e->raw_growth;
		if (e->gain7 > top || (e->gain7 == top && out->top_gain.n &&
					      str_cmp(e->name, out->top_gain) < 0)) {
			top = e->gain7;
			out->top_gain = e->name;
			out->top_gain_days = r->asof - e->base_day;
		}
	}
	out->top_gain7 = top;
	out->has_gain = out->eligible > 0;
	if (out->has_gain)
		out->gainers_share = (double)gainers / (double)out->eligible;
	out->has_median = n > 0;
	if (n)
		out->median_growth = median(growths, n);
}

static bool
is_listed(const struct str *names, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(names[i], name))
			return true;
	return false;
}

static void
count_churn(const struct trend_report *r, struct trend_numbers *out)
{
	out->has_churn50 = r->momentum_count >= CHURN && r->previous_count >= CHURN;
	for (size_t i = 0; out->has_churn50 && i < CHURN; i++)
		out->churn50 += !is_listed(r->previous, CHURN, r->momentum[i]->name);
}

static int
by_score(const void *x, const void *y)
{
	const struct trend_entity *a = *(const struct trend_entity *const *)x,
				  *b = *(const struct trend_entity *const *)y;

	if (a->info.score != b->info.score)
		return a->info.score > b->info.score ? -1 : 1;
	return str_cmp(a->name, b->name);
}

/* The most frequent of n words without regard to case, as its lower-case form; of equals the first
 * in the alphabet. */
static size_t
most_frequent(const struct str *words, size_t n, struct arena *a, struct str *out)
{
	size_t most = 0;

	for (size_t i = 0; i < n; i++) {
		char *low = arena_strz(a, words[i]);
		struct str word = { .p = low, .n = words[i].n };
		size_t count = 0;

		for (size_t k = 0; k < word.n; k++)
			if (low[k] >= 'A' && low[k] <= 'Z')
				low[k] = (char)(low[k] - 'A' + 'a');
		for (size_t k = 0; k < n; k++)
			count += str_ieq(words[k], word);
		if (word.n && (count > most || (count == most && str_cmp(word, *out) < 0))) {
			most = count;
			*out = word;
		}
	}
	return most;
}

static void
count_chart(const struct trend_report *r, struct arena *a, struct trend_numbers *out)
{
	const struct trend_entity **chart =
		arena_many(a, r->count + 1, const struct trend_entity *);
	struct str authors[CHART], tasks[CHART];
	size_t n = 0;

	if (r->kind == TREND_GITHUB)
		return;
	for (size_t i = 0; i < r->count; i++)
		if (r->entities[i].info.has_score)
			chart[n++] = &r->entities[i];
	qsort(chart, n, sizeof *chart, by_score);
	out->chart_rows = n < CHART ? n : CHART;
	for (size_t i = 0; i < out->chart_rows; i++) {
		out->chart_likes7 += chart[i]->info.score;
		authors[i] = trend_author(chart[i]->name);
		tasks[i] = chart[i]->info.task;
	}
	out->author_rows = most_frequent(authors, out->chart_rows, a, &out->author);
	out->task_rows = most_frequent(tasks, out->chart_rows, a, &out->task);
}

static void
find_most_downloaded(const struct trend_report *r, struct trend_numbers *out)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct trend_entity *e = &r->entities[i];

		if (e->info.has_downloads &&
			(out->top_downloads.n == 0 || e->info.downloads > out->downloads)) {
			out->top_downloads = e->name;
			out->downloads = e->info.downloads;
		}
	}
}

void
trend_numbers(const struct trend_report *r, struct arena *a, struct trend_numbers *out)
{
	*out = (struct trend_numbers){ .tracked = r->count };
	count_gains(r, a, out);
	count_churn(r, out);
	count_chart(r, a, out);
	find_most_downloaded(r, out);
}
