/* feeds.c: the RSS and Atom feeds that the settings name. */
#include "base/arena.h"
#include "collect/feed.h"
#include "collect/source.h"

static void
ask_feed(struct asking *a, const struct settings_feed *feed)
{
	struct question q = { .url = feed->url,
		.accept = "application/atom+xml, application/rss+xml, application/xml;q=0.9, "
			  "text/xml;q=0.9, */*;q=0.1",
		.abroad = true };
	struct arena scratch = { 0 };
	struct answer *got;
	struct feed f;
	struct err e;

	if (ask(a, &q, &got) != ASKED_GOOD)
		return;
	if (feed_parse(got->body, got->url, &scratch, &f, &e) < 0)
		ask_reject(a, arena_printf(a->arena, "%s: %s", feed->name, e.text));
	else
		got->items = feed_json(&f, str_of(feed->name), a->arena);
	arena_free(&scratch);
}

/* Each is a host of its own: one that is down says nothing about the next. */
void
feeds_items(struct asking *a)
{
	a->rules = (struct patience_rules){ .limit_wait = 5 * CLOCK_SECOND };
	for (size_t i = 0; i < a->settings->feed_count; i++) {
		ask_feed(a, &a->settings->feeds[i]);
		a->failed = 0;
		a->over = false;
	}
}
