/* watch.h: notice when something in some folders changes (inotify). */
#ifndef BASE_WATCH_H
#define BASE_WATCH_H

#include <stddef.h>

#include "base/err.h"

struct watch;

/*
 * Watch the folder `dir` and those of these folders below it that are there, now or later; not what
 * is below them. `names` must outlive it. Whoever opens it closes it.
 */
int watch_open(int dir, const char *const *names, size_t n, struct watch **out, struct err *e);
void watch_close(struct watch *w);

/* Can be read when something was written to its end, came, went or was renamed. */
int watch_fd(const struct watch *w);
/* Read it empty. */
void watch_drain(struct watch *w);

#endif
