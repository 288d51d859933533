#include "deliver/clerk.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/thread.h"

struct clerk {
	struct db *db;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t given, done;
	struct clerk_job *first, **end;
	bool stopping;
	int fd;
};

static struct clerk_job *
take_job(struct clerk *c)
{
	struct clerk_job *job;

	pthread_mutex_lock(&c->lock);
	while (!c->first && !c->stopping)
		pthread_cond_wait(&c->given, &c->lock);
	job = c->first;
	if (job) {
		c->first = job->next;
		if (!c->first)
			c->end = &c->first;
	}
	pthread_mutex_unlock(&c->lock);
	return job;
}

static void
say_done(struct clerk *c, struct clerk_job *job)
{
	uint64_t one = 1;

	pthread_mutex_lock(&c->lock);
	job->done = true;
	pthread_cond_broadcast(&c->done);
	pthread_mutex_unlock(&c->lock);
	/* It cannot be full: the loop empties it, and 2^64 jobs are not done in between. */
	if (write(c->fd, &one, sizeof one) < 0)
		assert(false && "an eventfd that cannot be written");
}

static void *
live(void *context)
{
	struct clerk *c = context;
	struct clerk_job *job;

	while ((job = take_job(c))) {
		job->status = job->work(c->db, job->context, &job->e);
		say_done(c, job);
	}
	return NULL;
}

static void
free_clerk(struct clerk *c)
{
	pthread_cond_destroy(&c->given);
	pthread_cond_destroy(&c->done);
	pthread_mutex_destroy(&c->lock);
	if (c->fd >= 0)
		close(c->fd);
	free(c);
}

struct clerk *
clerk_start(struct db *db, struct err *e)
{
	struct clerk *c = mem_alloc(sizeof *c);
	int code;

	*c = (struct clerk){ .db = db };
	c->end = &c->first;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->given, NULL);
	pthread_cond_init(&c->done, NULL);
	c->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	code = c->fd < 0 ? errno : thread_begin(&c->thread, "clerk", live, c);
	if (code) {
		free_clerk(c);
		err_fill(e, ERR_INTERNAL,
			"no thread can be started for the database: %s; nothing has been sent",
			strerror(code));
		return NULL;
	}
	return c;
}

void
clerk_stop(struct clerk *c)
{
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	c->stopping = true;
	pthread_cond_signal(&c->given);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->thread, NULL);
	free_clerk(c);
}

int
clerk_fd(const struct clerk *c)
{
	return c->fd;
}

void
clerk_give(struct clerk *c, struct clerk_job *job)
{
	job->done = false;
	job->next = NULL;
	pthread_mutex_lock(&c->lock);
	*c->end = job;
	c->end = &job->next;
	pthread_cond_signal(&c->given);
	pthread_mutex_unlock(&c->lock);
}

bool
clerk_is_done(struct clerk *c, const struct clerk_job *job)
{
	bool done;

	pthread_mutex_lock(&c->lock);
	done = job->done;
	pthread_mutex_unlock(&c->lock);
	return done;
}

int
clerk_do(struct clerk *c, int (*work)(struct db *, void *, struct err *), void *context,
	struct err *e)
{
	struct clerk_job job = { .work = work, .context = context };

	clerk_give(c, &job);
	pthread_mutex_lock(&c->lock);
	while (!job.done)
		pthread_cond_wait(&c->done, &c->lock);
	pthread_mutex_unlock(&c->lock);
	if (job.status < 0)
		*e = job.e;
	return job.status;
}
