/* sheet.h: a CSV file as people send it: its encoding and its separator found out, its rows handed on
 * one by one, of any number. */
#ifndef PEOPLE_SHEET_H
#define PEOPLE_SHEET_H

#include "base/csv.h"

/* What was found out; filled in before the first row is handed on. */
struct sheet {
	/* Comma, semicolon or tab: the one that sets the header's columns apart, or that Excel's
	 * "sep=" line names. */
	char delimiter;
	char encoding[64]; /* "UTF-8", "UTF-16LE", or what was named */
};

/*
 * Read the descriptor to its end. `encoding` as for decoder_open. `column` is one that the header row
 * has in any case, in lower case: by it the separator is told; a comma where nothing has it. Memory
 * does not grow with the file. ERR_DATA for what is no text at all.
 */
int sheet_read(int fd, const char *encoding, const char *column, csv_row_fn *row, void *context,
	struct sheet *out, struct err *e);

/* Say what was found out, where it is not the usual. */
void sheet_tell(const struct sheet *sheet, const char *file);

#endif
