/* numbers.h: the figures of "By the Numbers". Pure. */
#ifndef TREND_NUMBERS_H
#define TREND_NUMBERS_H

#include "trend/momentum.h"

/* What is unknown has its has_ false, or an empty name: it is left out, never 0. */
struct trend_numbers {
	size_t tracked, eligible;
	bool has_gain;    /* sum_gain7, gainers_share */
	double sum_gain7; /* stars or likes a week */
	bool has_median;
	double median_growth; /* of those with a base of 100 or more, a week */
	double gainers_share; /* of 1 */
	bool has_churn50;
	int churn50; /* names in the top 50 that were not there on the base day */
	struct str top_gain;
	double top_gain7;
	int top_gain_days; /* that were counted; the gain is a week's at their pace */
	size_t chart_rows; /* of HuggingFace's chart: the 30 highest trendingScores */
	double chart_likes7;
	struct str author; /* with the most rows on the chart */
	size_t author_rows;
	struct str task;
	size_t task_rows;
	struct str top_downloads;
	int64_t downloads;
};

void trend_numbers(const struct trend_report *r, struct arena *a, struct trend_numbers *out);

#endif
