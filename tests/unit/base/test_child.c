#include "base/child.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "test.h"

/* The programs of the tests are a shell's one-liners; the shell is the program that is run. */
static int
shell(const char *line, struct str in, int64_t span, size_t ceiling, struct buf *out, struct err *e)
{
	const char *argv[] = { "sh", "-c", line, NULL };

	buf_init(out, ceiling);
	*e = (struct err){ 0 };
	return child_run("/bin/sh", argv, in, span, out, e);
}

static void
a_program_is_fed_and_heard(void **state)
{
	static const struct {
		const char *line, *in, *want; /* NULL: it fails */
		enum err_code code;
	} rows[] = {
		{ "cat", "one\ntwo\n", "one\ntwo\n" },
		{ "true", "never read", "" },
		{ "cat", "", "" },
		{ "echo good; echo bad >&2", "", "good\n" },
		{ "exit 3", "", NULL, ERR_UNAVAILABLE },
		{ "kill -9 $$", "", NULL, ERR_UNAVAILABLE },
		{ "sleep 20", "", NULL, ERR_DATA },
		{ "exec >&-; sleep 20", "", NULL, ERR_DATA },
		{ "yes", "", NULL, ERR_DATA },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t began = clock_steady();
		struct buf out;
		struct err e;
		int got = shell(rows[i].line, str_of(rows[i].in), CLOCK_SECOND, 100000, &out, &e);

		if ((got == 0) != (rows[i].want != NULL))
			fail_msg("%s: %s", rows[i].line, e.text);
		if (got == 0)
			assert_str(buf_str(&out), rows[i].want);
		else
			assert_int_equal(e.code, rows[i].code);
		assert_true(clock_steady() - began < 10 * CLOCK_SECOND);
		buf_free(&out);
	}
}

/* More each way than a pipe holds. */
static void
much_goes_through(void **state)
{
	enum { SIZE = 1 << 20 };
	char *much = malloc(SIZE);
	struct buf out;
	struct err e;

	(void)state;
	assert_non_null(much);
	memset(much, 'x', SIZE);
	assert_int_equal(
		shell("cat", (struct str){ much, SIZE }, 10 * CLOCK_SECOND, SIZE, &out, &e), 0);
	assert_int_equal(out.n, SIZE);
	buf_free(&out);
	free(much);
}

/* RELIABILITY K6: no secret of ours in its environment, no descriptor of ours open in it. */
static void
nothing_of_ours_is_inherited(void **state)
{
	int leak = open("/dev/null", O_RDONLY); /* not even one that would be */
	struct buf out;
	struct err e;

	(void)state;
	assert_true(leak > 2);
	setenv("MORNINGPOST_RELAY_PASSWORD", "secret", 1);
	assert_int_equal(shell("env; ls -l /proc/self/fd | wc -l", (struct str){ 0 },
				 5 * CLOCK_SECOND, 10000, &out, &e),
		0);
	assert_int_equal(str_find_str(buf_str(&out), STR("secret")), -1);
	assert_int_equal(str_find_str(buf_str(&out), STR("MORNINGPOST")), -1);
	/* 0, 1, 2, the folder that is listed, and the line of the total. */
	assert_true(str_ends(buf_str(&out), STR("\n5\n")));
	buf_free(&out);
	close(leak);
}

static void
a_program_is_found_in_whole_folders_alone(void **state)
{
	struct arena a = { 0 };

	(void)state;
	setenv("PATH", "::.:bin:/nonexistent:/bin", 1);
	assert_string_equal(child_find("sh", &a), "/bin/sh");
	assert_null(child_find("no-such-program", &a));
	setenv("PATH", "", 1);
	assert_null(child_find("sh", &a));
	unsetenv("PATH");
	assert_null(child_find("sh", &a));
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_is_fed_and_heard),
		cmocka_unit_test(much_goes_through),
		cmocka_unit_test(nothing_of_ours_is_inherited),
		cmocka_unit_test(a_program_is_found_in_whole_folders_alone),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
