#include "web/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"

/* The first descriptor that is passed on, and how many wait to be accepted: the kernel's own limit.
 * Who finds no place there is asked to come again a second later, then two, then four. */
enum { FIRST_PASSED = 3, BACKLOG = SOMAXCONN };

static bool
number_in(const char *name, uint64_t limit, uint64_t *out)
{
	return str_u64(str_of(getenv(name)), limit, out);
}

/* 1 taken, 0 systemd passed none. */
static int
take_passed(struct listeners *out, struct err *e)
{
	uint64_t pid, n;

	if (!number_in("LISTEN_PID", INT32_MAX, &pid) || (pid_t)pid != getpid() ||
		!number_in("LISTEN_FDS", 1024, &n) || n == 0)
		return 0;
	if (n > LISTEN_MAX)
		return err_set(e, ERR_CONFIG, "systemd passes %llu sockets; at most %d are taken",
			(unsigned long long)n, LISTEN_MAX);
	for (; out->count < n; out->count++) {
		int fd = FIRST_PASSED + (int)out->count, flags = fcntl(fd, F_GETFL);

		if (flags < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ||
			fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
			return err_set(e, ERR_CONFIG, "descriptor %d that systemd passes: %s", fd,
				strerror(errno));
		out->fds[out->count] = fd;
	}
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	return 1;
}

/* Cut "[::1]:8025" into its two halves. */
static bool
split_address(const char *address, char host[static 256], const char **port)
{
	const char *colon = strrchr(address, ':');
	struct str name = str_of(address);

	if (!colon || colon[1] == '\0')
		return false;
	name.n = (size_t)(colon - address);
	if (name.n >= 2 && name.p[0] == '[' && name.p[name.n - 1] == ']')
		name = str_sub(name, 1, name.n - 2);
	else if (str_find(name, ':') >= 0)
		return false;
	if (name.n == 0 || name.n > 255)
		return false;
	snprintf(host, 256, "%.*s", STR_ARG(name));
	*port = colon + 1;
	return true;
}

static int
bind_to(const struct addrinfo *where)
{
	int fd = socket(where->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
		bind(fd, where->ai_addr, where->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	close(fd);
	return -1;
}

int
listen_open(const char *address, struct listeners *out, struct err *e)
{
	const struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	const char *port;
	char host[256];
	int code;

	*out = (struct listeners){ 0 };
	code = take_passed(out, e);
	if (code != 0)
		return code < 0 ? -1 : 0;
	if (!split_address(address, host, &port))
		return err_set(e, ERR_CONFIG,
			"'%s' is no address to listen on; write HOST:PORT, as in 127.0.0.1:8025",
			address);
	code = getaddrinfo(host, port, &hints, &found);
	if (code == EAI_MEMORY)
		mem_out();
	if (code != 0)
		return err_set(e, ERR_CONFIG, "'%s' is no address to listen on: %s", address,
			gai_strerror(code));
	out->fds[0] = bind_to(found);
	freeaddrinfo(found);
	if (out->fds[0] < 0)
		return err_set(
			e, ERR_CANTCREATE, "cannot listen on %s: %s", address, strerror(errno));
	out->count = 1;
	return 0;
}

void
listen_close(struct listeners *l)
{
	while (l->count > 0)
		close(l->fds[--l->count]);
}

void
listen_url(int fd, char *out, size_t size)
{
	struct sockaddr_storage at;
	socklen_t n = sizeof at;
	char host[64], port[8];

	if (getsockname(fd, (struct sockaddr *)&at, &n) < 0 ||
		getnameinfo((struct sockaddr *)&at, n, host, sizeof host, port, sizeof port,
			NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		snprintf(out, size, "a socket");
	else
		snprintf(out, size, strchr(host, ':') ? "http://[%s]:%s/" : "http://%s:%s/", host,
			port);
}

void
listen_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n = path ? strlen(path) : 0;
	int fd;

	if (n == 0 || n >= sizeof to.sun_path)
		return;
	memcpy(to.sun_path, path, n);
	/* "@" stands for the abstract namespace. */
	if (path[0] == '@')
		to.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
	close(fd);
}
