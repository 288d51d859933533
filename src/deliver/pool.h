/* pool.h: a few threads for work that takes a processor's time, so that the loop never waits for it. */
#ifndef DELIVER_POOL_H
#define DELIVER_POOL_H

#include <stdbool.h>

struct pool;

/* Whatever the work touches is the pool's until the job is done; the job must stay where it is. */
struct pool_job {
	void (*work)(void *context);
	void *context;
	bool done; /* ask pool_is_done */
	struct pool_job *next;
};

/* As many threads as there are processors, within reason. Each job that is done is told by `wake`
 * (an eventfd, not closed here). */
struct pool *pool_start(int wake);
/* What has not begun is never done. NULL is fine. */
void pool_stop(struct pool *p);

/* Begun in the order in which they are given. */
void pool_give(struct pool *p, struct pool_job *job);
bool pool_is_done(struct pool *p, const struct pool_job *job);

#endif
