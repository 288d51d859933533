#include "base/thread.h"

#include <signal.h>

#include "test.h"

struct seen {
	sigset_t blocked;
};

static void *
look(void *context)
{
	struct seen *s = context;

	pthread_sigmask(SIG_SETMASK, NULL, &s->blocked);
	return s;
}

static void
a_thread_leaves_signals_to_the_loop(void **state)
{
	struct seen seen = { 0 };
	sigset_t before, after;
	pthread_t thread;
	void *end;

	(void)state;
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	assert_int_equal(thread_begin(&thread, "reader", look, &seen), 0);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	assert_int_equal(pthread_join(thread, &end), 0);
	assert_ptr_equal(end, &seen);
	assert_int_equal(sigismember(&seen.blocked, SIGTERM), 1);
	assert_int_equal(sigismember(&seen.blocked, SIGINT), 1);
	assert_int_equal(sigismember(&after, SIGTERM), sigismember(&before, SIGTERM));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_thread_leaves_signals_to_the_loop) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
