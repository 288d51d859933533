/* consent.h: what somebody agreed to, when and from where: the evidence of a double opt-in. */
#ifndef STORE_CONSENT_H
#define STORE_CONSENT_H

#include "base/sign.h"
#include "store/db.h"

enum consent_step { CONSENT_ASKED, CONSENT_CONFIRMED };
enum { CONSENT_STEPS = 2, CONSENT_NONCE = 16 };

struct consent {
	int64_t subscriber, at;
	enum consent_step step;
	struct str words;   /* the sentence beside the button */
	struct str address; /* the visitor's network address; empty: not known */
	struct str via;     /* "page", "spool", "form of another site" */

	/* From consent_each only. */
	struct str nonce; /* CONSENT_NONCE random bytes */
	char seal[SIGN_HEX];
};

/*
 * Add one, in the caller's transaction, and the event "consented", whose detail says the step and the
 * seal: SHA-256 of "morningpost/consent/v1" and a line feed, the nonce, then subscriber and moment as
 * big-endian 64-bit numbers, and step, words, address and via, each behind its length in 32 bits. The
 * chain holds the seal, so the evidence is as hard to change as an event is; and once a person is
 * erased with their nonces, the seals say nothing of them.
 */
int consent_add(struct db *db, const struct consent *c, struct err *e);

/* "asked" or "confirmed". */
const char *consent_step_name(enum consent_step step);

/* Calls fn for each of one person, oldest first; it must not write. Return -1 to stop. */
typedef int consent_fn(void *context, const struct consent *c, struct err *e);
int consent_each(struct db *db, int64_t subscriber, consent_fn *fn, void *context, struct err *e);

/* Calls fn for everybody whose evidence is not what the log says: a row was changed, put there or
 * taken away. 1 there is nobody, 0 there is, -1. */
typedef void consent_fault_fn(void *context, int64_t subscriber);
int consent_verify(struct db *db, consent_fault_fn *fn, void *context, struct err *e);

#endif
