/* health.h: the few recipient domains that are in trouble: who is left alone for a while, and who
 * is served more slowly. Pure: the time and the dice are passed in. */
#ifndef DELIVER_HEALTH_H
#define DELIVER_HEALTH_H

#include "base/str.h"
#include "deliver/pace.h"
#include "net/reply.h"

enum {
	HEALTH_DOMAINS = 256, /* remembered at a time; of more, who was heard of longest ago goes */
	HEALTH_NAME = 255,
	HEALTH_WORDS = 300,
	HEALTH_STRIKES = 8, /* temporary refusals in a row: then it is left alone */
};

/* Times are clock_steady's. */
struct ailing {
	uint64_t hash;
	char name[HEALTH_NAME + 1];
	char words[HEALTH_WORDS + 1]; /* the last refusal's */
	bool greylists; /* it took somebody whom it had put off: first meetings tell nothing */
	int strikes;    /* temporary refusals since the last that it took */
	int64_t rest, rests_until; /* how long it is left alone; 0: it is not */
	int64_t probe_until;       /* one message is on its way to see how it is */
	int64_t waits_from;        /* the first row that was passed over for its rest's sake; 0 */
	bool changed;              /* what is kept across runs, since it was written down */
	struct pace pace;          /* without a ceiling: as fast as it goes */
	uint32_t asked;            /* times that it asked for less */
	struct meter meter;        /* what it has taken since it is watched */
	int64_t heard_at;
};

struct health {
	struct ailing *table; /* freed by health_free */
	size_t count;
	int64_t rest_first;
	int64_t lost_from; /* the first row that waited for one whose place was needed; 0 */
};

/* A rest begins with `first`, doubles each time it was in vain, up to half an hour. */
void health_init(struct health *h, int64_t first);
void health_free(struct health *h);

/* NULL: it is well, as nearly all are. */
struct ailing *health_find(const struct health *h, struct str domain);

/* Is a temporary refusal at RCPT said of the domain, or of one mailbox (4.1.x, 4.2.x) or of a first
 * meeting (greylisting), which the next row says nothing about? */
bool health_is_strike(const struct reply *reply);

/* A strike. `again`: it had put this one off before. `dice`, 0 to 999, is for the rest's ±20 %. */
void health_strike(struct health *h, struct str domain, const char *words, bool again,
	unsigned dice, int64_t now);
/* It asked for less: once is no reason, and more rarely than once in ten is not either.
 * `measured`: what went through its relay, for when nothing is known of it. */
void health_slow_down(
	struct health *h, struct str domain, double measured, const char *words, int64_t now);
/* It took one. Forgotten when nothing is left to remember; true when it was left alone, so that the
 * rows that were passed over may come again. */
bool health_accepted(struct health *h, struct ailing *d, bool again, int64_t now);
/* One on its way came back without a word from the domain. */
void health_unanswered(struct ailing *d);

/* Does it rest, or waits for the answer to the one that probes it? When does that end; 0: no. */
int64_t health_rests_until(const struct ailing *d, int64_t now);
/* One was offered: out of its bucket; the first after a rest is the probe. */
void health_took(struct ailing *d, int64_t now);

/* The first moment that a rest for whose sake rows were passed over is over; 0: there is none. */
int64_t health_wakes_at(const struct health *h, int64_t now);
/* A row is passed over until it has rested. */
void health_pass_over(struct ailing *d, int64_t row);
/* Those whose time has come are waited for no longer: the first row that was; 0: none. */
int64_t health_wake(struct health *h, int64_t now);

/* After they were written down: what has nothing more to remember goes. */
void health_tidy(struct health *h);

/* Put one in as an earlier run had it. */
struct ailing *health_recall(struct health *h, struct str domain, int64_t now);

#endif
