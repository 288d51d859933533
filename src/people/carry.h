/* carry.h: what people decided, carried from one database into another. */
#ifndef PEOPLE_CARRY_H
#define PEOPLE_CARRY_H

#include "settings/keys.h"
#include "store/db.h"

/*
 * Take everybody off the list of `to` who left, bounced or complained in `from` later than what
 * `to` knows of them; *n of them. For a backup that was restored: `from` is what was there before.
 */
int people_carry_over(struct db *from, struct db *to, int64_t now, int64_t *n, struct err *e);

/* Suppress in `to` what is suppressed in `from`, and take them off its list; *off of them. */
int people_carry_suppressed(struct db *from, struct db *to, const struct keys *keys, int64_t now,
	int64_t *off, struct err *e);

#endif
