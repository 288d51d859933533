/* proof.h: what was sent to one person, issue by issue. */
#ifndef STORE_PROOF_H
#define STORE_PROOF_H

#include "store/db.h"

struct proof_delivery {
	struct str day, state;
	int64_t issue, changed_at, attempts;
};
/* By day; fn must not write. Return -1 from it to stop. */
typedef int proof_delivery_fn(void *context, const struct proof_delivery *d, struct err *e);
int proof_deliveries(
	struct db *db, int64_t subscriber, proof_delivery_fn *fn, void *context, struct err *e);

#endif
