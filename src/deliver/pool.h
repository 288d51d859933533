/* pool.h: a few threads for work that takes a processor's time, so that the loop never waits for it. */
#ifndef DELIVER_POOL_H
#define DELIVER_POOL_H

#include <stdbool.h>

#include "base/err.h"

struct pool;

/* Whatever the work touches is the pool's until the job is done; the job must stay where it is. */
struct pool_job {
	void (*work)(void *context);
	void *context;
	bool done; /* as pool_look found it */
	struct pool_job *next;
};

/* As many threads as there are processors, within reason. That there is something for pool_look is
 * told by `wake` (an eventfd, not closed here), once until it was called. */
struct pool *pool_start(int wake, struct err *e); /* NULL: there is no room for a single thread */
/* What has not begun is never done. NULL is fine. */
void pool_stop(struct pool *p);

/* Begun in the order in which they are given. */
void pool_give(struct pool *p, struct pool_job *job);
/* Set `done` of all that are done since the last call. */
void pool_look(struct pool *p);

#endif
