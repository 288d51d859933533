/* suppress.h: addresses that never get mail, whoever brings them in: asked, added, removed. */
#ifndef PEOPLE_SUPPRESS_H
#define PEOPLE_SUPPRESS_H

#include "settings/keys.h"
#include "store/db.h"
#include "store/suppression.h"

/* Is the address (lower-cased: address.key) suppressed? 1 yes, 0 no. */
int people_suppressed(struct db *db, const struct keys *keys, struct str email_key, struct err *e);

/* Whom it is about: an address, or nothing but a hash of one. */
struct suppress_target {
	uint8_t hash[SUPPRESSION_HASH];
	struct str email, email_key; /* empty: only the hash is known */
};

/* What `suppress list` writes before a hash of ours, and takes back. */
#define SUPPRESS_KEYED "keyed:"

/*
 * An address; the SHA-256 of a lower-cased one, in hex, as others' lists have it; or "keyed:" and a
 * hash of ours. 1 it is one of them, 0 it is none (*why), -1.
 */
int suppress_read(const struct keys *keys, struct str text, struct arena *a,
	struct suppress_target *out, const char **why, struct err *e);

enum suppress_outcome {
	SUPPRESS_ADDED,
	SUPPRESS_WAS_THERE,
	SUPPRESS_TAKEN_OFF, /* added or not: somebody with this address was on the list, and is not now */
};

/* Never mail to it again. `why` is a word or two of ours. In the caller's transaction. Who is meant
 * by a mere hash is found by suppress_sweep. */
int people_suppress(struct db *db, const struct suppress_target *target, struct str why,
	int64_t now, enum suppress_outcome *outcome, struct err *e);

/* Let it come in again; nobody is put on the list by it. 1 it was there, 0 not. In the caller's
 * transaction. */
int people_unsuppress(
	struct db *db, const struct suppress_target *target, int64_t now, struct err *e);

/* Take everybody off the list who is suppressed: *off of them. In transactions of its own. */
int suppress_sweep(
	struct db *db, const struct keys *keys, int64_t now, int64_t *off, struct err *e);

#endif
