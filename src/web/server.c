#include "web/server.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "web/lane.h"
#include "web/route.h"

/* Every state of a connection has an absolute end (RELIABILITY W20): those in struct
 * settings_limits, and that of waiting for the other side to hang up. */
#define LINGERING_LIMIT (2 * CLOCK_SECOND)

enum {
	OTHER_DESCRIPTORS = 64, /* databases, listeners, standard ones: with some to spare */
	READ_SIZE = 16 * 1024,
	LINGER_SIZE = 256 * 1024, /* read and thrown away after a refusal, so that it arrives */
	REFUSAL_LIMIT = 4 * 1024,
	EVENTS = 128,
	TICK = 1000, /* ms: how late a deadline may be noticed */
};

/* What an epoll event belongs to. */
struct source {
	enum { LISTENER, SIGNALS, DONE, WAKE, CONNECTION } what;
	int fd;
};

/* WAITING: for something to answer. */
enum state { READING, WORKING, WAITING, WRITING, LINGERING };

struct connection {
	struct source source; /* first: an event's source is cast to its connection */
	enum state state;
	int64_t deadline; /* of the state it is in, by clock_steady */
	struct client client;
	bool counted;   /* against what one client may have */
	bool gone;      /* the client hung up while its request was being worked on */
	bool continued; /* "100 Continue" has been said */
	struct request request;
	struct buf ahead; /* came behind the request in hand: the next one's */
	struct job job;
	size_t sent, thrown_away;
	unsigned wakes; /* the server's when the answer was asked for */
	struct connection *next, *previous;
};

struct server {
	const struct server_options *options;
	int epoll;
	struct source listeners[LISTEN_MAX], signals, done, wake;
	struct lane *reader, *writer;
	struct connection *connections;
	size_t count, limit;
	int64_t now;
	unsigned wakes; /* so often has there been something new */
	bool accepting, stopping;
};

/* -- connections ------------------------------------------------------------------------------ */

static void
watch(struct server *s, struct source *source, int operation, uint32_t events)
{
	struct epoll_event event = { .events = events, .data = { .ptr = source } };
	int status = epoll_ctl(s->epoll, operation, source->fd, &event);

	/* There is memory, and the descriptor is ours: anything else is a bug. */
	assert(status == 0);
	(void)status;
}

static void
set_state(struct connection *c, enum state state, int64_t deadline)
{
	c->state = state;
	c->deadline = deadline;
}

static void
drop(struct server *s, struct connection *c)
{
	assert(c->state != WORKING);
	assert(c->previous ? c->previous->next == c : s->connections == c);
	if (c->next)
		c->next->previous = c->previous;
	if (c->previous)
		c->previous->next = c->next;
	else
		s->connections = c->next;
	s->count--;
	close(c->source.fd);
	request_free(&c->request);
	buf_free(&c->ahead);
	buf_free(&c->job.out);
	free(c);
}

/* Throw away what the kernel still holds for a client that reads nothing. */
static void
cut(struct server *s, struct connection *c)
{
	const struct linger none = { .l_onoff = 1 };

	(void)setsockopt(c->source.fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
	drop(s, c);
}

/* -- one request after another ---------------------------------------------------------------- */

static void write_some(struct server *s, struct connection *c);
static void feed(struct server *s, struct connection *c, struct str bytes);

static void
begin_answer(struct server *s, struct connection *c)
{
	c->sent = 0;
	set_state(c, WRITING, s->now + s->options->limits.answer);
	write_some(s, c);
}

static void
refuse(struct server *s, struct connection *c, int status, const char *why)
{
	struct response response;
	struct arena a = { 0 };

	log_debug("%d: %s", status, why);
	route_refuse(status, why, &a, &response);
	c->job.keep = false;
	buf_init(&c->job.out, REFUSAL_LIMIT);
	response_write(
		&response, clock_now(), c->request.method != REQUEST_HEAD, false, &c->job.out);
	arena_free(&a);
	begin_answer(s, c);
}

/* Hand a whole request to the thread that will answer it. */
static void
push(struct server *s, struct connection *c)
{
	c->wakes = s->wakes;
	set_state(c, WORKING, INT64_MAX);
	watch(s, &c->source, EPOLL_CTL_MOD, 0);
	lane_push(c->request.method == REQUEST_POST ? s->writer : s->reader, &c->job);
}

static void
begin_work(struct server *s, struct connection *c)
{
	c->job.request = &c->request;
	c->job.came = s->now;
	c->job.keep = c->request.keep && !s->stopping;
	c->job.owner = c;
	push(s, c);
}

/* There is no answer yet. Whoever goes away meanwhile is noticed at once. */
static void
begin_waiting(struct server *s, struct connection *c)
{
	if (s->stopping) {
		drop(s, c);
	} else if (c->wakes != s->wakes) {
		push(s, c); /* what it waits for came while it was told that there is nothing */
	} else {
		set_state(c, WAITING, c->job.came + WAKE_LIMIT);
		watch(s, &c->source, EPOLL_CTL_MOD, EPOLLRDHUP);
	}
}

static void
wake_waiting(struct server *s)
{
	s->wakes++;
	s->options->woken(s->options->context);
	for (struct connection *c = s->connections; c; c = c->next)
		if (c->state == WAITING)
			push(s, c);
}

/* The last answer is out: what came behind its request is the next one's. */
static void
begin_next(struct server *s, struct connection *c)
{
	struct client_ip peer = c->request.peer;
	struct buf ahead = c->ahead;

	request_free(&c->request);
	request_init(&c->request);
	c->request.peer = peer;
	buf_free(&c->job.out);
	buf_init(&c->ahead, READ_SIZE);
	c->continued = false;
	set_state(c, READING, s->now + s->options->limits.idle);
	watch(s, &c->source, EPOLL_CTL_MOD, EPOLLIN);
	if (ahead.n)
		feed(s, c, buf_str(&ahead));
	buf_free(&ahead);
}

/* Closing at once would make the kernel reset the connection when something unread is left, and
 * the answer would be lost on the way. */
static void
begin_linger(struct server *s, struct connection *c)
{
	c->thrown_away = 0;
	set_state(c, LINGERING, s->now + LINGERING_LIMIT);
	(void)shutdown(c->source.fd, SHUT_WR);
	watch(s, &c->source, EPOLL_CTL_MOD, EPOLLIN);
}

static void
write_some(struct server *s, struct connection *c)
{
	struct str rest = str_from(buf_str(&c->job.out), c->sent);
	ssize_t n = send(c->source.fd, rest.p, rest.n, MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		drop(s, c);
		return;
	}
	c->sent += n > 0 ? (size_t)n : 0;
	if (c->sent < c->job.out.n)
		watch(s, &c->source, EPOLL_CTL_MOD, EPOLLOUT);
	else if (c->job.keep && !s->stopping)
		begin_next(s, c);
	else
		begin_linger(s, c);
}

/* A socket that has no room for twenty-five bytes belongs to nobody who reads. */
static bool
say_continue(struct connection *c)
{
	static const struct str words = STR_INIT("HTTP/1.1 100 Continue\r\n\r\n");

	c->continued = true;
	return send(c->source.fd, words.p, words.n, MSG_NOSIGNAL) == (ssize_t)words.n;
}

static void
feed(struct server *s, struct connection *c, struct str bytes)
{
	bool fresh = !c->request.begun;
	size_t used;

	switch (request_read(&c->request, bytes, &used)) {
	case REQUEST_REFUSED:
		refuse(s, c, c->request.status, c->request.why);
		break;
	case REQUEST_DONE:
		buf_add(&c->ahead, str_from(bytes, used));
		begin_work(s, c);
		break;
	case REQUEST_MORE:
		if (fresh && c->deadline > s->now + s->options->limits.request)
			c->deadline = s->now + s->options->limits.request;
		if (c->request.expects && !c->continued && !say_continue(c))
			drop(s, c);
		break;
	}
}

static void
read_some(struct server *s, struct connection *c)
{
	char bytes[READ_SIZE];
	ssize_t n = recv(c->source.fd, bytes, sizeof bytes, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		drop(s, c);
		return;
	}
	if (c->state == READING) {
		feed(s, c, (struct str){ bytes, (size_t)n });
		return;
	}
	c->thrown_away += (size_t)n;
	if (c->thrown_away > LINGER_SIZE)
		drop(s, c);
}

static void
connection_event(struct server *s, struct connection *c, uint32_t events)
{
	switch (c->state) {
	case READING:
	case LINGERING:
		read_some(s, c);
		break;
	case WRITING:
		write_some(s, c);
		break;
	case WAITING:
		drop(s, c);
		break;
	case WORKING:
		/* Nothing is asked for, so it is an error or a hang-up; the work goes on. */
		if (events & (EPOLLERR | EPOLLHUP) && !c->gone) {
			c->gone = true;
			watch(s, &c->source, EPOLL_CTL_DEL, 0);
		}
		break;
	}
}

static void
take_done(struct server *s, struct lane *lane)
{
	struct job *job = lane_take_done(lane);

	while (job) {
		struct job *next = job->next;
		struct connection *c = job->owner;

		set_state(c, WRITING, s->now + s->options->limits.answer);
		if (c->gone)
			drop(s, c);
		else if (c->job.later)
			begin_waiting(s, c);
		else
			begin_answer(s, c);
		job = next;
	}
}

/* -- coming in -------------------------------------------------------------------------------- */

static void
set_accepting(struct server *s, bool on)
{
	if (s->accepting == on || s->stopping)
		return;
	s->accepting = on;
	for (size_t i = 0; i < s->options->listeners->count; i++)
		watch(s, &s->listeners[i], EPOLL_CTL_MOD, on ? EPOLLIN : 0);
}

static bool
has_too_many(const struct server *s, const struct client *client)
{
	size_t n = 0;

	for (const struct connection *c = s->connections; c; c = c->next)
		n += c->counted && client_eq(&c->client, client);
	return n >= s->options->limits.each;
}

static void
welcome(struct server *s, int fd, const struct sockaddr_storage *peer)
{
	struct client_ip ip = client_ip_of(peer);
	struct client client = client_of(&ip);
	bool counted = !client_ip_is_in(&s->options->trusted, &ip);
	struct connection *c;
	int on = 1;

	if (counted && has_too_many(s, &client)) {
		close(fd);
		return;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	c = mem_alloc(sizeof *c);
	*c = (struct connection){ .source = { CONNECTION, fd },
		.client = client,
		.counted = counted,
		.next = s->connections };
	request_init(&c->request);
	c->request.peer = ip;
	buf_init(&c->ahead, READ_SIZE);
	set_state(c, READING, s->now + s->options->limits.request);
	if (c->next)
		c->next->previous = c;
	s->connections = c;
	s->count++;
	watch(s, &c->source, EPOLL_CTL_ADD, EPOLLIN);
}

/* Make room at the limit: whoever has been idle between two requests for longest can come again. */
static bool
drop_idlest(struct server *s)
{
	struct connection *idlest = NULL;

	for (struct connection *c = s->connections; c; c = c->next)
		if (c->state == READING && !c->request.begun &&
			(!idlest || c->deadline < idlest->deadline))
			idlest = c;
	if (!idlest)
		return false;
	drop(s, idlest);
	return true;
}

/* Take in who waits. Who finds no room waits in the kernel's queue until somebody leaves. */
static void
accept_from(struct server *s, int listener)
{
	for (int i = 0; i < EVENTS; i++) {
		struct sockaddr_storage peer = { 0 };
		socklen_t n = sizeof peer;
		int fd;

		if (s->count >= s->limit && !drop_idlest(s)) {
			set_accepting(s, false);
			return;
		}
		fd = accept4(listener, (struct sockaddr *)&peer, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			welcome(s, fd, &peer);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
			log_warn("no more connections for now: %s", strerror(errno));
			set_accepting(s, false);
		}
		if (errno != ECONNABORTED && errno != EINTR)
			return;
	}
}

/* -- the end of waiting ----------------------------------------------------------------------- */

static void
end_overdue(struct server *s)
{
	for (struct connection *c = s->connections, *next; c; c = next) {
		next = c->next;
		if (c->deadline > s->now)
			continue;
		if (c->state == READING && c->request.begun)
			refuse(s, c, 408, "the request took too long");
		else if (c->state == WRITING)
			cut(s, c);
		else if (c->state == WAITING)
			push(s, c);
		else
			drop(s, c);
	}
}

static void
begin_stop(struct server *s)
{
	struct signalfd_siginfo info;

	if (read(s->signals.fd, &info, sizeof info) != sizeof info || s->stopping)
		return;
	log_info("stopping: %zu connections are finished first", s->count);
	listen_notify("STOPPING=1");
	for (size_t i = 0; i < s->options->listeners->count; i++)
		watch(s, &s->listeners[i], EPOLL_CTL_DEL, 0);
	s->stopping = true;
	for (struct connection *c = s->connections, *next; c; c = next) {
		next = c->next;
		if (c->state == WAITING || (c->state == READING && !c->request.begun))
			drop(s, c);
	}
}

/* -- the loop --------------------------------------------------------------------------------- */

/*
 * One turn. Connections are served first and whatever may drop others comes after them, so that no
 * event of this turn belongs to one that is gone.
 */
static int
turn(struct server *s, struct err *e)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(s->epoll, events, EVENTS, s->count || !s->accepting ? TICK : -1);
	const struct source *due[EVENTS];
	int due_count = 0;

	if (n < 0 && errno != EINTR)
		return err_set(e, ERR_INTERNAL, "waiting for connections: %s", strerror(errno));
	s->now = clock_steady();
	for (int i = 0; i < n; i++) {
		struct source *source = events[i].data.ptr;

		if (source->what == CONNECTION)
			connection_event(s, (struct connection *)source, events[i].events);
		else
			due[due_count++] = source;
	}
	end_overdue(s);
	set_accepting(s, s->count < s->limit);
	for (int i = 0; i < due_count; i++) {
		uint64_t wakes;

		if (due[i]->what == LISTENER && !s->stopping)
			accept_from(s, due[i]->fd);
		else if (due[i]->what == SIGNALS)
			begin_stop(s);
		else if (due[i]->what == WAKE)
			wake_waiting(s);
		else if (due[i]->what == DONE && read(s->done.fd, &wakes, sizeof wakes) > 0) {
			take_done(s, s->reader);
			take_done(s, s->writer);
		}
	}
	return 0;
}

/* As many descriptors as the connections need (X4), or as many connections as there are
 * descriptors. */
static size_t
settle_limit(uint32_t connections)
{
	const rlim_t wanted = (rlim_t)connections + OTHER_DESCRIPTORS;
	struct rlimit files = { 0 };

	(void)getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max < wanted ? files.rlim_max : wanted;
	(void)setrlimit(RLIMIT_NOFILE, &files);
	(void)getrlimit(RLIMIT_NOFILE, &files);
	return files.rlim_cur > 2 * OTHER_DESCRIPTORS ? (size_t)files.rlim_cur - OTHER_DESCRIPTORS
						      : OTHER_DESCRIPTORS;
}

static int
open_sources(struct server *s, struct err *e)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	/* Before the threads are started, which inherit it. */
	sigprocmask(SIG_BLOCK, &signals, NULL);
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	s->signals = (struct source){ SIGNALS, signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK) };
	s->done = (struct source){ DONE, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
	if (s->epoll < 0 || s->signals.fd < 0 || s->done.fd < 0)
		return err_set(e, ERR_INTERNAL, "no descriptors to wait with: %s", strerror(errno));
	watch(s, &s->signals, EPOLL_CTL_ADD, EPOLLIN);
	watch(s, &s->done, EPOLL_CTL_ADD, EPOLLIN);
	if (s->options->woken) {
		s->wake = (struct source){ WAKE, s->options->wake };
		watch(s, &s->wake, EPOLL_CTL_ADD, EPOLLIN);
	}
	for (size_t i = 0; i < s->options->listeners->count; i++) {
		s->listeners[i] = (struct source){ LISTENER, s->options->listeners->fds[i] };
		watch(s, &s->listeners[i], EPOLL_CTL_ADD, EPOLLIN);
	}
	s->accepting = true;
	return 0;
}

static void
close_sources(struct server *s)
{
	const int fds[] = { s->epoll, s->signals.fd, s->done.fd };

	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

int
server_run(const struct server_options *options, struct err *e)
{
	struct server s = { .options = options,
		.limit = settle_limit(options->limits.connections) };
	int status = open_sources(&s, e);

	if (status == 0)
		status = lane_start(options->reader, s.done.fd, &s.reader, e);
	if (status == 0)
		status = lane_start(options->writer, s.done.fd, &s.writer, e);
	if (status == 0)
		listen_notify("READY=1");
	while (status == 0 && !(s.stopping && s.count == 0))
		status = turn(&s, e);
	lane_stop(s.writer);
	lane_stop(s.reader);
	close_sources(&s);
	return status;
}
