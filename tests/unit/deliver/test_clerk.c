#include "deliver/clerk.h"

#include <poll.h>
#include <string.h>
#include <sys/resource.h>

#include "test.h"

struct note {
	char *log;
	int *n;
	char letter;
	int status;
};

static int
write_down(struct db *db, void *context, struct err *e)
{
	struct note *note = context;

	(void)db;
	note->log[(*note->n)++] = note->letter;
	return note->status < 0 ? err_set(e, ERR_IO, "job %c", note->letter) : 0;
}

static void
jobs_are_done_in_order_and_say_so(void **state)
{
	char log[32] = "";
	int n = 0;
	struct note notes[26];
	struct clerk_job jobs[26];
	struct err e = { 0 };
	struct clerk *c = clerk_start(NULL, &e);
	struct pollfd p = { .fd = clerk_fd(c), .events = POLLIN };

	(void)state;
	for (int i = 0; i < 26; i++) {
		notes[i] = (struct note){ log, &n, (char)('a' + i), i == 3 ? -1 : 0 };
		jobs[i] = (struct clerk_job){ .work = write_down, .context = &notes[i] };
		clerk_give(c, &jobs[i]);
	}
	assert_int_equal(clerk_do(c, write_down, &(struct note){ log, &n, '!', 0 }, &e), 0);
	assert_int_equal(poll(&p, 1, 5000), 1);
	assert_string_equal(log, "abcdefghijklmnopqrstuvwxyz!");
	for (int i = 0; i < 26; i++) {
		assert_true(clerk_is_done(c, &jobs[i]));
		assert_int_equal(jobs[i].status, i == 3 ? -1 : 0);
	}
	assert_string_equal(jobs[3].e.text, "job d");
	assert_int_equal(clerk_do(c, write_down, &(struct note){ log, &n, '?', -1 }, &e), -1);
	assert_int_equal(e.code, ERR_IO);
	clerk_stop(c);
}

static void
what_was_given_is_done_before_it_stops(void **state)
{
	char log[32] = "";
	int n = 0;
	struct note note = { log, &n, 'x', 0 };
	struct clerk_job jobs[20];
	struct err e;
	struct clerk *c = clerk_start(NULL, &e);

	(void)state;
	for (int i = 0; i < 20; i++) {
		jobs[i] = (struct clerk_job){ .work = write_down, .context = &note };
		clerk_give(c, &jobs[i]);
	}
	clerk_stop(c);
	assert_int_equal(n, 20);
	clerk_stop(NULL);
}

static void
without_room_for_it_there_is_an_error(void **state)
{
	struct rlimit before, none;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_null(clerk_start(NULL, &e));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_non_null(strstr(e.text, "Too many open files"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jobs_are_done_in_order_and_say_so),
		cmocka_unit_test(what_was_given_is_done_before_it_stops),
		cmocka_unit_test(without_room_for_it_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
