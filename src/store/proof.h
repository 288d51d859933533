/* proof.h: what is held of one person beside the events: what they agreed to, and what was sent. */
#ifndef STORE_PROOF_H
#define STORE_PROOF_H

#include "store/db.h"

struct proof_consent {
	int64_t at;
	struct str step, words, address, via; /* address: the visitor's network address, or empty */
};
/* Oldest first; fn must not write. Return -1 from it to stop. */
typedef int proof_consent_fn(void *context, const struct proof_consent *c, struct err *e);
int proof_consents(
	struct db *db, int64_t subscriber, proof_consent_fn *fn, void *context, struct err *e);

struct proof_delivery {
	struct str day, state;
	int64_t issue, changed_at, attempts;
};
typedef int proof_delivery_fn(void *context, const struct proof_delivery *d, struct err *e);
int proof_deliveries(
	struct db *db, int64_t subscriber, proof_delivery_fn *fn, void *context, struct err *e);

#endif
