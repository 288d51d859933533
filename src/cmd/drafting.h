/* drafting.h: one issue drafted into its file: what `draft` and `daily` share. */
#ifndef CMD_DRAFTING_H
#define CMD_DRAFTING_H

#include "settings/publication.h"
#include "store/db.h"

/*
 * Write issues/DAY.md from the template and what is known. Never over a file that is there:
 * ERR_CANTCREATE. ERR_DATA: the publication's own template is wrong; `nobody_looks`: that is told,
 * and the built-in one taken.
 */
int drafting_write(const struct publication *p, struct db *db, struct day day, bool nobody_looks,
	struct err *e);

/*
 * A draft of a morning when nothing could be collected says that there are no figures. If it stands
 * there to the byte and there are some by now, write it anew: nobody has put work into it. 1: done.
 */
int drafting_renew(const struct publication *p, struct db *db, struct day day, struct err *e);

/* Is there a file for that day already? */
bool drafting_has_file(const struct publication *p, struct day day);

#endif
