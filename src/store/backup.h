/* backup.h: the database as one file elsewhere, and back. */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include "store/db.h"

/*
 * Write the database, as it is at this moment, into the file `to`: first beside it, checked and
 * fsynced, then renamed (RELIABILITY D5). A send that runs is not held up. `to` is relative to dir
 * or absolute. `progress` may be NULL.
 */
int backup_write(
	struct db *db, int dir, const char *to, void (*progress)(int percent), struct err *e);

/*
 * Put the backup `from` (full or relative to the current folder) in the place of the database at
 * `path` below dir, after checking that it is one of ours and whole; migrate it if it is older.
 * What was there is kept beside it, under the name *before (in the arena; empty when there was
 * nothing). Ids that were given since are not given again. Programs that have the database open see
 * the new content in their next transaction; the caller holds the locks of those that send.
 */
int backup_restore(int dir, const char *path, const char *from, struct arena *a, struct str *before,
	struct err *e);

#endif
