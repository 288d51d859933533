/* jail.h: do a piece of work on a stranger's bytes in a child that can reach nothing: no network, no
 * program to run, no file to write, little memory and time. */
#ifndef BASE_JAIL_H
#define BASE_JAIL_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* Works in the child: append the result to out. What it leaves in memory is gone with it. */
typedef void jail_fn(struct str in, struct buf *out);

struct jail {
	size_t memory; /* more than the parent has, in bytes (RLIMIT_AS); not under a sanitizer */
	unsigned seconds; /* of processor time (RLIMIT_CPU), and twice that by the clock */
	size_t ceiling;   /* of the result */
};

/*
 * Fork, close what the child has no use for, and let it work. -1 (ERR_DATA): it died, took too long or
 * said too much, and is gone. The result is a stranger's word: read it as such.
 */
int jail_run(const struct jail *j, jail_fn *work, struct str in, struct buf *out, struct err *e);

#endif
