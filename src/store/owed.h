/* owed.h: notes that are owed: mail to one person outside the issues. */
#ifndef STORE_OWED_H
#define STORE_OWED_H

#include "store/delivery.h"

/* The words of the table; the first one is "please confirm", the second "you have left", the last
 * "your paper comes rarer now". */
enum owed_kind {
	OWED_CONFIRM,
	OWED_LEFT,
	OWED_EXPORT,
	OWED_ERASE,
	OWED_ADDRESS,
	OWED_CHANGED,
};
enum { OWED_KINDS = 6 };

const char *owed_kind_name(enum owed_kind kind);

struct owed_wish {
	int64_t subscriber;
	enum owed_kind kind;
	struct str email; /* envelope form: where it goes; empty: to the subscriber's address */
	struct str
		detail; /* a JSON object, or empty: what is done once the note's link is followed */
	int64_t not_before; /* 0: it may go at once */
};

/* Owe one, in the caller's transaction; *id (may be NULL) is the new row's. */
int owed_add(struct db *db, const struct owed_wish *w, int64_t now, int64_t *id, struct err *e);

/* A row; its states are the ledger's. Strings live in the arena it was read into. */
struct owed {
	int64_t id, subscriber;
	enum owed_kind kind;
	struct str email, detail; /* as above */
	int64_t edition_id;       /* 0: it was never in hand */
	enum delivery_state state;
	int64_t owed_at;
	int attempts, doubts;
	int64_t done_at;  /* 0: nobody has followed its link */
	struct str words; /* the relay's, escaped; or our reason */
};

/* 1 found, 0 not. */
int owed_get(struct db *db, int64_t id, struct arena *a, struct owed *out, struct err *e);

/* Calls fn for each of one person, oldest first; it must not write. Return -1 to stop. */
typedef int owed_fn(void *context, const struct owed *o, struct err *e);
int owed_each(struct db *db, int64_t subscriber, owed_fn *fn, void *context, struct err *e);

/*
 * The note whose link has this expiry (owed_expiry): the newest of that person and kind that was
 * owed in that second. 1 found, 0 not.
 */
int owed_find(struct db *db, int64_t subscriber, enum owed_kind kind, uint32_t expiry,
	struct arena *a, struct owed *out, struct err *e);

/*
 * When the link in a note expires, in seconds since 1970; 0: never. It follows from when the note
 * was owed, so that each attempt has the same bytes and a link names its note.
 */
uint32_t owed_expiry(enum owed_kind kind, int64_t owed_at);

/* What its link is for has been done. */
int owed_done(struct db *db, int64_t id, int64_t now, struct err *e);

/* How many of a kind one person was owed since then, whatever became of them. */
int owed_count(struct db *db, int64_t subscriber, enum owed_kind kind, int64_t since, int64_t *n,
	struct err *e);

/* The same of those that were for just this: `detail` as it was given to owed_add. */
int owed_count_alike(
	struct db *db, const struct owed_wish *w, int64_t since, int64_t *n, struct err *e);

/* When one person was last told by a note of a kind (0: never), and whether another is on its way. One
 * that was skipped told nobody. */
int owed_last(struct db *db, int64_t subscriber, enum owed_kind kind, int64_t *at, bool *waits,
	struct err *e);

/* How many went since then to an address which was not the subscriber's, whoever asked for it. */
int owed_count_to(struct db *db, struct str email_key, int64_t since, int64_t *n, struct err *e);

/* A member ("$.email") of what was asked for, in the arena: empty when there is none. */
int owed_detail(struct db *db, int64_t id, const char *member, struct arena *a, struct str *out,
	struct err *e);

/* Which kinds have one that may be tried now, or that a run was cut off with? A bit each, 1 << kind.
 * `resend`: how long after it was
 * first in doubt (0: never; then twice as long each time, an hour at most). */
int owed_kinds_due(struct db *db, int64_t now, int64_t resend, unsigned *kinds, struct err *e);

/* They, in the order of their ids behind `after`: *n of them, at most `most`. */
int owed_take(struct db *db, int64_t now, int64_t resend, int64_t after, size_t most,
	struct arena *a, struct owed *out, size_t *n, struct err *e);

/* How many wait, for now or for another try; not those whose time has not come yet. */
int owed_count_open(struct db *db, int64_t *n, struct err *e);

/* Since when the oldest waits that was never tried: 1, or 0 there is none. */
int owed_waits_since(struct db *db, int64_t *since, struct err *e);

/*
 * Commit point 1: mark `sending` what may now be completed, to be filled from this edition. 1
 * marked, 0 somebody else has changed it. In the caller's transaction, which must be committed
 * before the bytes are written.
 */
int owed_mark(
	struct db *db, int64_t id, int64_t edition, const char *relay, int64_t now, struct err *e);

/* Commit point 2: what came of it. In the caller's transaction. */
int owed_record(struct db *db, int64_t id, const struct delivery_outcome *outcome, int64_t now,
	struct err *e);

/* After a crash: every `sending` becomes in_doubt. Returns how many in *n. */
int owed_doubt(struct db *db, int64_t *n, struct err *e);

#endif
