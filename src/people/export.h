/* export.h: the list as a CSV file that import takes back. */
#ifndef PEOPLE_EXPORT_H
#define PEOPLE_EXPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "store/db.h"

/*
 * Write a header row and one row a person (email, name, tags, state, timezone) in the order in
 * which they came: the active ones, or `all`. Cells that a spreadsheet would calculate are guarded
 * (base/csv.h). *rows is how many. A write that fails is ERR_IO.
 */
int people_export(struct db *db, bool all, FILE *to, int64_t *rows, struct err *e);

#endif
