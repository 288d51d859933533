/* hackernews.c: the stories on Hacker News' front page: their ids, and then each by its id. */
#include "base/arena.h"
#include "collect/source.h"

enum { STORIES = 30 };

/* The next number of "[47815774,47824463,...". */
static bool
next_id(struct str *rest, struct str *id)
{
	size_t n = 0;

	while (rest->n && (rest->p[0] < '0' || rest->p[0] > '9'))
		*rest = str_from(*rest, 1);
	while (n < rest->n && rest->p[n] >= '0' && rest->p[n] <= '9')
		n++;
	*id = str_sub(*rest, 0, n);
	*rest = str_from(*rest, n);
	return n > 0 && n < 20;
}

void
hackernews_stories(struct asking *a)
{
	const char *base = a->settings->hackernews_url;
	struct question q = { .accept = "application/json", .unkept = true };
	struct answer *got;
	struct str ids, id;

	a->rules = (struct patience_rules){ .limit_wait = 5 * CLOCK_SECOND };
	q.url = arena_printf(a->arena, "%s/v0/topstories.json", base);
	if (ask(a, &q, &got) != ASKED_GOOD)
		return;
	ids = got->body;
	q.unkept = false;
	for (int i = 0; i < STORIES && next_id(&ids, &id); i++) {
		q.url = arena_printf(a->arena, "%s/v0/item/%.*s.json", base, STR_ARG(id));
		if (ask(a, &q, &got) == ASKED_OVER)
			return;
		/* What was taken away between the two questions is null. */
		if (got && str_eqz(str_trim(got->body), "null"))
			ask_drop(a);
	}
}
