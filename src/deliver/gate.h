/* gate.h: may the rest go, or does the canary hold it? Pure. */
#ifndef DELIVER_GATE_H
#define DELIVER_GATE_H

#include "store/canary.h"

enum gate {
	GATE_OPEN,   /* everybody may go */
	GATE_CANARY, /* the canary only */
	GATE_WAITS,  /* it has gone; now its bounces have their time to come back */
	GATE_HOLDS,  /* too many of it were refused */
};

struct gate_rule {
	double max_failed; /* a share of the canary */
	int64_t wait;      /* from the last that was heard of it */
	bool resends;      /* those in doubt are not known yet */
	bool idle;         /* whoever is still queued cannot be offered now, and is not known yet */
};

/*
 * From the ledger's counts. More refused than max_failed: it holds, at once. Those who are deferred
 * are not known yet, and count for nothing; while that is most of them, it waits on. *until: when
 * to judge again if nothing new is heard (0: when something is).
 */
enum gate gate_judge(
	const struct canary_tally *t, const struct gate_rule *rule, int64_t now, int64_t *until);

#endif
