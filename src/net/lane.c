#include "net/lane.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/clock.h"
#include "base/log.h"
#include "net/curl.h"

enum {
	READ = 16 * 1024,
	GATHER = 512,     /* pieces a write: some twenty messages */
	SEAL = 64 * 1024, /* bytes that TLS is given at a time: four records */
	BROKEN_MOST = 2,
	QUICK_WINDOW = 4, /* below it a delayed ACK costs more than a packet */
};

#define LINGERS (CLOCK_SECOND / 20)

/* -- connecting: libcurl's part --------------------------------------------------------------- */

/* The server's lines, as libcurl reads them; never what we say, so no password is seen here. */
static int
overhear(CURL *easy, curl_infotype type, char *data, size_t size, void *context)
{
	struct lane *lane = context;
	struct str line = { .p = data, .n = size };
	uint64_t code;

	(void)easy;
	if (type != CURLINFO_HEADER_IN)
		return 0;
	line = str_trim(line);
	log_escape(line, lane->words, sizeof lane->words);
	lane->code = str_u64(str_sub(line, 0, 3), 599, &code) ? (int)code : 0;
	/* To 421 libcurl says HELO. The server has closed: nothing goes to it any more (S6). */
	if (lane->code == 421 && lane->state == LANE_CONNECTING && lane->fd != CURL_SOCKET_BAD)
		shutdown(lane->fd, SHUT_WR);
	return 0;
}

/* Where libcurl tries several addresses nobody knows which it has closed again. */
static int
know_socket(void *context, curl_socket_t fd, curlsocktype purpose)
{
	struct lane *lane = context;

	(void)purpose;
	lane->fd = lane->attempts++ == 0 ? fd : CURL_SOCKET_BAD;
	return CURL_SOCKOPT_OK;
}

static void
set_up(struct lane *lane)
{
	const struct relay_options *o = &lane->relay->o;
	CURL *c = lane->easy;

	curl_set_up(c);
	curl_easy_setopt(c, CURLOPT_URL, lane->relay->curl_url);
	curl_easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(c, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)(o->connect_timeout / 1000));
	curl_easy_setopt(c, CURLOPT_SERVER_RESPONSE_TIMEOUT,
		(long)((o->command_timeout + CLOCK_SECOND - 1) / CLOCK_SECOND));
	curl_easy_setopt(
		c, CURLOPT_TIMEOUT_MS, (long)((o->connect_timeout + o->command_timeout) / 1000));
	login_set_up(c, o->tls, o->ca_file, o->user, o->password);
	curl_easy_setopt(c, CURLOPT_SOCKOPTFUNCTION, know_socket);
	curl_easy_setopt(c, CURLOPT_SOCKOPTDATA, lane);
	curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, overhear);
	curl_easy_setopt(c, CURLOPT_DEBUGDATA, lane);
	curl_easy_setopt(c, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(c, CURLOPT_PRIVATE, lane);
}

void
lane_open(struct relay *r)
{
	struct lane *lane = mem_alloc(sizeof *lane);

	*lane = (struct lane){ .relay = r, .fd = CURL_SOCKET_BAD, .easy = curl_easy_init() };
	assert(lane->easy);
	buf_init(&lane->sealed, SEAL);
	set_up(lane);
	lane->next = r->lanes;
	r->lanes = lane;
	r->lane_count++;
	curl_multi_add_handle(r->loop->multi, lane->easy);
}

static void
watch(struct lane *lane, bool write)
{
	struct epoll_event ev = { .events = EPOLLIN | (write ? (unsigned)EPOLLOUT : 0),
		.data.u64 = (uint64_t)lane->fd << 1 };

	if (lane->watches_write == write)
		return;
	lane->watches_write = write;
	epoll_ctl(lane->relay->loop->epoll, EPOLL_CTL_MOD, lane->fd, &ev);
}

/* Verdicts and losses of the session, as events of the relay. */
void
lane_pass_on(struct lane *lane)
{
	struct session_event from;

	while (session_event(lane->session, &from)) {
		struct relay_event *ev = relay_add_event(
			lane->relay, from.kind == SESSION_VERDICT ? RELAY_REPLIED : RELAY_LOST);

		ev->id = from.id;
		ev->phase = from.phase;
		ev->reply = from.reply;
		ev->completed = from.completed;
		if (from.kind == SESSION_VERDICT && from.phase > REPLY_MAIL)
			lane->relay->takes_us = true;
		ev->begun = from.begun;
		if (from.kind == SESSION_VERDICT && from.phase == REPLY_FINAL &&
			from.reply.code / 100 == 2) {
			lane->served = true;
			lane->relay->rest = 0;
		}
	}
}

/* For the relay it is open until it has read our end of it: it counts a while longer (S13). */
static void
linger(struct relay *r)
{
	int64_t now = clock_steady();

	if (r->lingers_until <= now)
		r->lingering = 0;
	r->lingering++;
	r->lingers_until = now + LINGERS;
}

/* The lane is freed at the end of the turn: pointers to it may be in use. */
void
lane_end(struct lane *lane, const char *why)
{
	if (lane->session) {
		session_end(lane->session, why);
		lane_pass_on(lane);
	}
	if (lane->state == LANE_OPEN) {
		epoll_ctl(lane->relay->loop->epoll, EPOLL_CTL_DEL, lane->fd, NULL);
		linger(lane->relay);
	}
	lane->state = LANE_CLOSED;
}

void
lane_free(struct lane *lane)
{
	curl_multi_remove_handle(lane->relay->loop->multi, lane->easy);
	curl_easy_cleanup(lane->easy);
	session_free(lane->session);
	buf_free(&lane->sealed);
	free(lane);
}

/*
 * Extensions that are offered and do not work: BDAT or RSET refused, or sessions that break off
 * before they served anybody (a firewall that reads one command at a time). The next ones do
 * without.
 */
static bool
hold_back(struct lane *lane)
{
	enum session_mode mode = session_mode(lane->session);
	struct relay *r = lane->relay;

	if (mode > r->most)
		return true; /* it began before that was known */
	if (lane->served)
		r->broken = 0;
	else if (session_broke_off(lane->session))
		r->broken++;
	if (mode == SESSION_LOCK_STEP ||
		(!session_was_misled(lane->session) && r->broken < BROKEN_MOST))
		return false;
	r->most = mode - 1;
	r->broken = 0;
	log_info("relay %s: %s does not work with it, so it is done without", r->name,
		mode == SESSION_CHUNKING ? "CHUNKING" : "PIPELINING");
	return true;
}

/* A session is over: politely, or so that the relay should be left alone for a while. */
void
lane_over(struct lane *lane)
{
	char why[REPLY_TEXT + 1];

	snprintf(why, sizeof why, "%s", session_why(lane->session));
	lane_end(lane, why);
	if (session_was_cut(lane->session) || hold_back(lane))
		return;
	if (!lane->served && !lane->relay->draining && !lane->relay->refused &&
		strcmp(why, "done") != 0)
		relay_rest(lane->relay, why);
}

void
lane_note_progress(struct lane *lane)
{
	lane->waiting_since = session_waits_for(lane->session) ? clock_steady() : 0;
}

/* The pieces as they lie in memory, in one call. Bytes taken; -1 when it is lost. */
static ssize_t
send_plain(struct lane *lane, size_t *offered)
{
	struct str pieces[GATHER];
	struct iovec v[GATHER];
	size_t n = session_output(lane->session, pieces, GATHER);
	ssize_t sent;

	*offered = 0;
	for (size_t i = 0; i < n; i++) {
		v[i] = (struct iovec){ .iov_base = (void *)(uintptr_t)pieces[i].p,
			.iov_len = pieces[i].n };
		*offered += pieces[i].n;
	}
	do
		sent = sendmsg(lane->fd, &(struct msghdr){ .msg_iov = v, .msg_iovlen = n },
			MSG_NOSIGNAL | MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	if (sent < 0 && errno == EAGAIN)
		return 0;
	return sent;
}

/*
 * TLS wants its bytes in one place, and the same ones again when it could not write them. What it
 * was given may be on the wire in part: it counts as written from then on.
 */
static void
fill_sealed(struct lane *lane)
{
	struct str pieces[GATHER];
	size_t n = session_output(lane->session, pieces, GATHER);

	buf_clear(&lane->sealed);
	lane->sealed_done = 0;
	for (size_t i = 0; i < n && lane->sealed.n < SEAL; i++)
		buf_add(&lane->sealed, str_sub(pieces[i], 0, SEAL - lane->sealed.n));
	session_wrote(lane->session, lane->sealed.n);
}

static ssize_t
send_sealed(struct lane *lane, size_t *offered)
{
	size_t sent = 0;
	CURLcode code;

	if (lane->sealed_done == lane->sealed.n)
		fill_sealed(lane);
	*offered = lane->sealed.n - lane->sealed_done;
	code = curl_easy_send(lane->easy, lane->sealed.p + lane->sealed_done, *offered, &sent);
	if (code == CURLE_AGAIN)
		return 0;
	lane->sealed_done += sent;
	return code == CURLE_OK ? (ssize_t)sent : -1;
}

static bool
has_output(const struct lane *lane)
{
	return session_has_output(lane->session) || lane->sealed_done < lane->sealed.n;
}

void
lane_write(struct lane *lane)
{
	while (lane->state == LANE_OPEN && has_output(lane)) {
		size_t offered;
		ssize_t sent =
			lane->plain ? send_plain(lane, &offered) : send_sealed(lane, &offered);

		if (sent < 0) {
			session_end(lane->session, "the connection was lost while we wrote");
			lane_over(lane);
			return;
		}
		if (lane->plain)
			session_wrote(lane->session, (size_t)sent);
		if (sent > 0)
			lane->stuck_since = 0;
		if ((size_t)sent < offered) {
			if (!lane->stuck_since)
				lane->stuck_since = clock_steady();
			watch(lane, true);
			return;
		}
	}
	if (lane->state == LANE_OPEN)
		watch(lane, false);
}

static void
first_ready(struct lane *lane)
{
	struct relay *r = lane->relay;

	r->proven = true;
	r->spare_rest = 0;
	r->smtputf8_known = true;
	r->smtputf8 = session_takes_smtputf8(lane->session);
}

/* 1 something came, 0 nothing yet, -1 it is closed or broken. A plain socket is asked itself: twice
 * the work would be to ask it through libcurl. */
static int
receive(struct lane *lane, char *to, size_t room, size_t *n)
{
	ssize_t got;

	if (!lane->plain) {
		CURLcode code = curl_easy_recv(lane->easy, to, room, n);

		return code == CURLE_AGAIN ? 0 : code == CURLE_OK && *n ? 1 : -1;
	}
	do
		got = recv(lane->fd, to, room, MSG_DONTWAIT);
	while (got < 0 && errno == EINTR);
	*n = got > 0 ? (size_t)got : 0;
	return got > 0 ? 1 : got < 0 && errno == EAGAIN ? 0 : -1;
}

void
lane_read(struct lane *lane)
{
	bool was_ready = session_is_ready(lane->session);
	uint64_t replies = session_replies(lane->session);
	static char in[READ];

	while (lane->state == LANE_OPEN && !session_is_over(lane->session)) {
		size_t n = 0;
		int got = receive(lane, in, sizeof in, &n);

		if (got == 0)
			break;
		if (got < 0) {
			session_end(
				lane->session, "the server closed the connection without a reply");
			break;
		}
		session_set_clock(lane->session, clock_steady());
		session_input(lane->session, (struct str){ .p = in, .n = n });
		if (session_replies(lane->session) != replies)
			lane_note_progress(lane);
		replies = session_replies(lane->session);
		/* TLS may hold more than the socket tells of; a plain one would say so again. */
		if (lane->plain && n < sizeof in)
			break;
	}
	lane_pass_on(lane);
	if (session_is_over(lane->session)) {
		lane_over(lane);
		return;
	}
	if (!was_ready && session_is_ready(lane->session))
		first_ready(lane);
	if (session_waits_for(lane->session) && session_in_hand(lane->session) < QUICK_WINDOW) {
		int one = 1;

		setsockopt(lane->fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof one);
	}
	/* What follows from a reply alone (HELO behind a refused EHLO) goes out at once; messages
	 * wait for relay_flush. */
	lane_write(lane);
}

/* Then the pieces may go to the socket as they are. */
static bool
is_plain(const struct relay *r)
{
	static const char *const proxies[] = { "all_proxy", "ALL_PROXY", "smtp_proxy",
		"SMTP_PROXY" };

	for (size_t i = 0; i < sizeof proxies / sizeof proxies[0]; i++)
		if (getenv(proxies[i]))
			return false;
	return r->o.tls == LOGIN_TLS_NONE && str_starts(str_of(r->o.url), STR("smtp:"));
}

void
lane_connected(struct lane *lane)
{
	struct epoll_event ev = { .events = EPOLLIN };

	if (curl_easy_getinfo(lane->easy, CURLINFO_ACTIVESOCKET, &lane->fd) != CURLE_OK ||
		lane->fd == CURL_SOCKET_BAD) {
		lane_end(lane, "the connection was lost at once");
		relay_rest(lane->relay, "the connection was lost at once");
		return;
	}
	lane->state = LANE_OPEN;
	lane->plain = is_plain(lane->relay);
	lane->relay->reached = true;
	lane->session = session_new(lane->relay->o.helo, lane->relay->o.window);
	session_set_clock(lane->session, clock_steady());
	session_hold_to(lane->session, lane->relay->most);
	session_ask_ahead(lane->session, lane->relay->o.ahead);
	ev.data.u64 = (uint64_t)lane->fd << 1;
	if (epoll_ctl(lane->relay->loop->epoll, EPOLL_CTL_ADD, lane->fd, &ev) < 0)
		epoll_ctl(lane->relay->loop->epoll, EPOLL_CTL_MOD, lane->fd, &ev);
	lane_note_progress(lane);
	lane_write(lane);
}

/* Which of the ways of not connecting is for good (S7), and whose business it is. */
static enum err_code
refusal_of(const struct lane *lane, CURLcode code)
{
	switch (code) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_USE_SSL_FAILED:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_ISSUER_ERROR:
		return ERR_CONFIG;
	case CURLE_LOGIN_DENIED:
		return lane->code / 100 == 4 ? ERR_NONE : ERR_CONFIG;
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_REMOTE_ACCESS_DENIED:
		return lane->code / 100 == 5 ? ERR_UNAVAILABLE : ERR_NONE;
	default:
		return ERR_NONE;
	}
}

void
lane_connect_failed(struct lane *lane, CURLcode code)
{
	enum err_code refusal = refusal_of(lane, code);
	char why[REPLY_TEXT + 1];
	curl_off_t connected = 0;
	long cause = 0;

	curl_easy_getinfo(lane->easy, CURLINFO_CONNECT_TIME_T, &connected);
	curl_easy_getinfo(lane->easy, CURLINFO_OS_ERRNO, &cause);
	if (connected > 0 || cause == ECONNRESET)
		lane->relay->reached = true;
	if (*lane->words && lane->code >= 400)
		snprintf(why, sizeof why, "%.900s", lane->words);
	else
		snprintf(why, sizeof why, "%s", curl_easy_strerror(code));
	lane_end(lane, why);
	if (refusal != ERR_NONE)
		relay_refuse(lane->relay, refusal, why);
	else
		relay_rest(lane->relay, why);
}

int64_t
lane_deadline(const struct lane *l)
{
	const struct relay_options *o = &l->relay->o;
	int64_t until = INT64_MAX;

	if (l->waiting_since)
		until = l->waiting_since + (session_waits_for(l->session) == 2
							   ? o->final_timeout
							   : o->command_timeout);
	if (l->stuck_since && l->stuck_since + o->command_timeout < until)
		until = l->stuck_since + o->command_timeout;
	return until;
}
