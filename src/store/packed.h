/* packed.h: the counters of a snapshot written into two values, and read again. Pure. */
#ifndef STORE_PACKED_H
#define STORE_PACKED_H

#include "base/buf.h"
#include "store/observation.h"

/*
 * Two tables, column by column: entity, counter and score; downloads and forks. First stands how many
 * bytes wide each column is, a byte a column, then the columns, then seven zeros, so that eight
 * bytes can be read anywhere. Numbers are little-endian and as wide as the greatest of their column;
 * of those that may be unknown 0 is unknown and others are one more than they say. Scores are
 * doubled, as they come in halves; where one of them is no half, all are the bits of doubles, and
 * not a number is unknown (width 16).
 */
enum packed_column {
	PACKED_ENTITY,
	PACKED_VALUE,
	PACKED_SCORE,
	PACKED_DOWNLOADS,
	PACKED_FORKS,
	PACKED_COLUMNS
};

struct packed {
	size_t n;
	bool doubles; /* scores are */
	struct {
		const char *bytes;
		size_t width;
		uint64_t mask;
	} columns[PACKED_COLUMNS];
};

void packed_write(
	const struct observation *list, size_t n, struct buf *counters, struct buf *details);

/* False: these are no packed counters. What it makes borrows them. Empty details: all unknown. */
bool packed_open(struct str counters, struct str details, struct packed *out);

/* Of the i-th of n. */
int64_t packed_entity(const struct packed *p, size_t i);
int64_t packed_value(const struct packed *p, size_t i);
double packed_score(const struct packed *p, size_t i); /* below 0: unknown */
struct observation packed_at(const struct packed *p, size_t i);

#endif
