/* ossinsight.c: the stars that OSS Insight counted this week, to compare ours with. */
#include "base/arena.h"
#include "collect/source.h"

void
ossinsight_week(struct asking *a)
{
	struct question q = { .accept = "application/json" };

	a->rules = (struct patience_rules){ .limit_wait = 5 * CLOCK_SECOND };
	q.url = arena_printf(a->arena, "%s/v1/trends/repos/?period=past_week&language=All",
		a->settings->ossinsight_url);
	ask(a, &q, NULL);
}
