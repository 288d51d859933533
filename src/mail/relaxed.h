/* relaxed.h: the relaxed canonical forms of a message (RFC 6376 3.4.2, 3.4.4): what a DKIM signature
 * is over. Pure. */
#ifndef MAIL_RELAXED_H
#define MAIL_RELAXED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/str.h"

/* One whole field with its CR LF: the name in lower case, unfolded, runs of white space one blank. */
void relaxed_field(struct str field, struct buf *out);

/*
 * A body, bit by bit: white space and ends of lines are held back until it is known whether they
 * count. Zeroed is ready. Lines end in CR LF; a piece may end anywhere but between the two.
 */
struct relaxed {
	size_t breaks; /* CR LFs held back */
	bool blank;    /* white space behind them is */
	bool any;      /* something was written */
};

void relaxed_body(struct relaxed *r, struct str piece, struct buf *out);
/* Something that is no white space follows: write what is held back. */
void relaxed_flush(struct relaxed *r, struct buf *out);
/* That was all: one CR LF behind the last line, none behind a body that is empty. */
void relaxed_end(struct relaxed *r, struct buf *out);

#endif
