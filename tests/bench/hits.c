/*
 * hits.c: GET one path again and again over keep-alive connections, one request in flight on each.
 *
 * hits ADDRESS PORT CONNECTIONS SECONDS PATH
 *
 * Prints how many answers came a second; any that is not 200 ends it.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEARD = 1 << 16 };

struct lane {
	int fd;
	size_t have;
	char heard[HEARD];
};

static char request[2048];

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
dial(const char *address, int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((unsigned short)port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	inet_pton(AF_INET, address, &a.sin_addr);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) < 0) {
		perror("hits");
		exit(1);
	}
	return fd;
}

static void
ask(const struct lane *l)
{
	if (send(l->fd, request, strlen(request), MSG_NOSIGNAL) < 0) {
		perror("hits");
		exit(1);
	}
}

/* Is a whole answer there? */
static int
heard_all(const struct lane *l)
{
	const char *body = memmem(l->heard, l->have, "\r\n\r\n", 4), *length;

	if (!body)
		return 0;
	length = strcasestr(l->heard, "\r\ncontent-length:");
	return length && length < body &&
	       l->have >= (size_t)(body + 4 - l->heard) + strtoul(length + 17, NULL, 10);
}

static int
hear(struct lane *l)
{
	ssize_t n = recv(l->fd, l->heard + l->have, HEARD - 1 - l->have, 0);

	if (n <= 0) {
		fprintf(stderr, "hits: the server hung up\n");
		exit(1);
	}
	l->have += (size_t)n;
	l->heard[l->have] = '\0';
	if (!heard_all(l))
		return 0;
	if (strncmp(l->heard, "HTTP/1.1 200", 12) != 0) {
		fprintf(stderr, "hits: %.40s\n", l->heard);
		exit(1);
	}
	l->have = 0;
	return 1;
}

int
main(int argc, char **argv)
{
	int n = argc > 5 ? atoi(argv[3]) : 0, poll = epoll_create1(0);
	struct lane *lanes = calloc((size_t)(n > 0 ? n : 1), sizeof *lanes);
	double began, until;
	long hits = 0;

	if (n <= 0)
		return 64;
	snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: bench.test\r\n\r\n", argv[5]);
	for (int i = 0; i < n; i++) {
		struct epoll_event ev = { .events = EPOLLIN, .data.ptr = &lanes[i] };

		lanes[i].fd = dial(argv[1], atoi(argv[2]));
		epoll_ctl(poll, EPOLL_CTL_ADD, lanes[i].fd, &ev);
		ask(&lanes[i]);
	}
	began = now();
	until = began + atof(argv[4]);
	while (now() < until) {
		struct epoll_event got[64];
		int ready = epoll_wait(poll, got, 64, 1000);

		for (int i = 0; i < ready; i++)
			if (hear(got[i].data.ptr)) {
				hits++;
				ask(got[i].data.ptr);
			}
	}
	printf("%.0f\n", (double)hits / (now() - began));
	return 0;
}
