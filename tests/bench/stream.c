/*
 * stream.c: the limits of a run: as many bytes as the messages have down N plain TCP connections.
 *
 * stream ADDRESS PORT CONNECTIONS MESSAGES SIZE [bdat|data]
 *
 * Without a last word there is no SMTP at all: what the kernel can do. With one, each message has
 * its commands around it and no reply is waited for before the end: what the sink can do.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct lane {
	int fd;
	size_t messages; /* to go */
	size_t at;       /* in the one that is going */
};

static char *text;
static size_t size;

static int
dial(const char *address, int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((unsigned short)port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	inet_pton(AF_INET, address, &a.sin_addr);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) < 0) {
		perror("stream");
		exit(1);
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return fd;
}

/* One message as it goes over the wire. */
static void
make_text(size_t body, const char *how)
{
	size_t n = 0;

	text = malloc(body + 256);
	if (how)
		n = (size_t)sprintf(
			text, "MAIL FROM:<news@bench.test>\r\nRCPT TO:<reader@bench.test>\r\n");
	if (how && strcmp(how, "bdat") == 0)
		n += (size_t)sprintf(text + n, "BDAT %zu LAST\r\n", body);
	else if (how)
		n += (size_t)sprintf(text + n, "DATA\r\n");
	memset(text + n, 'x', body);
	n += body;
	if (how && strcmp(how, "data") == 0)
		n += (size_t)sprintf(text + n, "\r\n.\r\n");
	size = n;
}

/* What was said meanwhile is nobody's concern. */
static void
drain(int fd, int flags)
{
	static char heard[65536];

	while (recv(fd, heard, sizeof heard, flags) > 0)
		;
}

static int
push(struct lane *l)
{
	while (l->messages) {
		ssize_t sent = send(l->fd, text + l->at, size - l->at, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent < 0)
			return errno == EAGAIN ? 0 : -1;
		l->at += (size_t)sent;
		if (l->at == size) {
			l->at = 0;
			l->messages--;
		}
	}
	return 1;
}

int
main(int argc, char **argv)
{
	int n = argc > 5 ? atoi(argv[3]) : 0, poll = epoll_create1(0), open = n;
	const char *how = argc > 6 ? argv[6] : NULL;
	struct lane *lanes;

	if (n <= 0)
		return 64;
	make_text(strtoul(argv[5], NULL, 10), how);
	lanes = calloc((size_t)n, sizeof *lanes);
	for (int i = 0; i < n; i++) {
		struct epoll_event ev = { .events = EPOLLOUT | EPOLLIN, .data.ptr = &lanes[i] };

		lanes[i] = (struct lane){ .fd = dial(argv[1], atoi(argv[2])),
			.messages = strtoul(argv[4], NULL, 10) / (size_t)n };
		epoll_ctl(poll, EPOLL_CTL_ADD, lanes[i].fd, &ev);
	}
	while (open) {
		struct epoll_event got[64];
		int ready = epoll_wait(poll, got, 64, -1);

		for (int i = 0; i < ready; i++) {
			struct lane *l = got[i].data.ptr;
			int done;

			if (got[i].events & EPOLLIN)
				drain(l->fd, MSG_DONTWAIT);
			done = push(l);
			if (done < 0) {
				perror("stream");
				return 1;
			}
			if (done == 0)
				continue;
			/* All is read when the other side has closed too. */
			if (how)
				send(l->fd, "QUIT\r\n", 6, MSG_NOSIGNAL);
			shutdown(l->fd, SHUT_WR);
			drain(l->fd, 0);
			close(l->fd);
			open--;
		}
	}
	return 0;
}
