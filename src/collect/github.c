/* github.c: repositories by topic, the most starred and the newest, and those that are followed on
 * after they left these searches. There is no API for what is trending. */
#include "base/arena.h"
#include "collect/source.h"

enum { PAGE = 100, FOLLOWED = 1000 };

/* Search grants 30 questions a minute with a token and 10 without. */
static const struct question as_github_asks = { .accept = "application/vnd.github+json",
	.extra = "X-GitHub-Api-Version: 2022-11-28" };

static void
search(struct asking *a, const char *topic, const char *more, struct day since)
{
	struct question q = as_github_asks;
	uint32_t rows = a->settings->github.repositories;
	char day[11];

	clock_print_day(since, day);
	q.pool = "search";
	q.pace = (a->token ? 2 : 6) * CLOCK_SECOND;
	q.pages = (rows + PAGE - 1) / PAGE;
	q.url = arena_printf(a->arena,
		"%s/search/repositories?q=topic:%s+%s%s&sort=stars&order=desc&per_page=%u",
		a->settings->github.url, topic, more, day, rows < PAGE ? rows : PAGE);
	ask(a, &q, NULL);
}

void
github_repositories(struct asking *a)
{
	const struct settings_list *topics = &a->settings->github.topics;
	struct question q = as_github_asks;

	/* "at least one minute", doubling, where a secondary limit does not say how long. */
	a->rules = (struct patience_rules){ .limit_wait = 60 * CLOCK_SECOND };
	for (size_t i = 0; i < topics->n; i++) {
		search(a, topics->p[i], "stars:%3E200+pushed:%3E=", clock_add_days(a->day, -7));
		search(a, topics->p[i], "created:%3E=", clock_add_days(a->day, -14));
	}
	q.pool = "core";
	ask_tracked(a, &q, arena_printf(a->arena, "%s/repos/", a->settings->github.url), "",
		"full_name", FOLLOWED);
}
