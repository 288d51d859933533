/* rehearsal.h: every recipient's message made and read back, and what there is to say of them all. */
#ifndef CMD_REHEARSAL_H
#define CMD_REHEARSAL_H

#include "mail/seal.h"
#include "settings/keys.h"
#include "settings/publication.h"
#include "store/delivery.h"

struct maildir;

enum { REHEARSAL_VALUE = 321, REHEARSAL_FAILURES = 20, REHEARSAL_SPREAD = 1 << 16 };

/* The longest of the values that went into one slot. */
struct rehearsal_longest {
	size_t n; /* octets */
	char value[REHEARSAL_VALUE], whose[REHEARSAL_VALUE];
};

struct rehearsal_failure {
	char whose[REHEARSAL_VALUE], why[400];
};

struct rehearsal {
	int64_t all, failed, nameless, smtputf8, international;
	size_t least, most, longest_line;
	struct rehearsal_longest name, email;
	struct rehearsal_failure failures[REHEARSAL_FAILURES];
	size_t failure_count;
	uint64_t bytes;
	/* How many there are of each size above the letter's frozen one; the last: all larger
	 * ones. */
	size_t base;
	uint32_t spread[REHEARSAL_SPREAD];
};

struct rehearsal_options {
	const struct publication *publication;
	struct keys *keys; /* only read */
	const struct letter *letter;
	const struct seal *seal; /* of that letter */
	struct day day;
	const char *date;        /* the Date of every copy */
	int64_t dated_at;        /* the same as a number */
	struct maildir *maildir; /* or NULL */
	void (*progress)(void *context, int64_t done);
	void *context;
};

/*
 * Everybody who would be planned for that day. The database is read in chunks and not changed;
 * memory does not grow with their number. A message that fails is a number in *out, not an error.
 */
int rehearsal_run(
	struct db *db, const struct rehearsal_options *o, struct rehearsal *out, struct err *e);

/* The size that half of them do not pass. */
size_t rehearsal_median(const struct rehearsal *r);

#endif
