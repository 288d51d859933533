#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum { PIECE = 16 * 1024 };

struct child {
	const char *path;
	pid_t pid;
	int to, from; /* its standard input and output; -1: closed */
	struct str in;
	int64_t until; /* clock_steady() */
};

const char *
child_find(const char *name, struct arena *a)
{
	struct str rest = str_of(getenv("PATH")), folder;

	while (str_split(&rest, ':', &folder)) {
		const char *path = arena_printf(a, "%.*s/%s", STR_ARG(folder), name);
		struct stat st;

		if (folder.n && folder.p[0] == '/' && stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
			access(path, X_OK) == 0)
			return path;
	}
	return NULL;
}

static void
close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* -- its beginning ---------------------------------------------------------------------------- */

/* Ours ignore SIGPIPE, and what is ignored stays so in a child. */
static void
set_signals(posix_spawnattr_t *attributes)
{
	sigset_t all, none;

	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_setsigdefault(attributes, &all);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
}

static int
spawn(struct child *c, const char *const *argv, int in, int out)
{
	static char locale[] = "LC_ALL=C.UTF-8", path[] = "PATH=/usr/bin:/bin";
	char *environment[] = { locale, path, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	int wrong;

	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attributes);
	set_signals(&attributes);
	posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
	wrong = posix_spawn(
		&c->pid, c->path, &files, &attributes, (char *const *)(uintptr_t)argv, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return wrong;
}

static int
begin(struct child *c, const char *const *argv, struct err *e)
{
	int in[2], out[2], wrong;

	if (pipe2(in, O_CLOEXEC) < 0)
		return err_set(e, ERR_IO, "a pipe: %s", strerror(errno));
	if (pipe2(out, O_CLOEXEC) < 0) {
		close(in[0]);
		close(in[1]);
		return err_set(e, ERR_IO, "a pipe: %s", strerror(errno));
	}
	wrong = spawn(c, argv, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	c->to = in[1];
	c->from = out[0];
	if (wrong) {
		close_end(&c->to);
		close_end(&c->from);
		return err_set(e, ERR_UNAVAILABLE, "%s: %s", c->path, strerror(wrong));
	}
	fcntl(c->to, F_SETFL, O_NONBLOCK);
	fcntl(c->from, F_SETFL, O_NONBLOCK);
	return 0;
}

/* -- talking ---------------------------------------------------------------------------------- */

static void
feed(struct child *c)
{
	ssize_t n = write(c->to, c->in.p, c->in.n);

	if (n >= 0)
		c->in = str_from(c->in, (size_t)n);
	/* It may have heard enough: what it says of it counts. */
	if (c->in.n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_end(&c->to);
}

static void
hear(struct child *c, struct buf *out)
{
	char piece[PIECE];
	ssize_t n = read(c->from, piece, sizeof piece);

	if (n > 0)
		buf_add(out, (struct str){ piece, (size_t)n });
	if (out->over || n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_end(&c->from);
}

/* Until it has said all, or its time is over. */
static bool
talk(struct child *c, struct buf *out)
{
	if (c->in.n == 0)
		close_end(&c->to);
	while (c->from >= 0) {
		struct pollfd fds[] = { { .fd = c->from, .events = POLLIN },
			{ .fd = c->to, .events = POLLOUT } };
		int64_t left = c->until - clock_steady();

		if (left <= 0)
			return false;
		if (poll(fds, 2, (int)(left / 1000) + 1) < 0 && errno != EINTR)
			return false;
		if (c->to >= 0 && fds[1].revents)
			feed(c);
		if (fds[0].revents)
			hear(c, out);
	}
	return !out->over;
}

/* Its exit status, once it is gone. It has closed its output by now; who goes on after that gets no
 * more than its time. */
static int
finish(struct child *c, bool *in_time)
{
	int status = 0;

	close_end(&c->to);
	close_end(&c->from);
	while (*in_time && waitpid(c->pid, &status, WNOHANG) == 0) {
		*in_time = clock_steady() < c->until;
		poll(NULL, 0, 1);
	}
	if (*in_time)
		return status;
	kill(c->pid, SIGKILL);
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

int
child_run(const char *path, const char *const *argv, struct str in, int64_t span, struct buf *out,
	struct err *e)
{
	struct child c = { .path = path, .in = in, .until = clock_steady() + span };
	bool in_time;
	int status;

	if (begin(&c, argv, e) < 0)
		return -1;
	in_time = talk(&c, out);
	status = finish(&c, &in_time);
	if (out->over)
		return err_set(
			e, ERR_DATA, "%s: more than %zu bytes of output", path, out->ceiling);
	if (!in_time)
		return err_set(e, ERR_DATA, "%s: not done in %d seconds", path,
			(int)(span / CLOCK_SECOND));
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(e, ERR_UNAVAILABLE, "%s: it ended with %s %d", path,
			WIFEXITED(status) ? "exit code" : "signal",
			WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	return 0;
}
