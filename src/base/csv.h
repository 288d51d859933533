/* csv.h: libcsv's door: rows of fields with the line each began on (RFC 4180, plus what people
 * send). */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* A row with more than this, or a quote that stays open longer, is at fault; the rows after it are
 * not. */
enum {
	CSV_FIELDS = 64,
	CSV_FIELD = 64 * 1024, /* octets of one field */
	CSV_ROW = 1024 * 1024, /* octets of one physical line */
	CSV_LINES = 100,       /* lines, and CSV_FIELD octets, that a quoted field may go over */
};

/*
 * One row. `line` is the line of the file that it began on, from 1. The fields are borrowed until
 * the function returns. `fault` is NULL, or why the row cannot be taken (then what there is of the
 * fields may be wrong). Rows without anything in them are left out. Return -1 with e to stop.
 */
typedef int csv_row_fn(void *context, size_t line, const struct str *fields, size_t n,
	const char *fault, struct err *e);

struct csv;

/* A reader to be fed in pieces of any size. Lines end in LF, CR LF or CR. csv_close takes NULL. */
struct csv *csv_open(char delimiter, csv_row_fn *row, void *context);
int csv_feed(struct csv *c, struct str piece, struct err *e);
int csv_end(struct csv *c, struct err *e);
void csv_close(struct csv *c);

/*
 * Append one field, quoted where it must be; `first` leaves out the comma before it. What a
 * spreadsheet would take for a formula gets a ' in front (RELIABILITY E1).
 */
void csv_put(struct buf *out, struct str field, bool first);
/* Take the ' away again where csv_put would have put it. */
struct str csv_unguard(struct str field);

#endif
