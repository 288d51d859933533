#include "net/relay.h"

#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/sign.h"
#include "net/maildir.h"
#include "net/session.h"

enum {
	READ = 16 * 1024,
	EPOLL = 64,
	QUICK_WINDOW = 4, /* below it a delayed ACK costs more than a packet */
};

enum { VAIN_TRIES = 4 };
#define REST_FIRST CLOCK_SECOND
#define REST_MOST (300 * CLOCK_SECOND)
#define QUIT_TIME (5 * CLOCK_SECOND)

enum lane_state { LANE_CONNECTING, LANE_OPEN, LANE_CLOSED };

/* One connection. */
struct lane {
	struct relay *relay;
	CURL *easy;
	enum lane_state state;
	curl_socket_t fd;
	struct session *session;
	bool watches_write, served; /* served: a message was accepted */
	int64_t waiting_since;      /* for the reply that is next; 0: none is awaited */
	int64_t stuck_since;        /* output that the connection does not take; 0: none */
	int64_t asked_at;           /* when the EHLO went out: its reply is a round trip */
	char words[REPLY_TEXT + 1]; /* the server's last line while libcurl connects */
	int code;
	struct lane *next;
};

/* A message that no lane has yet. */
struct pending {
	struct session_message m;
	struct pending *next;
	char envelope[];
};

struct relay {
	struct relay_loop *loop;
	struct relay_options o;
	struct arena arena; /* the options' strings */
	char *name, *curl_url;
	struct maildir *maildir;
	struct lane *lanes;
	size_t lane_count;
	struct pending *pending, **pending_end;
	size_t pending_count;
	bool refused, proven, draining; /* proven: a session has been ready */
	bool smtputf8_known, smtputf8;
	int64_t rests_until, rest;
	int vain_tries; /* to reach it, before it was proven */
	struct relay *next;
};

struct relay_loop {
	CURLM *multi;
	int epoll;
	int64_t curl_timer; /* clock_steady; -1: none */
	struct relay *relays;
	struct relay_event *events;
	size_t event_count, event_room, event_head;
};

/* -- events ----------------------------------------------------------------------------------- */

static struct relay_event *
add_event(struct relay *r, enum relay_event_kind kind)
{
	struct relay_loop *l = r->loop;
	struct relay_event *ev;

	if (l->event_count == l->event_room) {
		l->event_room = l->event_room ? l->event_room * 2 : 64;
		l->events = mem_grow(l->events, l->event_room * sizeof *l->events);
	}
	ev = &l->events[l->event_count++];
	*ev = (struct relay_event){ .kind = kind, .relay = r };
	return ev;
}

static void
add_words(struct relay *r, enum relay_event_kind kind, enum err_code code, const char *why)
{
	struct relay_event *ev = add_event(r, kind);

	ev->code = code;
	log_escape(str_of(why), ev->reply.text, sizeof ev->reply.text);
}

static size_t
take_events(struct relay_loop *l, struct relay_event *out, size_t most)
{
	size_t n = 0;

	while (n < most && l->event_head < l->event_count)
		out[n++] = l->events[l->event_head++];
	if (l->event_head == l->event_count)
		l->event_head = l->event_count = 0;
	return n;
}

static void
lose_pending(struct relay *r, const char *why)
{
	while (r->pending) {
		struct pending *p = r->pending;
		struct relay_event *ev = add_event(r, RELAY_LOST);

		ev->id = p->m.id;
		snprintf(ev->reply.text, sizeof ev->reply.text, "%s", why);
		r->pending = p->next;
		buf_free(&p->m.body);
		free(p);
	}
	r->pending_end = &r->pending;
	r->pending_count = 0;
}

/* -- rest and refusal ------------------------------------------------------------------------- */

static void end_lane(struct lane *lane, const char *why);

/* Left alone for a while: longer each time, until it serves again. One that has never been reached
 * in this run is given up after a few times: the name or the port may be wrong, and cron comes
 * again. */
static void
take_rest(struct relay *r, const char *why)
{
	uint32_t dice;

	if (!r->proven && ++r->vain_tries >= VAIN_TRIES) {
		relay_refuse(r, ERR_UNAVAILABLE, why);
		return;
	}
	r->rest = r->rest ? r->rest * 2 : REST_FIRST;
	if (r->rest > REST_MOST)
		r->rest = REST_MOST;
	sign_random(&dice, sizeof dice);
	r->rests_until = clock_steady() + r->rest + (int64_t)(dice % 200) * r->rest / 1000;
	add_words(r, RELAY_DOWN, ERR_UNAVAILABLE, why);
	lose_pending(r, why);
}

void
relay_refuse(struct relay *r, enum err_code code, const char *why)
{
	if (r->refused)
		return;
	r->refused = true;
	for (struct lane *l = r->lanes; l; l = l->next)
		if (l->state != LANE_CLOSED)
			end_lane(l, why);
	lose_pending(r, why);
	add_words(r, RELAY_REFUSED, code, why);
}

/* -- libcurl's side: connecting --------------------------------------------------------------- */

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
	return 0;
}

static struct lane *lane_of(const struct relay_loop *loop, curl_socket_t fd);

static int
watch_curl_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *known)
{
	struct relay_loop *l = context;
	struct epoll_event ev = { .data.u64 = (uint64_t)fd << 1 | 1 };

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		/* Once it is connected the socket is ours to watch. */
		if (!lane_of(l, fd))
			epoll_ctl(l->epoll, EPOLL_CTL_DEL, fd, NULL);
		return 0;
	}
	ev.events = (what & CURL_POLL_IN ? EPOLLIN : 0) |
		    (what & CURL_POLL_OUT ? (unsigned)EPOLLOUT : 0);
	if (epoll_ctl(l->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &ev) < 0 &&
		errno == EEXIST)
		epoll_ctl(l->epoll, EPOLL_CTL_MOD, fd, &ev);
	curl_multi_assign(l->multi, fd, l);
	return 0;
}

static int
set_curl_timer(CURLM *multi, long ms, void *context)
{
	struct relay_loop *l = context;

	(void)multi;
	l->curl_timer = ms < 0 ? -1 : clock_steady() + ms * 1000;
	return 0;
}

static long
tls_level(const struct relay *r)
{
	switch (r->o.tls) {
	case RELAY_TLS_REQUIRED:
		return CURLUSESSL_ALL;
	case RELAY_TLS_OPPORTUNISTIC:
		/* libcurl's own "try" sends AUTH PLAIN in clear when STARTTLS is missing. */
		return r->o.user ? CURLUSESSL_ALL : CURLUSESSL_TRY;
	case RELAY_TLS_NONE:
		return CURLUSESSL_NONE;
	}
	return CURLUSESSL_ALL;
}

static void
set_up(struct lane *lane)
{
	const struct relay_options *o = &lane->relay->o;
	CURL *c = lane->easy;

	curl_easy_setopt(c, CURLOPT_URL, lane->relay->curl_url);
	curl_easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(c, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)(o->connect_timeout / 1000));
	curl_easy_setopt(c, CURLOPT_SERVER_RESPONSE_TIMEOUT,
		(long)((o->command_timeout + CLOCK_SECOND - 1) / CLOCK_SECOND));
	curl_easy_setopt(
		c, CURLOPT_TIMEOUT_MS, (long)((o->connect_timeout + o->command_timeout) / 1000));
	curl_easy_setopt(c, CURLOPT_USE_SSL, tls_level(lane->relay));
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	if (o->ca_file)
		curl_easy_setopt(c, CURLOPT_CAINFO, o->ca_file);
	if (o->user) {
		curl_easy_setopt(c, CURLOPT_USERNAME, o->user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, o->password ? o->password : "");
	}
	curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, overhear);
	curl_easy_setopt(c, CURLOPT_DEBUGDATA, lane);
	curl_easy_setopt(c, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(c, CURLOPT_PRIVATE, lane);
}

static void
open_lane(struct relay *r)
{
	struct lane *lane = mem_alloc(sizeof *lane);

	*lane = (struct lane){ .relay = r, .fd = CURL_SOCKET_BAD, .easy = curl_easy_init() };
	assert(lane->easy);
	set_up(lane);
	lane->next = r->lanes;
	r->lanes = lane;
	r->lane_count++;
	curl_multi_add_handle(r->loop->multi, lane->easy);
}

/* -- lanes ------------------------------------------------------------------------------------ */

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
static void
pass_on(struct lane *lane)
{
	struct session_event from;

	while (session_event(lane->session, &from)) {
		struct relay_event *ev = add_event(
			lane->relay, from.kind == SESSION_VERDICT ? RELAY_REPLIED : RELAY_LOST);

		ev->id = from.id;
		ev->phase = from.phase;
		ev->reply = from.reply;
		ev->completed = from.completed;
		if (from.kind == SESSION_VERDICT && from.phase == REPLY_FINAL &&
			from.reply.code / 100 == 2) {
			lane->served = true;
			lane->relay->rest = 0;
		}
	}
}

/* The lane is freed at the end of the turn: pointers to it may be in use. */
static void
end_lane(struct lane *lane, const char *why)
{
	if (lane->session) {
		session_end(lane->session, why);
		pass_on(lane);
	}
	if (lane->state == LANE_OPEN)
		epoll_ctl(lane->relay->loop->epoll, EPOLL_CTL_DEL, lane->fd, NULL);
	lane->state = LANE_CLOSED;
}

static void
free_lane(struct lane *lane)
{
	curl_multi_remove_handle(lane->relay->loop->multi, lane->easy);
	curl_easy_cleanup(lane->easy);
	session_free(lane->session);
	free(lane);
}

static void
sweep(struct relay *r)
{
	struct lane **at = &r->lanes;

	while (*at) {
		struct lane *lane = *at;

		if (lane->state != LANE_CLOSED) {
			at = &lane->next;
			continue;
		}
		*at = lane->next;
		r->lane_count--;
		free_lane(lane);
	}
}

/* A session is over: politely, or so that the relay should be left alone for a while. */
static void
session_over(struct lane *lane)
{
	char why[REPLY_TEXT + 1];

	snprintf(why, sizeof why, "%s", session_why(lane->session));
	end_lane(lane, why);
	if (!lane->served && !lane->relay->draining && !lane->relay->refused &&
		strcmp(why, "done") != 0)
		take_rest(lane->relay, why);
}

static void
note_progress(struct lane *lane)
{
	lane->waiting_since = session_waits_for(lane->session) ? clock_steady() : 0;
}

static void
write_lane(struct lane *lane)
{
	while (lane->state == LANE_OPEN && session_output(lane->session).n) {
		struct str out = session_output(lane->session);
		size_t sent = 0;
		CURLcode code = curl_easy_send(lane->easy, out.p, out.n, &sent);

		if (code == CURLE_AGAIN) {
			if (!lane->stuck_since)
				lane->stuck_since = clock_steady();
			watch(lane, true);
			return;
		}
		if (code != CURLE_OK) {
			session_end(lane->session, "the connection was lost while we wrote");
			session_over(lane);
			return;
		}
		session_wrote(lane->session, sent);
		lane->stuck_since = 0;
	}
	if (lane->state == LANE_OPEN)
		watch(lane, false);
}

static void
first_ready(struct lane *lane)
{
	struct relay *r = lane->relay;

	r->proven = true;
	r->smtputf8_known = true;
	r->smtputf8 = session_takes_smtputf8(lane->session);
	session_set_round_trip(lane->session, clock_steady() - lane->asked_at);
}

static void
read_lane(struct lane *lane)
{
	bool was_ready = session_is_ready(lane->session);
	static char in[READ];

	while (lane->state == LANE_OPEN && !session_is_over(lane->session)) {
		size_t n = 0;
		CURLcode code = curl_easy_recv(lane->easy, in, sizeof in, &n);

		if (code == CURLE_AGAIN)
			break;
		if (code != CURLE_OK || n == 0) {
			session_end(
				lane->session, "the server closed the connection without a reply");
			break;
		}
		session_input(lane->session, (struct str){ .p = in, .n = n });
		note_progress(lane);
	}
	pass_on(lane);
	if (session_is_over(lane->session)) {
		session_over(lane);
		return;
	}
	if (!was_ready && session_is_ready(lane->session))
		first_ready(lane);
	if (lane->relay->o.window < QUICK_WINDOW || session_room(lane->session) < QUICK_WINDOW) {
		int one = 1;

		setsockopt(lane->fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof one);
	}
	/* What follows from a reply alone (HELO behind a refused EHLO) goes out at once; messages
	 * wait for relay_flush. */
	write_lane(lane);
}

static void
lane_connected(struct lane *lane)
{
	struct epoll_event ev = { .events = EPOLLIN };

	if (curl_easy_getinfo(lane->easy, CURLINFO_ACTIVESOCKET, &lane->fd) != CURLE_OK ||
		lane->fd == CURL_SOCKET_BAD) {
		end_lane(lane, "the connection was lost at once");
		take_rest(lane->relay, "the connection was lost at once");
		return;
	}
	lane->state = LANE_OPEN;
	lane->session = session_new(lane->relay->o.helo, lane->relay->o.window);
	ev.data.u64 = (uint64_t)lane->fd << 1;
	if (epoll_ctl(lane->relay->loop->epoll, EPOLL_CTL_ADD, lane->fd, &ev) < 0)
		epoll_ctl(lane->relay->loop->epoll, EPOLL_CTL_MOD, lane->fd, &ev);
	lane->asked_at = clock_steady();
	note_progress(lane);
	write_lane(lane);
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

static void
connect_failed(struct lane *lane, CURLcode code)
{
	enum err_code refusal = refusal_of(lane, code);
	char why[REPLY_TEXT + 1];

	if (*lane->words && lane->code >= 400)
		snprintf(why, sizeof why, "%.900s", lane->words);
	else
		snprintf(why, sizeof why, "%s", curl_easy_strerror(code));
	end_lane(lane, why);
	if (refusal != ERR_NONE)
		relay_refuse(lane->relay, refusal, why);
	else
		take_rest(lane->relay, why);
}

static void
take_curl_results(struct relay_loop *l)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(l->multi, &left))) {
		struct lane *lane;

		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &lane);
		if (m->msg != CURLMSG_DONE || lane->state != LANE_CONNECTING)
			continue;
		if (m->data.result == CURLE_OK)
			lane_connected(lane);
		else
			connect_failed(lane, m->data.result);
	}
}

/* -- relays ----------------------------------------------------------------------------------- */

struct relay_loop *
relay_loop_new(void)
{
	struct relay_loop *l = mem_alloc(sizeof *l);

	*l = (struct relay_loop){ .curl_timer = -1 };
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->multi = curl_multi_init();
	assert(l->epoll >= 0 && l->multi);
	curl_multi_setopt(l->multi, CURLMOPT_SOCKETFUNCTION, watch_curl_socket);
	curl_multi_setopt(l->multi, CURLMOPT_SOCKETDATA, l);
	curl_multi_setopt(l->multi, CURLMOPT_TIMERFUNCTION, set_curl_timer);
	curl_multi_setopt(l->multi, CURLMOPT_TIMERDATA, l);
	return l;
}

static void
free_relay(struct relay *r)
{
	lose_pending(r, "the run ends");
	for (struct lane *l = r->lanes; l; l = l->next)
		l->state = LANE_CLOSED;
	sweep(r);
	maildir_close(r->maildir);
	arena_free(&r->arena);
	free(r);
}

void
relay_loop_free(struct relay_loop *l)
{
	if (!l)
		return;
	while (l->relays) {
		struct relay *r = l->relays;

		l->relays = r->next;
		free_relay(r);
	}
	curl_multi_cleanup(l->multi);
	close(l->epoll);
	free(l->events);
	free(l);
}

static char *
copy(struct relay *r, const char *z)
{
	return z ? arena_strz(&r->arena, str_of(z)) : NULL;
}

int
relay_add(struct relay_loop *loop, const struct relay_options *o, struct relay **out, struct err *e)
{
	struct relay *r = mem_alloc(sizeof *r), **last = &loop->relays;

	*r = (struct relay){ .loop = loop, .o = *o };
	r->pending_end = &r->pending;
	r->o.user = copy(r, o->user);
	r->o.password = copy(r, o->password);
	r->o.ca_file = copy(r, o->ca_file);
	r->o.helo = copy(r, o->helo);
	r->name = copy(r, o->url);
	r->curl_url = arena_printf(&r->arena, "%s/%s", o->url, o->helo);
	if (str_starts(str_of(o->url), STR("maildir:")) &&
		maildir_open(o->dir, o->url + 8, &r->maildir, e) < 0) {
		free_relay(r);
		return -1;
	}
	while (*last)
		last = &(*last)->next;
	*last = r;
	*out = r;
	return 0;
}

const char *
relay_name(const struct relay *r)
{
	return r->name;
}

bool
relay_takes_smtputf8(const struct relay *r)
{
	return r->maildir || !r->smtputf8_known || r->smtputf8;
}

int64_t
relay_rests_until(const struct relay *r)
{
	return r->rests_until;
}

bool
relay_is_usable(const struct relay *r)
{
	return !r->refused && !r->draining && r->rests_until <= clock_steady();
}

bool
relay_is_proven(const struct relay *r)
{
	return r->proven;
}

static bool
has_open_lane(const struct relay *r)
{
	for (const struct lane *l = r->lanes; l; l = l->next)
		if (l->state == LANE_OPEN && session_is_ready(l->session))
			return true;
	return false;
}

size_t
relay_room(const struct relay *r)
{
	size_t room = 0;

	if (!relay_is_usable(r))
		return 0;
	if (r->maildir)
		return r->pending_count < 32 ? 32 - r->pending_count : 0;
	for (const struct lane *l = r->lanes; l; l = l->next)
		if (l->state == LANE_OPEN)
			room += session_room(l->session);
	/* The first message makes the first connection. */
	if (!has_open_lane(r))
		room = 1;
	return room > r->pending_count ? room - r->pending_count : 0;
}

void
relay_offer(struct relay *r, struct relay_message *m)
{
	struct pending *p = mem_alloc(sizeof *p + m->from.n + m->to.n);

	assert(relay_room(r) > 0);
	*p = (struct pending){
		.m = {.id = m->id, .smtputf8 = m->smtputf8, .body = m->body}
	};
	memcpy(p->envelope, m->from.p, m->from.n);
	memcpy(p->envelope + m->from.n, m->to.p, m->to.n);
	p->m.from = (struct str){ .p = p->envelope, .n = m->from.n };
	p->m.to = (struct str){ .p = p->envelope + m->from.n, .n = m->to.n };
	buf_init(&m->body, m->body.ceiling);
	*r->pending_end = p;
	r->pending_end = &p->next;
	r->pending_count++;
}

static struct pending *
pop_pending(struct relay *r)
{
	struct pending *p = r->pending;

	r->pending = p->next;
	if (!r->pending)
		r->pending_end = &r->pending;
	r->pending_count--;
	return p;
}

/* To the lane with the most room, so that all of them are kept at work. */
static void
hand_out(struct relay *r)
{
	while (r->pending && !r->maildir) {
		struct lane *best = NULL;
		struct pending *p;

		for (struct lane *l = r->lanes; l; l = l->next)
			if (l->state == LANE_OPEN && session_room(l->session) &&
				(!best || session_in_hand(l->session) <
						  session_in_hand(best->session)))
				best = l;
		if (!best)
			return;
		p = pop_pending(r);
		session_offer(best->session, &p->m);
		free(p);
		pass_on(best);
	}
}

size_t
relay_due(struct relay *r, uint64_t *ids, size_t most)
{
	size_t n = 0;

	if (r->maildir) {
		for (const struct pending *p = r->pending; p && n < most; p = p->next)
			ids[n++] = p->m.id;
		return n;
	}
	hand_out(r);
	for (struct lane *l = r->lanes; l && n < most; l = l->next)
		if (l->state == LANE_OPEN)
			n += session_due(l->session, ids + n, most - n);
	return n;
}

static bool
withdraw_pending(struct relay *r, uint64_t id)
{
	for (struct pending **at = &r->pending; *at; at = &(*at)->next) {
		struct pending *p = *at;

		if (p->m.id != id)
			continue;
		*at = p->next;
		r->pending_count--;
		r->pending_end = &r->pending;
		while (*r->pending_end)
			r->pending_end = &(*r->pending_end)->next;
		buf_free(&p->m.body);
		free(p);
		return true;
	}
	return false;
}

void
relay_withdraw(struct relay *r, uint64_t id)
{
	if (withdraw_pending(r, id))
		return;
	for (struct lane *l = r->lanes; l; l = l->next)
		if (l->state == LANE_OPEN && !session_withdraw(l->session, id)) {
			pass_on(l);
			end_lane(l, session_why(l->session));
		}
}

/* More connections while all that are open have their hands full: twice as many each time, and none
 * before one has proven good. */
static void
open_lanes(struct relay *r)
{
	size_t ready = 0, busy = 0, wanted;

	for (const struct lane *l = r->lanes; l; l = l->next) {
		ready += l->state == LANE_OPEN;
		busy += l->state == LANE_OPEN && session_room(l->session) == 0;
	}
	if (r->refused || r->draining || r->rests_until > clock_steady())
		return;
	if (r->lane_count == 0)
		wanted = r->pending ? 1 : 0;
	else
		wanted = r->proven && busy == ready && ready == r->lane_count ? ready : 0;
	while (wanted-- && r->lane_count < r->o.connections)
		open_lane(r);
}

static void
put_in_maildir(struct relay *r)
{
	while (r->pending) {
		struct pending *p = pop_pending(r);
		struct relay_event *ev;
		struct err e;

		if (maildir_put(r->maildir, p->m.from, p->m.to, buf_str(&p->m.body), &e) == 0) {
			ev = add_event(r, RELAY_REPLIED);
			ev->phase = REPLY_FINAL;
			ev->reply.code = 250;
			snprintf(ev->reply.text, sizeof ev->reply.text, "in the Maildir");
			ev->id = p->m.id;
		} else {
			ev = add_event(r, RELAY_LOST);
			ev->id = p->m.id;
			snprintf(ev->reply.text, sizeof ev->reply.text, "%.900s", e.text);
			add_words(r, RELAY_REFUSED, ERR_IO, e.text);
			r->refused = true;
		}
		buf_free(&p->m.body);
		free(p);
		if (r->refused)
			lose_pending(r, e.text);
	}
}

void
relay_flush(struct relay_loop *loop)
{
	for (struct relay *r = loop->relays; r; r = r->next) {
		if (r->maildir) {
			put_in_maildir(r);
			continue;
		}
		for (struct lane *l = r->lanes; l; l = l->next) {
			if (l->state != LANE_OPEN)
				continue;
			session_flush(l->session);
			if (!l->waiting_since)
				note_progress(l);
			write_lane(l);
		}
		open_lanes(r);
		sweep(r);
	}
}

/* -- waiting ---------------------------------------------------------------------------------- */

static int64_t
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

static int64_t
next_deadline(const struct relay_loop *loop, int64_t until)
{
	for (const struct relay *r = loop->relays; r; r = r->next)
		for (const struct lane *l = r->lanes; l; l = l->next)
			if (l->state == LANE_OPEN && lane_deadline(l) < until)
				until = lane_deadline(l);
	if (loop->curl_timer >= 0 && loop->curl_timer < until)
		until = loop->curl_timer;
	return until;
}

static void
end_late_lanes(struct relay_loop *loop)
{
	int64_t now = clock_steady();

	for (struct relay *r = loop->relays; r; r = r->next)
		for (struct lane *l = r->lanes; l; l = l->next) {
			if (l->state != LANE_OPEN || lane_deadline(l) > now)
				continue;
			session_end(l->session,
				l->stuck_since ? "the server stopped reading" : "no reply in time");
			session_over(l);
		}
}

static struct lane *
lane_of(const struct relay_loop *loop, curl_socket_t fd)
{
	for (const struct relay *r = loop->relays; r; r = r->next)
		for (struct lane *l = r->lanes; l; l = l->next)
			if (l->state == LANE_OPEN && l->fd == fd)
				return l;
	return NULL;
}

static void
handle(struct relay_loop *loop, const struct epoll_event *ev)
{
	curl_socket_t fd = (curl_socket_t)(ev->data.u64 >> 1);
	int running;

	if (ev->data.u64 & 1) {
		int mask = (ev->events & EPOLLIN ? CURL_CSELECT_IN : 0) |
			   (ev->events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
			   (ev->events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);

		curl_multi_socket_action(loop->multi, fd, mask, &running);
		return;
	}
	struct lane *lane = lane_of(loop, fd);

	if (!lane)
		return;
	if (ev->events & (EPOLLIN | EPOLLERR | EPOLLHUP))
		read_lane(lane);
	if (lane->state == LANE_OPEN && ev->events & EPOLLOUT)
		write_lane(lane);
}

size_t
relay_wait(struct relay_loop *loop, int64_t until, struct relay_event *events, size_t most)
{
	struct epoll_event got[EPOLL];
	int64_t left;
	int n, running;

	if (loop->event_head < loop->event_count)
		until = 0;
	left = next_deadline(loop, until) - clock_steady();
	/* Rounded up, so that a deadline has passed when we wake for it. */
	n = epoll_wait(loop->epoll, got, EPOLL,
		left <= 0                    ? 0
		: left > 1000 * CLOCK_SECOND ? 1000000
					     : (int)((left + 999) / 1000));
	for (int i = 0; i < n; i++)
		handle(loop, &got[i]);
	if (loop->curl_timer >= 0 && loop->curl_timer <= clock_steady()) {
		loop->curl_timer = -1;
		curl_multi_socket_action(loop->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
	take_curl_results(loop);
	end_late_lanes(loop);
	for (struct relay *r = loop->relays; r; r = r->next)
		sweep(r);
	return take_events(loop, events, most);
}

size_t
relay_in_hand(const struct relay_loop *loop)
{
	size_t n = 0;

	for (const struct relay *r = loop->relays; r; r = r->next) {
		n += r->pending_count;
		for (const struct lane *l = r->lanes; l; l = l->next)
			if (l->state == LANE_OPEN)
				n += session_in_hand(l->session);
	}
	return n + loop->event_count - loop->event_head;
}

void
relay_drain(struct relay_loop *loop)
{
	for (struct relay *r = loop->relays; r; r = r->next) {
		r->draining = true;
		lose_pending(r, "not begun: the run is ending");
		for (struct lane *l = r->lanes; l; l = l->next) {
			if (l->state == LANE_CONNECTING)
				end_lane(l, "the run is ending");
			else if (l->state == LANE_OPEN) {
				session_quit(l->session);
				pass_on(l);
			}
		}
		sweep(r);
	}
}

void
relay_quit(struct relay_loop *loop)
{
	int64_t until = clock_steady() + QUIT_TIME;
	struct relay_event ignored[EPOLL];

	relay_drain(loop);
	for (;;) {
		bool open = false;

		relay_flush(loop);
		for (const struct relay *r = loop->relays; r; r = r->next)
			open = open || r->lanes;
		if (!open || clock_steady() >= until)
			return;
		relay_wait(loop, until, ignored, EPOLL);
	}
}
