/*
 * stream.c: the limit: the same number of bytes down N plain TCP connections, no SMTP at all.
 *
 *	stream ADDRESS PORT CONNECTIONS MESSAGES SIZE [WRITE]
 *
 * WRITE bytes go out at a time (default: one message).
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

int
main(int argc, char **argv)
{
	int n = argc > 5 ? atoi(argv[3]) : 0, poll = epoll_create1(0);
	size_t size, *left;
	char *message;

	if (n <= 0)
		return 64;
	size = strtoul(argv[5], NULL, 10);
	message = malloc(size);
	memset(message, 'x', size);
	left = calloc((size_t)n, sizeof *left);
	int *fds = calloc((size_t)n, sizeof *fds), open = n;

	for (int i = 0; i < n; i++) {
		struct epoll_event ev = { .events = EPOLLOUT, .data.u32 = (unsigned)i };

		fds[i] = dial(argv[1], atoi(argv[2]));
		left[i] = strtoul(argv[4], NULL, 10) / (size_t)n * size;
		epoll_ctl(poll, EPOLL_CTL_ADD, fds[i], &ev);
	}
	while (open) {
		struct epoll_event got[64];
		int ready = epoll_wait(poll, got, 64, -1);

		for (int i = 0; i < ready; i++) {
			unsigned k = got[i].data.u32;
			size_t piece = left[k] < size ? left[k] : size;
			ssize_t sent = send(fds[k], message, piece, MSG_DONTWAIT | MSG_NOSIGNAL);

			if (sent < 0 && errno == EAGAIN)
				continue;
			if (sent < 0) {
				perror("stream");
				return 1;
			}
			left[k] -= (size_t)sent;
			if (left[k] == 0) {
				char end;

				/* All is read when the other side has closed too. */
				shutdown(fds[k], SHUT_WR);
				while (recv(fds[k], &end, 1, 0) > 0)
					;
				close(fds[k]);
				open--;
			}
		}
	}
	return 0;
}
