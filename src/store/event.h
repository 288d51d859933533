/* event.h: the record of what happened; rows are only added. */
#ifndef STORE_EVENT_H
#define STORE_EVENT_H

#include "store/db.h"

enum { EVENT_HASH = 32 };

struct event {
	int64_t id, at;
	struct str kind;
	int64_t subscriber, issue; /* 0: none */
	struct str detail;
	struct str before, hash; /* of the row before and its own (chain.h); from event_each only */
};

/*
 * Add one, in the caller's transaction (asserted), so that the fact and its record are one. Ids of
 * 0 are null; detail is a JSON object or empty, with nothing in it that would have to go when the
 * person is erased: no address, no name. The kinds of people's events: "subscribed" (or asked to
 * be: detail says the state), "confirmed", "unsubscribed", "bounced", "complained", "resubscribed",
 * "changed", "imported", "restored" (by undoing an import), "asked" (detail says what for),
 * "exported", "erased", "gave-reason", "consented" (consent.h).
 */
int event_add(struct db *db, int64_t at, const char *kind, int64_t subscriber, int64_t issue,
	struct str detail, struct err *e);

/* The detail of most: {"by": ..., KEY: ...}. Words of ours all, so that nothing has to be escaped. */
enum { EVENT_BY = 256 };
struct str event_by(char room[static EVENT_BY], const char *by, const char *key, const char *value);

/* The road that all of them take: behind the newest row of the chain. The id is the caller's, and
 * larger than all before. For event_add, and for chain_begin, whose rows have theirs. */
int event_chain(struct db *db, const struct event *ev, struct err *e);

/* Calls fn for each event of one person, oldest first; it must not write. Return -1 to stop. */
typedef int event_fn(void *context, const struct event *event, struct err *e);
int event_each(struct db *db, int64_t subscriber, event_fn *fn, void *context, struct err *e);

/* Has an event of this kind come behind the newest one of `since`? 1 yes, 0 no, or there is none of
 * `since`. */
int event_came_after(
	struct db *db, int64_t subscriber, const char *kind, const char *since, struct err *e);

/* Has anything happened to them since an import brought them in? 1 yes, 0 no. */
int event_heard_of(struct db *db, int64_t subscriber, struct err *e);

/* When their address was changed last: *at is 0 when it never was. */
int event_moved_at(struct db *db, int64_t subscriber, int64_t *at, struct err *e);

/* One member ("$.from") of the detail of the newest event of a kind: 1 got it, 0 none. */
int event_last(struct db *db, int64_t subscriber, const char *kind, const char *member,
	struct arena *a, struct str *out, struct err *e);

#endif
