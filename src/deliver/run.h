/* run.h: one run of a send, as the files of this folder share it. Nobody outside deliver/ sees it.
 */
#ifndef DELIVER_RUN_H
#define DELIVER_RUN_H

#include "deliver/deliver.h"
#include "deliver/pace.h"
#include "deliver/relays.h"
#include "deliver/reserve.h"
#include "mail/letter.h"
#include "mail/verp.h"

enum {
	RUN_BATCH = 256, /* rows read at a time */
	RUN_EVENTS = 256,
	RUN_LATER = 4096, /* rows set aside for their domain's pace */
	RUN_HANDS = 8192, /* buckets of those in hand */
	RUN_EDITIONS = 8,
};

/* Somebody whose message a relay has; with all that may be needed again. */
struct hand {
	struct delivery d;
	size_t relay;
	size_t domain;   /* index of the domain's pace, or SIZE_MAX */
	bool signed_now; /* the signature is to be kept */
	bool marked;
	struct hand *next;
	char strings[];
};

struct loaded {
	int64_t id;
	struct arena arena;
	struct letter letter;
};

struct domain_pace {
	struct pace pace;
	uint32_t in_hand;
};

struct run {
	struct db *db;
	struct issue *issue;
	const struct deliver_options *o;
	struct deliver_result *out;
	struct err *e;
	struct relays relays;
	struct reserve reserve;
	bool disk_full;
	struct domain_pace *domains;
	struct loaded editions[RUN_EDITIONS];
	size_t edition_count;
	/* what comes next: queue.c */
	struct arena batch_arena;
	struct delivery batch[RUN_BATCH];
	size_t batch_at, batch_count;
	int64_t cursor;
	bool queue_empty, again; /* again: rows were put back behind the cursor */
	int64_t next_due;        /* wall clock; 0: none is deferred */
	int doubt_passes;
	bool doubts;
	struct hand *later[RUN_LATER];
	size_t later_count;
	bool passed_over;    /* rows of slow domains, for which `later` had no room */
	int64_t apart_until; /* clock_steady; rows wait for a relay of their own; 0: none does */
	/* what is under way */
	struct hand *hands[RUN_HANDS];
	size_t in_hand;
	struct relay_event events[RUN_EVENTS];
	size_t event_count;
	int64_t taken, policy_refusals, judged;
	int64_t began, drain_until; /* clock_steady */
	bool draining, policy_stop, reached,
		refused; /* refused: every relay was, when the loop ended */
	struct deliver_progress progress;
	int64_t told;
};

/* Begin nothing more; finish what is on the wire. */
void run_drain(struct run *r);

/* -- hand.c */
struct hand *hand_make(struct run *r, const struct delivery *d); /* free it, or hand_keep */
void hand_keep(struct run *r, struct hand *h);
struct hand *hand_find(struct run *r, int64_t subscriber); /* or NULL */
void hand_free(struct run *r, struct hand *hand);          /* one that was kept */

/* -- fill.c */
/* ERR_DATA when this one person's copy cannot be made. */
int fill_letter(struct run *r, struct hand *h, struct buf *body);
struct str fill_sender(const struct run *r, const struct hand *h, char verp[static VERP_MAX + 1]);

/* -- queue.c */
/* The next row to offer: 1, 0 none now. The hand is the caller's to keep or to free. */
int queue_next(struct run *r, struct hand **out);
/* Rows behind the cursor are queued again: they come once more. */
void queue_put_back(struct run *r);

/* -- choose.c */
enum choice {
	GOES,
	WAITS_FOR_ROOM, /* as all others do */
	WAITS_APART,    /* for a relay that others do not need */
	STAYS,          /* queued; not in this run */
	CANNOT_GO
};
enum choice choose_relay(struct run *r, const struct hand *h, size_t *out);
/* Of the relay that is next: the first that can be used. */
bool choose_any_room(const struct run *r);
bool choose_has_room(const struct run *r, size_t i);
bool choose_domain_allows(struct run *r, const struct hand *h);

/* -- verdict.c */
/* In the turn's transaction. */
int verdict_record(struct run *r, const struct relay_event *ev);
/* What is said of a whole relay, for people and for the end of the run. */
void verdict_on_relay(struct run *r, const struct relay_event *ev);
/* A letter that cannot be filled is nobody else's trouble: that one fails, in words, in a
 * transaction of its own. */
int verdict_unfillable(struct run *r, struct hand *h, const char *why);

/* -- offer.c */
bool offer_may_take(const struct run *r);
int offer_rows(struct run *r);

/* -- turn.c */
struct turn {
	uint64_t *due, *withdrawn; /* freed by whoever made the turn */
	size_t due_count, due_room, withdrawn_count;
};
void turn_collect(struct run *r, struct turn *t);
int turn_commit(struct run *r, struct turn *t);
/* After the commit: who was recorded is out of hand, who was marked is marked. */
void turn_settle(struct run *r, struct turn *t);

#endif
