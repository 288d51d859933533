#include "cmd/morning.h"

#include <string.h>

#include "base/log.h"
#include "collect/collect.h"
#include "store/thin.h"

enum { TRIES = 6, WORDS = 16 * 1024 };

static const int64_t between_tries = 3600 * CLOCK_SECOND, deadline = 600 * CLOCK_SECOND;
static const char tried_fact[] = "daily_collected", told_fact[] = "daily_told";

/* -- facts of the day -------------------------------------------------------------------------- */

static void
remember(struct db *db, const char *name, struct str value)
{
	struct err e = { 0 };

	if (db_begin(db, &e) == 0 && db_set_fact(db, name, value, &e) == 0 &&
		db_commit(db, &e) == 0)
		return;
	db_rollback(db);
	log_debug("the fact %s was not kept: %s", name, e.text);
}

/* What was remembered of this day; empty: nothing. */
static struct str
recall(struct db *db, const char *name, const char *day, struct arena *a)
{
	struct str fact, first;
	struct err e;

	if (db_fact(db, name, a, &fact, &e) != 1 || !str_split(&fact, ' ', &first) ||
		!str_eqz(first, day))
		return (struct str){ 0 };
	return fact;
}

bool
morning_is_news(struct db *db, struct day day, int code, struct str words)
{
	struct arena a = { 0 };
	char date[11];
	struct str told;
	bool news;

	clock_print_day(day, date);
	told = str_of(arena_printf(&a, "%d %.*s", code, words.n < WORDS ? (int)words.n : WORDS,
		words.n ? words.p : ""));
	news = !str_eq(recall(db, told_fact, date, &a), told);
	if (news)
		remember(db, told_fact, str_of(arena_printf(&a, "%s %.*s", date, STR_ARG(told))));
	arena_free(&a);
	return news;
}

/* -- collecting -------------------------------------------------------------------------------- */

/* May they be asked, or asked again? Then it is written down before: a try that crashes is one. */
static bool
may_try(struct db *db, struct day day, bool first)
{
	struct arena a = { 0 };
	uint64_t tries = 0, at = 0;
	struct str rest, word;
	char date[11];
	bool may;

	clock_print_day(day, date);
	rest = recall(db, tried_fact, date, &a);
	if (str_split(&rest, ' ', &word) &&
		!(str_u64(word, TRIES, &tries) && str_u64(rest, INT64_MAX, &at)))
		tries = at = 0;
	may = tries == 0 ? first : tries < TRIES && clock_now() - (int64_t)at >= between_tries;
	if (may)
		remember(db, tried_fact,
			str_of(arena_printf(
				&a, "%s %d %lld", date, (int)tries + 1, (long long)clock_now())));
	arena_free(&a);
	return may;
}

static void
tell(void *context, const struct collect_result *r)
{
	bool *any = context;

	*any = *any || r->kept.answered;
	if (*r->why)
		log_warn("%s: %s", r->source, r->why);
	else
		log_info("%s: %lld rows", r->source, (long long)r->kept.rows);
}

static bool
asks_anybody(const struct publication *p)
{
	for (size_t i = 0; i < source_count; i++)
		if (source_table[i].url(&p->settings.sources))
			return true;
	return false;
}

void
morning_collect(const struct publication *p, struct db *db, struct day issue, bool begun)
{
	struct day day = clock_day_at(clock_now(), "UTC");
	struct err e = { 0 };
	bool any = false;

	if (clock_day_cmp(day, issue) > 0)
		day = issue;
	if (!asks_anybody(p) || collect_is_whole(p, db, day) || !may_try(db, day, !begun))
		return;
	if (collect_run(p, db, day, COLLECT_MISSING, deadline, tell, &any, &e) < 0)
		log_warn("nothing was collected: %s", e.text);
	else if (!any)
		log_warn("no source answered; the issue is made of what was collected before");
	if (thin_run(db, day, &e) < 0)
		log_warn("old snapshots were not thinned: %s", e.text);
}
