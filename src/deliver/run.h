/* run.h: one run of a send, as the files of this folder share it. Nobody outside deliver/ sees it.
 */
#ifndef DELIVER_RUN_H
#define DELIVER_RUN_H

#include "base/splice.h"
#include "deliver/clerk.h"
#include "deliver/deliver.h"
#include "deliver/gate.h"
#include "deliver/health.h"
#include "deliver/limit.h"
#include "deliver/pace.h"
#include "deliver/pool.h"
#include "deliver/relays.h"
#include "deliver/reserve.h"
#include "mail/message_id.h"
#include "mail/seal.h"
#include "mail/verp.h"
#include "store/relay.h"

enum {
	RUN_BATCH = 256,
	RUN_LATER = 4096, /* rows set aside for their domain's pace */
	RUN_HANDS = 8192, /* buckets of those in hand */
	RUN_EDITIONS = 8,
	RUN_STUMBLED = 64,
	RUN_SEALING = 256, /* letters that are being signed, or are and wait for room */
};

/* Somebody whose message a relay has, or who waits for a better moment; with all that may be needed
 * again. */
struct hand {
	struct delivery d;
	size_t relay;
	size_t domain;   /* index of the domain's pace, or SIZE_MAX */
	bool signed_now; /* the signature is to be kept */
	bool offered;    /* a relay has it */
	bool due;        /* it stands in the turn that is filled, to be marked */
	bool counted;    /* in run.marked: from then on, until what came of it stands in a turn */
	bool marked;     /* `sending` is committed */
	bool recorded;   /* what came of it stands in a turn, which ends it */
	/* Where letters are signed: what the pool makes of it, and why it could not. */
	struct run *run;
	struct pool_job job;
	struct splice *body;
	struct err *unfilled;
	struct hand *next;
	char strings[];
};

struct loaded {
	int64_t id;
	struct arena arena;
	struct letter letter;
	struct seal *seal;
};

struct domain_pace {
	struct pace pace;
	uint32_t in_hand;
};

/* Rows read at a time. One is used up while the clerk reads the next. */
struct batch {
	struct clerk_job job;
	struct run *run;
	int64_t cursor;           /* else those queued behind it; -1: none of them */
	struct delivery_due from; /* those whose time has come, behind it; then the last of them */
	unsigned passes;          /* r->due_passes when it was asked for */
	bool canary;              /* of the queued, only those who go first */
	bool asked;               /* the clerk has it, or had it and nobody has looked yet */
	struct pool_job signing;
	bool unsigned_yet; /* the pool signs it */
	struct arena arena;
	struct delivery rows[RUN_BATCH];
	bool signed_now[RUN_BATCH];
	bool gone[RUN_BATCH]; /* settled since it was read */
	size_t at, count;
	int64_t next_due;
	bool due; /* to be asked for those whose time has come; then: that is what it holds */
};

/* What came of somebody, to be written. */
struct turn_record {
	int64_t subscriber;
	struct str email; /* of a failure that is the address's: in the arena as well */
	bool moved;       /* and what came of it: they have another one by now */
	struct delivery_outcome outcome; /* its strings live in the turn's arena */
};

/* Somebody who is about to be completed. */
struct turn_mark {
	struct hand *hand;
	enum delivery_mark outcome;
};

/* What is to be written down of one relay or domain. */
struct memory {
	enum peer_kind kind;
	bool forget;
	struct peer peer;
};

/* One transaction. One is filled while the clerk writes the one before it. */
struct turn {
	struct clerk_job job;
	struct run *run;
	struct arena arena;
	struct turn_record *records;
	size_t record_count, record_room;
	struct turn_mark *marks;
	size_t mark_count, mark_room;
	int64_t since;         /* clock_steady: when the first entry came */
	struct memory *memory; /* in the arena */
	size_t memory_count;
	int64_t again_from; /* the first that is queued again; 0: nobody */
	bool disk_full;     /* what came of it */
};

/* What is learnt of a relay in a run, besides its pace. */
struct relay_watch {
	struct meter meter;  /* what it has taken */
	struct meter asked;  /* how often it asked for less */
	uint64_t complained; /* the domain for which it asked for less, and when (clock_steady) */
	int64_t complained_at;
	int64_t refused_at; /* wall clock */
	bool known;         /* it has a row in the database */
	char words[HEALTH_WORDS + 1];
};

struct run {
	struct db *db; /* the clerk's while the loop runs */
	struct clerk *clerk;
	struct issue *issue;
	const struct deliver_options *o;
	struct deliver_result *out;
	struct err *e;
	struct relays relays;
	struct reserve reserve;
	bool disk_full;
	struct domain_pace *domains;
	struct loaded editions[RUN_EDITIONS];
	_Atomic size_t edition_count; /* the clerk adds, the pool looks */
	char dated[40];               /* the Date of every copy */
	char what[MESSAGE_ID_WHAT];   /* that Message-IDs are made of */
	struct pool *pool;            /* signs letters, and tokens at first use */
	struct hand *sealing[RUN_SEALING];
	size_t sealing_count;
	/* what comes next: queue.c */
	struct batch batches[2];
	int batch;
	int64_t cursor, again_from; /* again_from: the first that was put back, 0: nobody was */
	bool queue_empty;
	int64_t next_due;             /* wall clock; 0: none is deferred */
	int64_t due_rest;             /* clock_steady: not asked for before */
	struct delivery_due due_from; /* the cursor of the deferred */
	unsigned due_passes;          /* times that it went back to the first */
	int doubt_passes;
	bool doubts;
	struct hand *later[RUN_LATER];
	size_t later_count;
	int64_t passed_over; /* the first row of a slow domain for which `later` had no room; 0 */
	int64_t apart_until; /* clock_steady; rows wait for a relay of their own; 0: none does */
	int64_t apart_from;  /* the first of them */
	/* who may go: gate.c */
	enum gate gate;
	int64_t gate_until; /* wall clock */
	int64_t gate_asked; /* clock_steady */
	/* what came back, and whether it is too much: limit.c */
	struct answered answered;
	enum limit limit;
	int64_t limit_asked; /* clock_steady: for what came by mail */
	/* how they are: learn.c, remember.c */
	struct relay_watch *watch; /* one a relay */
	struct health health;
	int64_t remembered_at, first_try; /* clock_steady; first_try: a relay rests until then */
	/* what is under way */
	struct hand *hands[RUN_HANDS];
	size_t in_hand; /* that relays have */
	size_t marked;  /* of them: `sending` in the ledger once all turns are written */
	struct turn turns[2];
	int turn;       /* the one that is filled */
	bool under_way; /* the clerk has the other */
	int64_t taken, policy_refusals, judged;
	int64_t stumbled[RUN_STUMBLED]; /* the last over whom a connection ended: verdict.c */
	size_t stumbles;
	bool sender_refused;        /* since somebody was last accepted */
	int64_t began, drain_until; /* clock_steady */
	bool draining, policy_stop, reached, refused,
		usable; /* every relay was, and one could be used, when the loop ended */
	struct deliver_progress progress;
	int64_t told;
};

/* Begin nothing more; finish what is on the wire. */
void run_drain(struct run *r);

/* -- hand.c */
struct hand *hand_make(struct run *r, const struct delivery *d);
/* A relay has it now. */
void hand_offered(struct run *r, struct hand *h);
struct hand *hand_find(struct run *r, int64_t subscriber); /* or NULL */
void hand_free(struct run *r, struct hand *h);

/* -- fill.c */
/* For the clerk: the edition that rows are filled from. */
int fill_prepare(struct run *r, struct db *db, int64_t edition, struct err *e);
/* ERR_DATA when this one person's copy cannot be made. Its frozen pieces are the edition's. From any
 * thread. */
int fill_letter(const struct run *r, const struct hand *h, struct splice **body, struct err *e);
struct str fill_sender(const struct run *r, const struct hand *h, char verp[static VERP_MAX + 1]);

/* -- sealing.c */
/* When the clerk is there; the loop is woken when a letter is ready. -1: no thread can be started. */
int sealing_start(struct run *r);
void sealing_stop(struct run *r);
/* Is this letter to be signed, and nobody has begun? */
bool sealing_needs(const struct run *r, const struct hand *h);
bool sealing_has_room(const struct run *r);
/* It stands in r->sealing from now on, and is nobody else's until it is done. */
void sealing_begin(struct run *r, struct hand *h);

/* -- queue.c */
/* The next row to offer: 1, 0 none now (the clerk may be reading). The hand is the caller's to
 * offer or to free. */
int queue_next(struct run *r, struct hand **out);
/* The one that queue_next gave last comes again as the next one; its hand is freed. */
void queue_unread(struct run *r, struct hand *h);
/* This one, which is behind the cursor, is queued again. */
void queue_put_back(struct run *r, int64_t subscriber);
/* Those who are put off and were passed over: from the first again. */
void queue_look_again(struct run *r);
/* Both, for a row of which nobody knows whether it is queued or put off. */
void queue_read_again(struct run *r, int64_t subscriber);
/* Look at what the clerk has read; before anybody whom it may have read goes out of hand. */
int queue_look(struct run *r);
/* What has been read of this one is out of date. */
void queue_forget(struct run *r, int64_t subscriber);
/* Would queue_next give one, as far as is known? */
bool queue_has_rows(const struct run *r);
/* Is the clerk reading, or may there be more to read? */
bool queue_is_empty(const struct run *r);

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
enum domain_choice {
	DOMAIN_TAKES,
	DOMAIN_LATER, /* soon: its pace, its concurrency */
	DOMAIN_RESTS, /* it is left alone for a while: the row stays in the database */
};
enum domain_choice choose_domain(struct run *r, const struct hand *h);

/* -- verdict.c */
/* Into the turn that is filled. */
void verdict_record(struct run *r, const struct relay_event *ev);
/* A letter that cannot be filled is nobody else's trouble: that one fails, in words. */
void verdict_unfillable(struct run *r, struct hand *h, const char *why);

/* -- gate.c */
/* Before the first offer: choose the canary, and judge it from what is in the ledger. */
int gate_start(struct run *r);
/* While it is not open, and nothing is in hand: judge again. */
int gate_turn(struct run *r);

/* -- limit.c */
/* Before the first offer: what the ledger and the mail say so far. */
int limit_start(struct run *r);
/* Somebody was served. */
void limit_note(struct run *r, enum reply_meaning meaning);
/* Once a turn: what came by mail. */
int limit_tick(struct run *r);
/* When the database is ours: the rest is held, with the reason. */
int limit_hold(struct run *r);

/* -- learn.c: nothing of it touches the database */
void learn_start(struct run *r);
/* Once a turn. */
void learn_tick(struct run *r);
/* From a reply or a loss; before it is recorded. */
void learn_from(struct run *r, const struct hand *h, const struct relay_event *ev);

/* -- remember.c */
/* At the start, before the clerk has the database. */
int remember_load(struct run *r);
/* Into the turn, about once a second: what there is to write down. */
void remember_collect(struct run *r, struct turn *t);
/* The clerk, in the turn's transaction. */
int remember_write(struct db *db, const struct turn *t, struct err *e);
/* At the end, when the database is ours again: in a transaction of its own. */
int remember_last(struct run *r);

/* -- offer.c */
bool offer_may_take(const struct run *r);
int offer_rows(struct run *r);

/* -- turn.c */
/* Add to the turn that is filled; strings are copied. What is recorded is no longer to be marked.
 */
void turn_record(struct run *r, struct hand *h, const struct delivery_outcome *o);
/* Those that only wait to be marked as sending. */
void turn_collect(struct run *r);
/* Give it to the clerk, when it has nothing else to write. */
void turn_submit(struct run *r);
/* When the clerk is done: who was recorded is out of hand, who was marked may be completed. -1 when
 * the ledger could not be written. */
int turn_settle(struct run *r);
/* Is there nothing to write, and nothing being written? */
bool turn_is_idle(const struct run *r);
/* When it is time to give the clerk what there is (clock_steady); INT64_MAX: it has enough to do.
 */
int64_t turn_until(const struct run *r);
void turn_free(struct turn *t);

#endif
