/* zone.h: the names of the time zones that this machine knows, for people to choose from. */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Sorted, one for each that tzdata lists as some place's (zone.tab): not every old or other name
 * that clock_zone_ok takes. Without tzdata there is UTC alone. In the arena.
 */
int zone_all(struct arena *a, struct str **names, size_t *n, struct err *e);

/* The same of a text in that file's form: country, coordinates, name and a remark, with tabs
 * between; # begins a comment. Pure. */
void zone_read(struct str table, struct arena *a, struct str **names, size_t *n);

#endif
