/* csv.h: libcsv's door: rows of fields with the line each began on (RFC 4180, plus what people
 * send). */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* One row; the fields are borrowed until the function returns. Return -1 with e to stop. */
typedef int csv_row_fn(
	void *context, size_t line, const struct str *fields, size_t n, struct err *e);

struct csv;

/*
 * A reader to be fed in pieces of any size. Limits: 64 fields a row, 64 KiB a field, 1 MiB a row;
 * past them, and on a quote left open at the end, an error with its line. The caller frees.
 */
struct csv *csv_new(char delimiter, csv_row_fn *row, void *context);
int csv_feed(struct csv *c, struct str piece, struct err *e);
int csv_end(struct csv *c, struct err *e);
void csv_free(struct csv *c);

/* Append one field, quoted where it must be; `first` leaves out the comma before it. Formula cells
 * get a leading ' (RELIABILITY E1). */
void csv_put(struct buf *out, struct str field, bool first);
/* Take the ' away again where csv_put would have put it. */
struct str csv_unguard(struct str field);

#endif
