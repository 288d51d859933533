/*
 * sink.c: an SMTP server that takes everything, fast enough not to be the limit.
 *
 * It speaks PIPELINING, CHUNKING and STARTTLS, and counts messages, distinct and repeated
 * recipients, and distinct bodies.
 *
 * sink [-c CERT -k KEY] [-C] [-P] [-r] [-a ADDRESS] [-p PORT]
 *
 * -C: no CHUNKING; -P: no PIPELINING; -r: raw, only count bytes.
 *
 * It prints "ready PORT"; on SIGUSR1 or at its end a line of JSON with the counts, on SIGUSR2 it
 * prints and forgets them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { IN = 1 << 19, OUT = 1 << 14, SLOTS = 1 << 22 };

enum state { COMMAND, DATA, BDAT };

struct connection {
	int fd;
	SSL *ssl;
	enum state state;
	uint64_t body, left;
	size_t have, put, scanned;
	uint64_t bytes;
	char in[IN], out[OUT];
};

static struct {
	uint64_t messages, bytes, distinct, repeated, bodies, connections;
} count;

static uint64_t *recipients, *bodies;
static bool chunking = true, pipelining = true, raw;
static SSL_CTX *tls;

static uint64_t
mix(uint64_t h)
{
	h ^= h >> 32;
	h *= UINT64_C(0xd6e8feb86659fd93);
	h ^= h >> 29;
	return h ? h : 1;
}

/* Eight lanes of words, so that the multiplications do not wait for each other: a message takes
 * about a microsecond. */
static uint64_t
hash(uint64_t seed, const char *p, size_t n)
{
	enum { LANES = 8 };
	uint64_t lane[LANES], word;

	for (unsigned i = 0; i < LANES; i++)
		lane[i] = seed ^ i;
	for (; n >= sizeof lane; p += sizeof lane, n -= sizeof lane)
		for (int i = 0; i < LANES; i++) {
			memcpy(&word, p + 8 * i, 8);
			lane[i] = (lane[i] ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		}
	for (; n; n--)
		lane[0] = (lane[0] ^ (unsigned char)*p++) * UINT64_C(0x100000001b3);
	for (int i = 1; i < LANES; i++)
		lane[0] = mix(lane[0]) ^ (lane[i] + (uint64_t)i);
	return mix(lane[0]);
}

/* Is it new? Open addressing; full is the end of the run. */
static bool
add(uint64_t *set, uint64_t h)
{
	size_t i = h & (SLOTS - 1);

	while (set[i] && set[i] != h)
		i = (i + 1) & (SLOTS - 1);
	if (set[i] == h)
		return false;
	set[i] = h;
	return true;
}

static void
report(void)
{
	printf("{\"messages\":%llu,\"bytes\":%llu,\"distinct\":%llu,\"repeated\":%llu,\"bodies\":%"
	       "llu,\"connections\":%llu}\n",
		(unsigned long long)count.messages, (unsigned long long)count.bytes,
		(unsigned long long)count.distinct, (unsigned long long)count.repeated,
		(unsigned long long)count.bodies, (unsigned long long)count.connections);
	fflush(stdout);
}

static void
reply(struct connection *c, const char *words)
{
	size_t n = strlen(words);

	if (c->put + n > OUT) {
		fprintf(stderr, "sink: the client does not read its replies\n");
		exit(1);
	}
	memcpy(c->out + c->put, words, n);
	c->put += n;
}

static bool
flush(struct connection *c)
{
	size_t done = 0;

	while (done < c->put) {
		ssize_t n = c->ssl ? SSL_write(c->ssl, c->out + done, (int)(c->put - done))
				   : send(c->fd, c->out + done, c->put - done, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	c->put = 0;
	return true;
}

static void
took_message(struct connection *c)
{
	count.messages++;
	if (add(bodies, c->body))
		count.bodies++;
	c->state = COMMAND;
	reply(c, "250 2.0.0 taken\r\n");
}

static void
greet_again(struct connection *c)
{
	reply(c, "250-sink.test\r\n");
	if (pipelining)
		reply(c, "250-PIPELINING\r\n");
	if (chunking)
		reply(c, "250-CHUNKING\r\n");
	if (tls && !c->ssl)
		reply(c, "250-STARTTLS\r\n");
	reply(c,
		"250-SIZE 50000000\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES\r\n");
}

static bool
start_tls(struct connection *c)
{
	reply(c, "220 2.0.0 go\r\n");
	if (!flush(c))
		return false;
	c->ssl = SSL_new(tls);
	SSL_set_fd(c->ssl, c->fd);
	SSL_set_accept_state(c->ssl);
	return true;
}

/* One command line; false ends the connection. */
static bool
command(struct connection *c, const char *line, size_t n)
{
	if (n >= 10 && strncasecmp(line, "RCPT TO:<", 9) == 0) {
		if (add(recipients, hash(5, line, n)))
			count.distinct++;
		else
			count.repeated++;
		reply(c, "250 2.1.5 ok\r\n");
	} else if (n >= 4 && strncasecmp(line, "MAIL", 4) == 0) {
		reply(c, "250 2.1.0 ok\r\n");
	} else if (n >= 4 && strncasecmp(line, "DATA", 4) == 0) {
		c->state = DATA;
		c->body = 9;
		reply(c, "354 go\r\n");
	} else if (n >= 6 && strncasecmp(line, "BDAT ", 5) == 0) {
		c->state = BDAT;
		c->body = 9;
		c->left = strtoull(line + 5, NULL, 10);
	} else if (n >= 4 && strncasecmp(line, "EHLO", 4) == 0) {
		greet_again(c);
	} else if (n >= 8 && strncasecmp(line, "STARTTLS", 8) == 0 && tls) {
		return start_tls(c);
	} else if (n >= 4 && strncasecmp(line, "QUIT", 4) == 0) {
		reply(c, "221 2.0.0 bye\r\n");
		flush(c);
		return false;
	} else {
		reply(c, "250 2.0.0 ok\r\n");
	}
	return true;
}

/* The end of a message: CRLF dot CRLF. There is one at most, since its client waits for the next
 * 354, and a few commands behind it: from the end it is soon found. */
static const char *
find_end(const char *p, size_t n)
{
	const char *dot;

	for (; n >= 5 && (dot = memrchr(p + 2, '.', n - 4)); n = (size_t)(dot - p) + 2)
		if (memcmp(dot - 2, "\r\n.\r\n", 5) == 0)
			return dot - 2;
	return NULL;
}

/* Take what is whole from the front of the input; *used says how much that was. */
static bool
take(struct connection *c, const char *p, size_t n, size_t *used)
{
	if (c->state == BDAT) {
		size_t piece = n < c->left ? n : c->left;

		c->body = hash(c->body, p, piece);
		c->left -= piece;
		*used = piece;
		if (c->left == 0)
			took_message(c);
		return true;
	}
	if (c->state == DATA) {
		const char *end = find_end(p, n);
		size_t piece = end ? (size_t)(end - p) : n > 4 ? n - 4 : 0;

		c->body = hash(c->body, p, piece);
		*used = end ? piece + 5 : piece;
		if (end)
			took_message(c);
		return true;
	}
	const char *eol = memchr(p, '\n', n);

	*used = eol ? (size_t)(eol - p) + 1 : 0;
	return eol ? command(c, p, *used) : true;
}

static void
acknowledge(const struct connection *c)
{
	int one = 1;

	setsockopt(c->fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof one);
}

static bool
work(struct connection *c)
{
	for (;;) {
		size_t room = IN - c->have;
		ssize_t n = c->ssl ? SSL_read(c->ssl, c->in + c->have, (int)room)
				   : recv(c->fd, c->in + c->have, room, 0);
		size_t at = 0;

		if (n <= 0) {
			if (c->ssl)
				acknowledge(c);
			if (c->ssl)
				return SSL_get_error(c->ssl, (int)n) == SSL_ERROR_WANT_READ;
			return n < 0 && errno == EAGAIN;
		}
		count.bytes += (uint64_t)n;
		if (raw) {
			c->have = 0;
			continue;
		}
		c->have += (size_t)n;
		while (at < c->have) {
			size_t used = 0;

			if (!take(c, c->in + at, c->have - at, &used))
				return false;
			if (used == 0)
				break;
			at += used;
		}
		memmove(c->in, c->in + at, c->have - at);
		c->have -= at;
		/* A client that lets the kernel hold back its last bytes waits for this. */
		if (c->put == 0)
			acknowledge(c);
		if (!flush(c))
			return false;
		/* A short read took all there was. */
		if (!c->ssl && (size_t)n < room)
			return true;
	}
}

static void
accept_all(int listener, int poll)
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct connection *c = malloc(sizeof *c);
		struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };
		int one = 1;

		memset(c, 0, offsetof(struct connection, in));
		c->fd = fd;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		epoll_ctl(poll, EPOLL_CTL_ADD, fd, &ev);
		count.connections++;
		if (!raw)
			reply(c, "220 sink.test ESMTP\r\n");
		flush(c);
	}
}

static bool
signalled(int fd)
{
	struct signalfd_siginfo s;

	if (read(fd, &s, sizeof s) != sizeof s)
		return false;
	report();
	if (s.ssi_signo == SIGUSR2) {
		memset(&count, 0, sizeof count);
		memset(recipients, 0, SLOTS * sizeof *recipients);
		memset(bodies, 0, SLOTS * sizeof *bodies);
	}
	return s.ssi_signo == SIGTERM || s.ssi_signo == SIGINT;
}

static void
load_tls(const char *cert, const char *key)
{
	tls = SSL_CTX_new(TLS_server_method());
	if (SSL_CTX_use_certificate_chain_file(tls, cert) != 1 ||
		SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1) {
		ERR_print_errors_fp(stderr);
		exit(1);
	}
}

static int
listen_on(const char *address, int *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, address, &a.sin_addr);
	a.sin_port = htons((uint16_t)*port);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) < 0 || listen(fd, 1024) < 0) {
		perror("sink");
		exit(1);
	}
	getsockname(fd, (struct sockaddr *)&a, &n);
	*port = ntohs(a.sin_port);
	return fd;
}

static void
loop(int listener, int signals)
{
	int poll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = &listener }, got[64];

	epoll_ctl(poll, EPOLL_CTL_ADD, listener, &ev);
	ev.data.ptr = &signals;
	epoll_ctl(poll, EPOLL_CTL_ADD, signals, &ev);
	for (;;) {
		int n = epoll_wait(poll, got, 64, -1);

		for (int i = 0; i < n; i++) {
			struct connection *c = got[i].data.ptr;

			if (got[i].data.ptr == &listener) {
				accept_all(listener, poll);
			} else if (got[i].data.ptr == &signals) {
				if (signalled(signals))
					return;
			} else if (!work(c)) {
				if (c->ssl)
					SSL_free(c->ssl);
				close(c->fd);
				free(c);
			}
		}
	}
}

int
main(int argc, char **argv)
{
	const char *cert = NULL, *key = NULL, *address = "127.0.0.1";
	int opt, port = 0, listener;
	sigset_t set;

	while ((opt = getopt(argc, argv, "c:k:CPra:p:")) != -1) {
		switch (opt) {
		case 'c':
			cert = optarg;
			break;
		case 'k':
			key = optarg;
			break;
		case 'C':
			chunking = false;
			break;
		case 'P':
			pipelining = false;
			break;
		case 'r':
			raw = true;
			break;
		case 'a':
			address = optarg;
			break;
		case 'p':
			port = atoi(optarg);
			break;
		default:
			return 64;
		}
	}
	if (cert)
		load_tls(cert, key);
	recipients = calloc(SLOTS, sizeof *recipients);
	bodies = calloc(SLOTS, sizeof *bodies);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	listener = listen_on(address, &port);
	printf("ready %d\n", port);
	fflush(stdout);
	loop(listener, signalfd(-1, &set, SFD_CLOEXEC));
	return 0;
}
