#include "deliver/pool.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/thread.h"

enum { THREADS = 16 };

struct pool {
	pthread_t threads[THREADS];
	size_t count;
	pthread_mutex_t lock;
	pthread_cond_t given;
	struct pool_job *first, **end;
	struct pool_job *done;
	bool stopping;
	int wake;
};

static struct pool_job *
take_job(struct pool *p)
{
	struct pool_job *job;

	pthread_mutex_lock(&p->lock);
	while (!p->first && !p->stopping)
		pthread_cond_wait(&p->given, &p->lock);
	job = p->stopping ? NULL : p->first;
	if (job) {
		p->first = job->next;
		if (!p->first)
			p->end = &p->first;
	}
	pthread_mutex_unlock(&p->lock);
	return job;
}

/* Who is told once takes all there is: a write for each would cost as much as the work. */
static void
give_back(struct pool *p, struct pool_job *job)
{
	const uint64_t one = 1;
	bool first;

	pthread_mutex_lock(&p->lock);
	first = !p->done;
	job->next = p->done;
	p->done = job;
	pthread_mutex_unlock(&p->lock);
	/* It cannot be full, see clerk.c. */
	if (first && write(p->wake, &one, sizeof one) < 0)
		assert(false && "an eventfd that cannot be written");
}

static void *
live(void *context)
{
	struct pool *p = context;
	struct pool_job *job;

	while ((job = take_job(p))) {
		job->work(job->context);
		give_back(p, job);
	}
	return NULL;
}

static size_t
processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > THREADS ? THREADS : (size_t)n;
}

static void
free_pool(struct pool *p)
{
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->given);
	free(p);
}

struct pool *
pool_start(int wake, struct err *e)
{
	struct pool *p = mem_zeroed(1, sizeof *p);
	size_t wanted = processors();
	int code = 0;

	p->wake = wake;
	p->end = &p->first;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->given, NULL);
	/* One will do where there cannot be more. */
	while (p->count < wanted &&
		(code = thread_begin(&p->threads[p->count], "pool", live, p)) == 0)
		p->count++;
	if (p->count)
		return p;
	free_pool(p);
	err_fill(e, ERR_INTERNAL, "no thread can be started for signing: %s; nothing has been sent",
		strerror(code));
	return NULL;
}

void
pool_stop(struct pool *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->stopping = true;
	pthread_cond_broadcast(&p->given);
	pthread_mutex_unlock(&p->lock);
	for (size_t i = 0; i < p->count; i++)
		pthread_join(p->threads[i], NULL);
	free_pool(p);
}

void
pool_give(struct pool *p, struct pool_job *job)
{
	job->done = false;
	job->next = NULL;
	pthread_mutex_lock(&p->lock);
	*p->end = job;
	p->end = &job->next;
	pthread_cond_signal(&p->given);
	pthread_mutex_unlock(&p->lock);
}

void
pool_look(struct pool *p)
{
	struct pool_job *job;

	pthread_mutex_lock(&p->lock);
	job = p->done;
	p->done = NULL;
	pthread_mutex_unlock(&p->lock);
	for (; job; job = job->next)
		job->done = true;
}
