/* splice.h: a text in pieces, most of them borrowed, in one block of memory. */
#ifndef BASE_SPLICE_H
#define BASE_SPLICE_H

#include "base/buf.h"

/* Never changed once it is made. Whoever has it frees it, with splice_free alone; whoever owns the
 * borrowed bytes must outlive it. */
struct splice {
	size_t n; /* bytes in all */
	size_t count;
	size_t own; /* bytes that are its own: they stand behind the pieces */
	struct str piece[];
};

/*
 * Of `count` pieces. Those whose p is NULL are the splice's own: they are cut off the front of
 * `own` one after the other, n bytes each. The others are borrowed.
 */
struct splice *splice_new(const struct str *pieces, size_t count, struct str own);
/* One piece, copied. */
struct splice *splice_copy(struct str bytes);
/* A copy of s, and of what it owns, with a piece of its own in front. */
struct splice *splice_behind(struct str front, const struct splice *s);
void splice_free(struct splice *s);

/* Append all of it to b. */
void splice_add_to(const struct splice *s, struct buf *b);

#endif
