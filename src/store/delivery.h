/* delivery.h: the ledger. Who gets which issue and how far that is; what is written here decides
 * what happens next. */
#ifndef STORE_DELIVERY_H
#define STORE_DELIVERY_H

#include "store/bounce.h"
#include "store/db.h"
#include "store/issue.h"

enum delivery_state {
	DELIVERY_QUEUED,
	DELIVERY_SENDING,
	DELIVERY_SENT,
	DELIVERY_DEFERRED,
	DELIVERY_FAILED,
	DELIVERY_IN_DOUBT,
	DELIVERY_SKIPPED,
};
enum { DELIVERY_STATES = 7 };
const char *delivery_state_name(enum delivery_state s);

/* Who is meant, besides being active and not paused: with one of these tags (none given:
 * everybody). */
struct delivery_choice {
	const struct str *tags;
	size_t tag_count;
	bool saturday;  /* the issue's day is one: those who want only that day's as well */
	int64_t before; /* only those who were active at that moment; 0: now */
};

/*
 * Make rows for the next `chunk` subscribers past issue->planned_to who are due; advances
 * planned_to in the same transaction, so a crash neither forgets nor doubles. 1 there may be more,
 * 0 planned whole, -1. Opens its own transaction; choose the chunk so that it takes no more than
 * 100 ms (D3).
 */
int delivery_plan(struct db *db, struct issue *issue, const struct delivery_choice *choice,
	size_t chunk, int64_t now, struct err *e);

/* Is anybody due? 1 yes, 0 no, -1. */
int delivery_anybody_due(
	struct db *db, struct day day, const struct delivery_choice *choice, struct err *e);

/* How many that are, without making a row. */
int delivery_count_due(struct db *db, struct day day, const struct delivery_choice *choice,
	int64_t *n, struct err *e);

/* What the sender needs of one person to fill and send. Strings live in the batch's arena. */
struct delivery {
	int64_t subscriber;
	int64_t edition_id;
	int attempts, doubts;
	int64_t deferred_at; /* 0: never */
	int64_t next_at;     /* of a deferred one */
	struct str relay;    /* the last that had it in hand */
	struct str email, domain, name;
	bool smtputf8;
	uint32_t epoch;
	int token_key; /* 0: not signed yet */
	uint8_t signature[64];
};

/* Who would be planned, past `after` and in order, without a row made: *n of them, at most `most`. */
int delivery_peek_due(struct db *db, struct day day, const struct delivery_choice *choice,
	int64_t after, size_t most, struct arena *a, struct delivery *out, size_t *n,
	struct err *e);

/* The next queued ones with subscriber > after, in order: *n of them, at most `most`. */
int delivery_take(struct db *db, int64_t issue, int64_t after, size_t most, struct arena *a,
	struct delivery *out, size_t *n, struct err *e);
/* The same, of the canary only (store/canary.h). */
int delivery_take_canary(struct db *db, int64_t issue, int64_t after, size_t most, struct arena *a,
	struct delivery *out, size_t *n, struct err *e);
/*
 * Deferred ones whose time has come (oldest first) behind *from, which moves on: those that were
 * given out and could not go do not stand before the others. When the next one's time comes goes
 * to *next (0: none).
 */
struct delivery_due {
	int64_t at, subscriber; /* 0: from the start */
};
int delivery_take_due(struct db *db, int64_t issue, struct delivery_due *from, int64_t now,
	size_t most, struct arena *a, struct delivery *out, size_t *n, int64_t *next,
	struct err *e);

enum delivery_mark {
	DELIVERY_MARKED,
	DELIVERY_LEFT,    /* they left the list a moment ago: `skipped` now (promise 7) */
	DELIVERY_CHANGED, /* another address, or another state of the row: what was read is old */
};
/*
 * Commit point 1: mark `sending` for one that may now be completed, at the address that it is made
 * for. In the caller's transaction, which must be committed before the bytes are written.
 */
int delivery_mark(struct db *db, int64_t issue, const struct delivery *d, const char *relay,
	int64_t now, enum delivery_mark *out, struct err *e);
/* Keep a signature that was made on the way. */
int delivery_keep_signature(struct db *db, int64_t subscriber, uint32_t epoch, int key,
	const uint8_t signature[static 64], struct err *e);

/* What a relay said of a message, or what we say of it ourselves (code 0, words "expired"). */
struct delivery_outcome {
	enum delivery_state to;
	int64_t next_at; /* of a deferred one */
	const char *relay;
	int code;          /* SMTP's; 0: none */
	struct str status; /* "5.1.1" or empty */
	struct str words;  /* escaped, at most 1,000 bytes */
	/* Of a failed one: is it the address's fault (RELIABILITY S3)? Then it is recorded as a
	 * bounce of this kind, for people/standing. */
	bool blames_address;
	enum bounce_kind bounce;
};

/* Commit point 2: what came of it. In the caller's transaction. */
int delivery_record(struct db *db, int64_t issue, int64_t subscriber,
	const struct delivery_outcome *outcome, int64_t now, struct err *e);

/* After a crash: every `sending` becomes in_doubt. Returns how many in *n. */
int delivery_doubt(struct db *db, int64_t issue, int64_t now, int64_t *n, struct err *e);
/*
 * Who may have it from a relay that is gone from the settings is sent nothing by another: that would
 * be a guess. `relays` are those that there are, a JSON array (settings_relay_urls).
 */
/* Those of them who are to be tried again become in_doubt. Returns how many in *n. */
int delivery_strand(
	struct db *db, int64_t issue, struct str relays, int64_t now, int64_t *n, struct err *e);
/* How many are in_doubt by one that is gone? */
int delivery_count_stranded(
	struct db *db, int64_t issue, struct str relays, int64_t *n, struct err *e);
/* Policy resend: in_doubt ones become queued again (doubts counted), but for those. Policy hold:
 * leave them. */
int delivery_requeue_doubt(
	struct db *db, int64_t issue, struct str relays, int64_t now, int64_t *n, struct err *e);
/* resolve EMAIL|--all sent|resend: subscriber 0 is all. To resend by hand is no guess: where the
 * relay is gone, any may have it. */
int delivery_resolve(struct db *db, int64_t issue, int64_t subscriber, bool as_sent,
	struct str relays, int64_t now, int64_t *n, struct err *e);
/* not_after has passed: queued and deferred become failed, "expired". */
int delivery_expire(struct db *db, int64_t issue, int64_t now, int64_t *n, struct err *e);

/* One person's row: 1, or 0 when there is none. */
struct delivery_row {
	enum delivery_state state;
	int attempts, doubts, code;
	int64_t next_at, deferred_at, changed_at;
	struct str relay, status, words;
};
int delivery_get(struct db *db, int64_t issue, int64_t subscriber, struct arena *a,
	struct delivery_row *out, struct err *e);

int delivery_counts(struct db *db, int64_t issue, int64_t counts[DELIVERY_STATES], struct err *e);
/* When anything of the issue changed last; 0: nothing has yet. One walk through its rows. */
int delivery_last_change(struct db *db, int64_t issue, int64_t *at, struct err *e);

#endif
