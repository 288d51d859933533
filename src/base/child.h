/* child.h: run another program without a shell: feed it, hear it out, end it in time. */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* The program of that name in the absolute folders of $PATH; NULL when there is none. */
const char *child_find(const char *name, struct arena *a);

/*
 * Run the program at `path` with these arguments (argv[0] is its name), give it `in` on standard input
 * and append what it writes on standard output. It gets no other descriptor of ours, nothing of our
 * environment but a UTF-8 locale and a plain PATH, and its complaints are not heard. -1: it could not
 * be run or ended badly (ERR_UNAVAILABLE), took longer than `span` microseconds or said more than out's
 * ceiling (ERR_DATA); it is gone in any case. Who calls ignores SIGPIPE, as main does.
 */
int child_run(const char *path, const char *const *argv, struct str in, int64_t span,
	struct buf *out, struct err *e);

#endif
