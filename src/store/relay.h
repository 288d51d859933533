/* relay.h: how relays and recipient domains have been: what they may still take, and who is left
 * alone, kept across runs. */
#ifndef STORE_RELAY_H
#define STORE_RELAY_H

#include "store/db.h"

enum peer_kind { PEER_RELAY, PEER_DOMAIN };

/* Times are the wall's, microseconds. */
struct peer {
	struct str name; /* a relay's url without user, or a domain */
	double tokens;
	int64_t tokens_at;
	double ceiling, slow;                 /* messages a second, 0: none; share of the rate */
	int64_t sick_until, rest, refused_at; /* 0: not */
	struct str words;
};

/* All that are known of a kind (domains: at most `most`, those left alone longest first). */
int peer_all(struct db *db, enum peer_kind kind, size_t most, struct arena *a, struct peer **out,
	size_t *n, struct err *e);
/* 1 found, 0 none. */
int peer_find(struct db *db, enum peer_kind kind, struct str name, struct arena *a,
	struct peer *out, struct err *e);
/* Write one down, in the caller's transaction. */
int peer_save(struct db *db, enum peer_kind kind, const struct peer *p, struct err *e);
/* There is nothing left to remember of it. */
int peer_forget(struct db *db, enum peer_kind kind, struct str name, struct err *e);

#endif
