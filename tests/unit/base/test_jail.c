#include "base/jail.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

static const struct jail jail = { .memory = 64 << 20, .seconds = 1, .ceiling = 1000 };

static void
echo(struct str in, struct buf *out)
{
	buf_add(out, in);
	buf_addz(out, "!");
}

static void
die(struct str in, struct buf *out)
{
	(void)in;
	(void)out;
	raise(SIGKILL);
}

static void
spin(struct str in, struct buf *out)
{
	(void)in;
	(void)out;
	for (volatile int i = 0;; i = !i)
		;
}

static void
wait_long(struct str in, struct buf *out)
{
	(void)in;
	(void)out;
	sleep(60);
}

static void
say_too_much(struct str in, struct buf *out)
{
	(void)in;
	buf_fill(out, 'x', 1001);
}

static void
reach_out(struct str in, struct buf *out)
{
	char path[64];

	(void)in;
	snprintf(path, sizeof path, "/tmp/morningpost-jail-%ld", (long)getpid());
	buf_addc(out, socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM ? 'n' : 'N');
	buf_addc(out, socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? 'u' : 'U');
	buf_addc(out, open(path, O_WRONLY | O_CREAT, 0600) < 0 ? 'w' : 'W');
	buf_addc(out, fork() < 0 ? 'f' : 'F');
	buf_addc(out, execl("/bin/true", "true", (char *)NULL) < 0 && errno == EPERM ? 'x' : 'X');
	buf_addc(out, unlink("/nonexistent") < 0 && errno == EPERM ? 'd' : 'D');
	buf_addc(out, kill(getppid(), 0) < 0 ? 'k' : 'K');
	buf_addc(out, open("/dev/null", O_RDONLY) >= 0 ? 'R' : 'r');
	buf_addc(out, write(9, "x", 1) < 0 && errno == EBADF ? 'c' : 'C');
}

static void
what_is_done_in_it_comes_out(void **state)
{
	static const struct {
		jail_fn *work;
		const char *want; /* NULL: it fails */
	} rows[] = {
		{ echo, "hello!" },
		{ die, NULL },
		{ spin, NULL },
		{ wait_long, NULL },
		{ say_too_much, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf out;
		struct err e = { 0 };
		int status;

		buf_init(&out, 2000);
		status = jail_run(&jail, rows[i].work, STR("hello"), &out, &e);
		assert_int_equal(status, rows[i].want ? 0 : -1);
		if (rows[i].want)
			assert_str(buf_str(&out), rows[i].want);
		else
			assert_int_equal(e.code, ERR_DATA);
		buf_free(&out);
	}
}

static void
nothing_is_reached_from_it(void **state)
{
	int other = dup2(STDERR_FILENO, 9);
	struct buf out;
	struct err e;

	(void)state;
	assert_int_equal(other, 9);
	buf_init(&out, 2000);
	assert_int_equal(jail_run(&jail, reach_out, STR(""), &out, &e), 0);
	assert_str(buf_str(&out), "nuwfxdkRc");
	buf_free(&out);
	close(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_done_in_it_comes_out),
		cmocka_unit_test(nothing_is_reached_from_it),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
