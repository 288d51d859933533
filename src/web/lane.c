#include "web/lane.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

/* An answer with its header. */
enum { ANSWER_LIMIT = 32 * 1024 * 1024 };

struct lane {
	pthread_t thread;
	pthread_mutex_t lock; /* for the four below */
	pthread_cond_t pushed;
	struct job *first, **last;
	struct job *done;
	bool stopping;
	int done_fd;
	struct answerer who;
};

static void
answer(struct lane *lane, struct job *job)
{
	int64_t waited = clock_steady() - job->came;
	struct response response = { 0 };
	struct arena a = { 0 };

	buf_init(&job->out, ANSWER_LIMIT);
	job->later = !lane->who.answer(lane->who.context, job->request, waited, &a, &response);
	if (!job->later)
		response_write(&response, clock_now(), job->request->method != REQUEST_HEAD,
			job->keep, &job->out);
	arena_free(&a);
}

/* The next job, or NULL when there will be none. */
static struct job *
wait_for_job(struct lane *lane)
{
	struct job *job;

	pthread_mutex_lock(&lane->lock);
	while (!lane->first && !lane->stopping)
		pthread_cond_wait(&lane->pushed, &lane->lock);
	job = lane->first;
	if (job) {
		lane->first = job->next;
		if (!lane->first)
			lane->last = &lane->first;
	}
	pthread_mutex_unlock(&lane->lock);
	return job;
}

static void
give_back(struct lane *lane, struct job *job)
{
	const uint64_t one = 1;
	ssize_t n;

	pthread_mutex_lock(&lane->lock);
	job->next = lane->done;
	lane->done = job;
	pthread_mutex_unlock(&lane->lock);
	/* It can only fail when the counter is full, and then there is something to be read. */
	n = write(lane->done_fd, &one, sizeof one);
	(void)n;
}

static void *
work(void *argument)
{
	struct lane *lane = argument;
	struct job *job;

	while ((job = wait_for_job(lane))) {
		answer(lane, job);
		give_back(lane, job);
	}
	return NULL;
}

int
lane_start(struct answerer who, int done, struct lane **out, struct err *e)
{
	struct lane *lane = mem_alloc(sizeof *lane);
	int code;

	*lane = (struct lane){ .done_fd = done, .who = who };
	lane->last = &lane->first;
	pthread_mutex_init(&lane->lock, NULL);
	pthread_cond_init(&lane->pushed, NULL);
	code = pthread_create(&lane->thread, NULL, work, lane);
	if (code != 0) {
		free(lane);
		return err_set(
			e, ERR_INTERNAL, "a thread could not be started: %s", strerror(code));
	}
	*out = lane;
	return 0;
}

void
lane_push(struct lane *lane, struct job *job)
{
	job->next = NULL;
	pthread_mutex_lock(&lane->lock);
	*lane->last = job;
	lane->last = &job->next;
	pthread_cond_signal(&lane->pushed);
	pthread_mutex_unlock(&lane->lock);
}

struct job *
lane_take_done(struct lane *lane)
{
	struct job *done;

	pthread_mutex_lock(&lane->lock);
	done = lane->done;
	lane->done = NULL;
	pthread_mutex_unlock(&lane->lock);
	return done;
}

void
lane_stop(struct lane *lane)
{
	if (!lane)
		return;
	pthread_mutex_lock(&lane->lock);
	lane->stopping = true;
	pthread_cond_signal(&lane->pushed);
	pthread_mutex_unlock(&lane->lock);
	pthread_join(lane->thread, NULL);
	pthread_cond_destroy(&lane->pushed);
	pthread_mutex_destroy(&lane->lock);
	free(lane);
}
