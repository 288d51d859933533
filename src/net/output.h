/* output.h: what a session has to write: lines of its own and bodies in pieces, gathered for one
 * write. Pure. */
#ifndef NET_OUTPUT_H
#define NET_OUTPUT_H

#include <stdint.h>

#include "base/buf.h"
#include "base/splice.h"

struct output_part;

/* Whoever inits it frees it. */
struct output {
	struct buf lines; /* those not yet written */
	size_t line_start;
	struct output_part *parts; /* a ring */
	size_t room, head, count;
	size_t piece,
		offset; /* how far the first part is written: of a body its piece, and in it */
	uint64_t made, written; /* bytes, ever */
};

void output_init(struct output *o);
void output_free(struct output *o);
/* Forget what is not written. */
void output_clear(struct output *o);

/* A copy of the line, or of a piece of one. */
void output_line(struct output *o, struct str bytes);
void output_linez(struct output *o, const char *z);
/* The body is the output's from then on. */
void output_body(struct output *o, struct splice *body);

/* Bytes that wait. */
uint64_t output_left(const struct output *o);
/* The next of them, at most `most` pieces: how many. Borrowed until the next change. */
size_t output_gather(const struct output *o, struct str *pieces, size_t most);
/* So many of them are written. */
void output_took(struct output *o, size_t n);

#endif
