/* erase.h: somebody is forgotten for good: nothing is left but a keyed hash that keeps their address
 * off the list. */
#ifndef PEOPLE_ERASE_H
#define PEOPLE_ERASE_H

#include "settings/keys.h"
#include "store/subscriber.h"

/*
 * In the caller's transaction: suppress the address by its hash, delete all that is held
 * (store/person.h) and record that it was done, by a number that now stands for nobody. `why` is a
 * word of ours ("operator", "page"). Their links are those of nobody from the commit on. The file
 * is to be swept afterwards (person_sweep), by who can wait for it.
 */
int people_erase(struct db *db, const struct keys *keys, const struct subscriber *who,
	const char *why, int64_t now, struct err *e);

/* Erase everybody again who was erased once, by the hash that was left: a backup from before that
 * may have brought them back. *n of them; in transactions of its own. */
int people_erase_again(
	struct db *db, const struct keys *keys, int64_t now, int64_t *n, struct err *e);

#endif
