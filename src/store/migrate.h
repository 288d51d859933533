/* migrate.h: the numbered migrations that are built into the program, each applied in one
 * transaction. */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/db.h"

/* The number of the newest migration this program has (kept in user_version). */
int migrate_newest(void);
int migrate_current(struct db *db, int *version, struct err *e);

/* Bring the database up; two programs at once do it once. A newer database is ERR_CONFIG: "made by
 * a newer morningpost (schema 7, this is 3)". */
int migrate_up(struct db *db, struct err *e);

#endif
