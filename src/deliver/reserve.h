/* reserve.h: disk space kept back for the ledger's last words. */
#ifndef DELIVER_RESERVE_H
#define DELIVER_RESERVE_H

#include <stdbool.h>

#include "base/err.h"

/*
 * What a relay has taken must be written down, or it is in doubt and sent again (RELIABILITY R11).
 * When the disk fills up in the middle of a run it is too late to ask for room; so a run begins
 * with a file that takes up what the rest of its ledger could need, and gives it back to the disk
 * then.
 */
struct reserve {
	int dir; /* the publication's; borrowed */
	bool held;
};

/* ERR_IO when there is not even room for it: nothing should be sent then. */
int reserve_take(struct reserve *r, int dir, struct err *e);
/* True once: there is room now that was not there before. */
bool reserve_give(struct reserve *r);

#endif
