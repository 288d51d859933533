/* stats.h: a publication's days: who came and left, what was sent, and what came back. */
#ifndef STORE_STATS_H
#define STORE_STATS_H

#include "base/clock.h"
#include "store/delivery.h"
#include "store/reason.h"
#include "store/subscriber.h"

/* What became of one issue, or of all to one domain. */
struct stats_mail {
	int64_t all, sent, failed, open; /* open: queued, on the wire, deferred or in doubt */
	int64_t bounced;                 /* refused for the address's sake, or bounced later */
	int64_t complained;
};

struct stats_day {
	struct day day;
	int64_t readers; /* active at its end */
	int64_t joined, left;
	bool has_issue;
	struct stats_mail mail; /* the issue's; and what came back that day of none that is known */
};

struct stats_domain {
	struct str name;
	int64_t readers;
	struct stats_mail mail;
};

struct stats {
	struct stats_day *days;
	size_t day_count;
	struct stats_domain
		*domains; /* those with most mail first, at most as many as were asked for */
	size_t domain_count;
	int64_t states[SUBSCRIBER_STATES]; /* now */
	int64_t readers_before;            /* active before the first day */
	struct stats_day all;              /* sums; readers: at the end of the last day */
	int64_t issues;
	int64_t reasons[REASONS]; /* why they left, by those who said so; since ever */
};

/*
 * From day to day, both included, as they are in the zone. Who is active is known of now; the days
 * before are reckoned back by the events. One read transaction, and one walk through the events,
 * the people and the ledger of the days' issues: seconds for ten million rows. Lives in the arena.
 */
int stats_read(struct db *db, struct day from, struct day to, const char *zone, size_t most_domains,
	struct arena *a, struct stats *out, struct err *e);

#endif
