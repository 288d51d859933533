#include "deliver/pool.h"

#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "test.h"

enum { JOBS = 500 };

struct sum {
	struct pool_job job;
	int n, square;
};

static void
work(void *context)
{
	struct sum *s = context;

	s->square = s->n * s->n;
}

static void
every_job_is_done_and_told(void **state)
{
	static struct sum sums[JOBS];
	int wake = eventfd(0, EFD_CLOEXEC);
	struct err e;
	struct pool *p = pool_start(wake, &e);
	size_t done = 0;

	(void)state;
	for (int i = 0; i < JOBS; i++) {
		sums[i] = (struct sum){ .job = { .work = work, .context = &sums[i] }, .n = i };
		pool_give(p, &sums[i].job);
	}
	/* It blocks: whoever was told and takes all is told of what comes behind that. */
	while (done < JOBS) {
		uint64_t n;

		assert_int_equal(read(wake, &n, sizeof n), sizeof n);
		pool_look(p);
		done = 0;
		for (int i = 0; i < JOBS; i++)
			done += sums[i].job.done;
	}
	for (int i = 0; i < JOBS; i++)
		assert_int_equal(sums[i].square, i * i);
	pool_stop(p);
	close(wake);
}

static void
stopping_waits_for_no_queue(void **state)
{
	static struct sum sums[JOBS];
	int wake = eventfd(0, EFD_CLOEXEC);
	struct err e;
	struct pool *p = pool_start(wake, &e);

	(void)state;
	for (int i = 0; i < JOBS; i++) {
		sums[i] = (struct sum){ .job = { .work = work, .context = &sums[i] }, .n = i };
		pool_give(p, &sums[i].job);
	}
	pool_stop(p);
	pool_stop(NULL);
	close(wake);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_job_is_done_and_told),
		cmocka_unit_test(stopping_waits_for_no_queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
