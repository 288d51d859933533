/* tally.h: how far an issue has come, counted from its ledger in one pass. */
#ifndef STORE_TALLY_H
#define STORE_TALLY_H

#include "store/delivery.h"

struct tally_peer {
	struct str name; /* a relay or a recipient domain */
	int64_t counts[DELIVERY_STATES], all;
};

struct tally_refusal {
	int64_t count;
	enum delivery_state state; /* failed, deferred or in_doubt */
	int code;
	struct str words; /* of the first that was counted */
};

struct tally {
	int64_t counts[DELIVERY_STATES], all;
	struct tally_peer *relays, *domains; /* those in most trouble first, then the largest */
	size_t relay_count, domain_count;
	struct tally_refusal *refusals; /* the most frequent first */
	size_t refusal_count;
	int64_t lately, lately_since; /* sent or failed in the last minute, and since when in it */
	int64_t changed_at;           /* the last change */
};

/*
 * One walk through the issue's rows, in the order that they and the subscribers lie in: about half
 * a second for a million. No index helps or is needed: those that would are changed with every
 * message sent. At most `most` domains and refusals are kept. Everything lives in the arena.
 */
int tally_issue(struct db *db, int64_t issue, size_t most, int64_t now, struct arena *a,
	struct tally *out, struct err *e);

/* What makes one refusal the same as another: its words without addresses, numbers and ids. Writes
 * at most `room` bytes with the NUL. Pure. */
void tally_gist(struct str words, char *out, size_t room);

#endif
