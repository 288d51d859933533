/* chain.h: the hashes that make one chain of the record of events, and how it is verified. */
#ifndef STORE_CHAIN_H
#define STORE_CHAIN_H

#include "store/event.h"

enum { CHAIN_HEX = 2 * EVENT_HASH + 1 };

/* The newest row: its number and hash. id 0 (and zeros): nothing has happened yet. */
struct chain_head {
	int64_t id;
	uint8_t hash[EVENT_HASH];
};

/*
 * A row's hash: BLAKE2b-256 of "morningpost/event/v1\n", the hash before it (32 bytes, zeros before
 * the first), then id, at, subscriber_id and issue_id (0: none) as big-endian signed 64-bit
 * numbers, the length of kind as 32 bits, kind, and detail. Anybody can compute it: it needs no
 * key. Pure.
 */
void chain_hash(const uint8_t before[static EVENT_HASH], const struct event *ev,
	uint8_t out[static EVENT_HASH]);

/* "1234:89ab...": as people keep it outside. Reading is strict. */
void chain_print_head(const struct chain_head *h, char out[static CHAIN_HEX + 24]);
bool chain_parse_head(struct str s, struct chain_head *out);

int chain_head(struct db *db, struct chain_head *out, struct err *e);
/* For event.c, which adds rows: in the same transaction. */
int chain_set_head(struct db *db, const struct chain_head *h, struct err *e);

enum chain_fault {
	CHAIN_CHANGED,  /* the row is not what its hash was made of, or the one before it is not */
	CHAIN_MISSING,  /* the rows from `id` up to `last` */
	CHAIN_CUT_OFF,  /* the same, at the end */
	CHAIN_ADDED,    /* a row behind the one that was noted as the newest */
	CHAIN_NEW_PAST, /* the row has another hash than was noted of it */
};
/* Called once for each, in order. */
typedef void chain_fault_fn(void *context, enum chain_fault fault, int64_t id, int64_t last);

/*
 * Compute every row's hash again: 1 all is as it was written, 0 not, -1. `known` is a head that was
 * kept outside the database, or NULL. One read transaction; *end is what the last row says itself,
 * *rows how many there are.
 */
int chain_verify(struct db *db, const struct chain_head *known, chain_fault_fn *fn, void *context,
	struct chain_head *end, int64_t *rows, struct err *e);

/* The migration's second half: the rows that had no hashes get them. */
int chain_begin(struct db *db, struct err *e);

#endif
