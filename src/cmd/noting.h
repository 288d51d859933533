/* noting.h: notes that are owed, from their templates to the relays: for `notes`, `send` and `daily`. */
#ifndef CMD_NOTING_H
#define CMD_NOTING_H

#include "deliver/notes.h"

/* One run at a time. */
#define NOTING_LOCK "var/notes.lock"

/* Are the keys for links and mail and the relays' passwords in order? */
int noting_ready(const struct publication *p, struct err *e);

/*
 * Carry what may be tried now; the caller holds notes.lock. 1 there was something and *out is what
 * came of it, 0 there was nothing to do. *bad: the kinds (a bit each) whose templates were told to
 * be bad and are so still, which is not told again.
 */
int noting_run(const struct publication *p, struct db *db, const volatile int *stop, unsigned *bad,
	struct deliver_result *out, struct err *e);

/*
 * The same at the end of another command: with a lock and a database of its own, left alone while
 * another run has the lock, and what goes wrong is nobody else's trouble. `quiet`: nothing is said of
 * it, as cron calls every ten minutes and makes mail of each line.
 */
void noting_beside(const struct publication *p, bool quiet);

#endif
