/* notes.h: carry notes that are owed: mail to one person outside the issues. */
#ifndef DELIVER_NOTES_H
#define DELIVER_NOTES_H

#include "deliver/deliver.h"
#include "store/owed.h"

struct notes_options {
	const struct publication *publication;
	const struct keys *keys;
	/* What a note of that kind is filled from when it is first taken in hand; 0: that kind is
	 * left alone. */
	int64_t editions[OWED_KINDS];
	const volatile int *stop; /* set by a signal handler: drain */
};

/* Which kinds have one that may be tried now? A bit each, 1 << kind; 0: there is nothing to do. */
int notes_due(
	struct db *db, const struct publication *p, int64_t now, unsigned *kinds, struct err *e);

/* Is what it takes to carry one in order: the keys that sign mail, the relays' passwords and
 * certificates? No relay is asked. For who waits for a note that may be days away. */
int notes_ready(const struct publication *p, struct err *e);

/*
 * Carry those that may be tried now; the caller holds notes.lock. The commit points are the
 * ledger's: `sending` is committed before the bytes that can complete a note are written, and who
 * may still have it is asked in that transaction. What was `sending` when an earlier run ended is in
 * doubt, and is tried again later or held as send.in_doubt says. DELIVER_LEFT: some wait for another
 * run. -1 when the rows cannot be written.
 */
int notes_deliver(
	struct db *db, const struct notes_options *o, struct deliver_result *out, struct err *e);

#endif
