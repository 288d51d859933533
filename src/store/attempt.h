/* attempt.h: every attempt that was refused, put off or left in doubt, in order: one person's
 * chain. What went straight from queued to sent has none; the ledger's row says it all. */
#ifndef STORE_ATTEMPT_H
#define STORE_ATTEMPT_H

#include "store/delivery.h"

struct attempt {
	int64_t n, at;
	struct str state, relay, status, words;
	int code; /* 0: it is not a server that speaks */
};

/* In the caller's transaction, with the row's own change. */
int attempt_add(struct db *db, int64_t issue, int64_t subscriber,
	const struct delivery_outcome *outcome, int64_t now, struct err *e);
/* One for every row that is `sending`: it becomes in_doubt, for what an earlier run left. How many
 * goes to *n. */
int attempt_add_doubts(
	struct db *db, int64_t issue, int64_t now, const char *words, int64_t *n, struct err *e);

/* Calls fn for each, oldest first; it must not write. Return -1 to stop. */
typedef int attempt_fn(void *context, const struct attempt *attempt, struct err *e);
int attempt_each(struct db *db, int64_t issue, int64_t subscriber, attempt_fn *fn, void *context,
	struct err *e);

#endif
