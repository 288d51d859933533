/* subscriber.h: the table of people. */
#ifndef STORE_SUBSCRIBER_H
#define STORE_SUBSCRIBER_H

#include "base/arena.h"
#include "base/err.h"
#include "store/db.h"

enum subscriber_state {
	SUBSCRIBER_PENDING,
	SUBSCRIBER_ACTIVE,
	SUBSCRIBER_UNSUBSCRIBED,
	SUBSCRIBER_BOUNCED,
	SUBSCRIBER_COMPLAINED,
};
enum { SUBSCRIBER_STATES = 5 };

/* CONTRACT's word for it, and back (false: no such word). */
const char *subscriber_state_name(enum subscriber_state s);
bool subscriber_state_parse(struct str word, enum subscriber_state *out);

struct subscriber {
	int64_t id;
	struct str email, email_key, domain, name;
	bool smtputf8;
	enum subscriber_state state;
	int64_t state_at;
	struct str state_why;
	struct str timezone; /* empty: none */
	struct str frequency;
	struct str paused_until; /* empty: not paused */
	uint32_t epoch;
	int64_t import_run; /* the import that added them; 0: none did */
	int64_t created_at, updated_at;
	struct str *tags; /* sorted */
	size_t tag_count;
};

/* 1 found, 0 not, -1. Strings live in the arena. */
int subscriber_find(struct db *db, struct str email_key, struct arena *a, struct subscriber *out,
	struct err *e);
int subscriber_get(
	struct db *db, int64_t id, struct arena *a, struct subscriber *out, struct err *e);
/* Is that their address now? 1, 0 not, or nobody has this id. */
int subscriber_has_email(struct db *db, int64_t id, struct str email, struct err *e);

/* Insert, with the tags; id and the times are filled in. Inside the caller's transaction, like all
 * that write below. */
int subscriber_insert(struct db *db, struct subscriber *s, int64_t now, struct err *e);
/* Write name, timezone, frequency, paused_until. */
int subscriber_update(struct db *db, const struct subscriber *s, int64_t now, struct err *e);
/* A new address (email, email_key, domain, smtputf8) for the same person: the links stay. */
int subscriber_readdress(struct db *db, const struct subscriber *s, int64_t now, struct err *e);
/*
 * Change the state if it is one of `from` (a bit each, 1 << state): 1 changed, 0 was not in one of
 * them. Coming back from unsubscribed does not raise the epoch: old links of theirs live on.
 */
int subscriber_move(struct db *db, int64_t id, unsigned from, enum subscriber_state to,
	struct str why, int64_t now, struct err *e);
int subscriber_tag(struct db *db, int64_t id, struct str tag, bool on, struct err *e);

/*
 * Calls fn for each, in the order of ids; state < 0: any; tag empty: any. They are read in chunks,
 * and no transaction is open while fn works, so it may write or wait. The subscriber is gone after
 * the call. Return -1 from fn to stop.
 */
typedef int subscriber_fn(void *context, const struct subscriber *s, struct err *e);
int subscriber_each(
	struct db *db, int state, struct str tag, subscriber_fn *fn, void *context, struct err *e);

/* How many there are in each state. */
int subscriber_counts(struct db *db, int64_t counts[SUBSCRIBER_STATES], struct err *e);

/* Remove somebody for good who never got mail and was never heard of again: 1 done, 0 not, there is
 * a history (a delivery, a note, or an event that is not "imported"). For undoing an import. */
int subscriber_forget(struct db *db, int64_t id, struct err *e);

/* Drop the member tokens that are kept, so that everybody's is signed anew at its next use. In
 * chunks, each a transaction of its own: not within one. */
int subscriber_forget_signatures(struct db *db, struct err *e);

#endif
