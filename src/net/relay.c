#include "net/relay.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/sign.h"
#include "net/curl.h"
#include "net/lane.h"

enum { EPOLL = 64, MAILDIR = 32 /* messages that it takes at a time */ };

enum { VAIN_TRIES = 3 };
#define REST_FIRST CLOCK_SECOND
#define REST_MOST (300 * CLOCK_SECOND)

/* -- events ----------------------------------------------------------------------------------- */

struct relay_event *
relay_add_event(struct relay *r, enum relay_event_kind kind)
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
	struct relay_event *ev = relay_add_event(r, kind);

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
		struct relay_event *ev = relay_add_event(r, RELAY_LOST);

		ev->id = p->m.id;
		snprintf(ev->reply.text, sizeof ev->reply.text, "%s", why);
		r->pending = p->next;
		splice_free(p->m.body);
		free(p);
	}
	r->pending_end = &r->pending;
	r->pending_count = 0;
}

/* -- rest and refusal ------------------------------------------------------------------------- */

static int64_t
rest_after(int64_t rest)
{
	return rest == 0 ? REST_FIRST : rest * 2 < REST_MOST ? rest * 2 : REST_MOST;
}

static bool
has_served(const struct relay *r)
{
	for (const struct lane *l = r->lanes; l; l = l->next)
		if (l->state == LANE_OPEN && l->served)
			return true;
	return false;
}

/* Left alone for a while: longer each time, until it serves again. One that has never been reached
 * in this run is given up after a few times: the name or the port may be wrong, and cron comes
 * again. While another connection serves, it is connections that the relay wants fewer of: no new
 * one for a while. */
void
relay_rest(struct relay *r, const char *why)
{
	uint32_t dice;
	int64_t until;

	if (has_served(r)) {
		r->spare_rest = rest_after(r->spare_rest);
		r->spares_until = clock_steady() + r->spare_rest;
		return;
	}
	r->rest = rest_after(r->rest);
	sign_random(&dice, sizeof dice);
	until = clock_steady() + r->rest + (int64_t)(dice % 200) * r->rest / 1000;
	if (!r->proven && ++r->vain_tries >= VAIN_TRIES) {
		r->given_up_until = until;
		relay_refuse(r, r->reached ? ERR_TEMPFAIL : ERR_UNAVAILABLE, why);
		return;
	}
	r->rests_until = until;
	add_words(r, RELAY_DOWN, ERR_UNAVAILABLE, why);
	lose_pending(r, why);
}

/* Begin nothing more, and finish what is on the wire: cut off it would be in doubt. */
static void
wind_up(struct relay *r, const char *why)
{
	for (struct lane *l = r->lanes; l; l = l->next) {
		if (l->state == LANE_CONNECTING)
			lane_end(l, why);
		else if (l->state == LANE_OPEN) {
			session_quit(l->session);
			lane_pass_on(l);
		}
	}
}

void
relay_refuse(struct relay *r, enum err_code code, const char *why)
{
	if (r->refused)
		return;
	r->refused = true;
	lose_pending(r, why);
	wind_up(r, why);
	add_words(r, RELAY_REFUSED, code, why);
}

/* -- libcurl's side: connecting --------------------------------------------------------------- */

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

/* -- lanes ------------------------------------------------------------------------------------ */

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
		lane_free(lane);
	}
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
			lane_connect_failed(lane, m->data.result);
	}
}

/* -- relays ----------------------------------------------------------------------------------- */

struct relay_loop *
relay_loop_new(void)
{
	struct relay_loop *l = mem_alloc(sizeof *l);

	*l = (struct relay_loop){ .curl_timer = -1, .waker = -1 };
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	curl_start();
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

	*r = (struct relay){ .loop = loop, .o = *o, .most = SESSION_CHUNKING };
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

int64_t
relay_sick_until(const struct relay *r, int64_t *rest)
{
	int64_t until = r->given_up_until > r->rests_until ? r->given_up_until : r->rests_until;

	*rest = r->rest;
	return until > clock_steady() ? until : 0;
}

void
relay_leave_alone(struct relay *r, int64_t until, int64_t rest)
{
	r->rests_until = until;
	r->rest = rest < REST_MOST ? rest : REST_MOST;
	r->vain_tries = VAIN_TRIES - 2;
}

bool
relay_is_usable(const struct relay *r)
{
	return !r->refused && !r->draining &&
	       (r->rests_until == 0 || r->rests_until <= clock_steady());
}

bool
relay_is_proven(const struct relay *r)
{
	return r->proven;
}

bool
relay_is_reached(const struct relay *r)
{
	return r->reached;
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
		return r->pending_count < MAILDIR ? MAILDIR - r->pending_count : 0;
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
	*p = (struct pending){ .m = { .id = m->id, .smtputf8 = m->smtputf8, .body = m->body } };
	memcpy(p->envelope, m->from.p, m->from.n);
	memcpy(p->envelope + m->from.n, m->to.p, m->to.n);
	p->m.from = (struct str){ .p = p->envelope, .n = m->from.n };
	p->m.to = (struct str){ .p = p->envelope + m->from.n, .n = m->to.n };
	m->body = NULL;
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
		lane_pass_on(best);
	}
}

size_t
relay_due(struct relay *r, bool early, uint64_t *ids, size_t most)
{
	size_t n = 0;

	for (struct pending *p = r->maildir && !early ? r->pending : NULL; p && n < most;
		p = p->next)
		if (!p->asked) {
			p->asked = true;
			ids[n++] = p->m.id;
		}
	hand_out(r);
	for (struct lane *l = r->lanes; l && n < most; l = l->next)
		if (l->state == LANE_OPEN)
			n += session_due(l->session, early, ids + n, most - n);
	return n;
}

size_t
relay_most_marked(const struct relay *r)
{
	size_t open = 0;

	for (const struct lane *l = r->lanes; l; l = l->next)
		open += l->state == LANE_OPEN;
	return r->maildir ? MAILDIR : open * r->o.window;
}

bool
relay_clear(struct relay *r, uint64_t id)
{
	for (struct pending *p = r->maildir ? r->pending : NULL; p; p = p->next)
		if (p->m.id == id)
			return p->cleared = true;
	for (struct lane *l = r->lanes; l; l = l->next)
		if (l->state == LANE_OPEN && session_clear(l->session, id))
			return true;
	return false;
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
		splice_free(p->m.body);
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
			lane_pass_on(l);
			lane_end(l, session_why(l->session));
		}
}

/* More connections while all that are open have their hands full: twice as many each time, and none
 * before it has taken a sender of ours. */
static void
open_lanes(struct relay *r)
{
	size_t ready = 0, busy = 0, wanted, lingering = 0;

	if (r->lingers_until > clock_steady())
		lingering = r->lingering;
	for (const struct lane *l = r->lanes; l; l = l->next) {
		ready += l->state == LANE_OPEN;
		busy += l->state == LANE_OPEN && session_room(l->session) == 0;
	}
	if (r->refused || r->draining || r->rests_until > clock_steady() ||
		(r->lane_count && r->spares_until > clock_steady()))
		return;
	if (r->lane_count == 0)
		wanted = r->pending ? 1 : 0;
	else
		wanted = r->takes_us && busy == ready && ready == r->lane_count ? ready : 0;
	while (wanted-- && r->lane_count + lingering < r->o.connections)
		lane_open(r);
}

static void
put_in_maildir(struct relay *r)
{
	while (r->pending && r->pending->cleared) {
		struct pending *p = pop_pending(r);
		struct relay_event *ev;
		struct buf body;
		struct err e;
		int status;

		buf_init(&body, p->m.body->n);
		splice_add_to(p->m.body, &body);
		status = maildir_put(r->maildir, p->m.from, p->m.to, buf_str(&body), &e);
		buf_free(&body);
		if (status == 0) {
			ev = relay_add_event(r, RELAY_REPLIED);
			ev->phase = REPLY_FINAL;
			ev->reply.code = 250;
			snprintf(ev->reply.text, sizeof ev->reply.text, "in the Maildir");
			ev->id = p->m.id;
		} else {
			ev = relay_add_event(r, RELAY_LOST);
			ev->id = p->m.id;
			snprintf(ev->reply.text, sizeof ev->reply.text, "%.900s", e.text);
			add_words(r, RELAY_REFUSED, ERR_IO, e.text);
			r->refused = true;
		}
		splice_free(p->m.body);
		free(p);
		if (r->refused)
			lose_pending(r, e.text);
	}
}

void
relay_prepare(struct relay_loop *loop)
{
	for (struct relay *r = loop->relays; r; r = r->next) {
		hand_out(r);
		for (struct lane *l = r->lanes; l; l = l->next)
			if (l->state == LANE_OPEN) {
				session_set_clock(l->session, clock_steady());
				session_flush(l->session);
				lane_pass_on(l);
			}
	}
}

void
relay_write(struct relay_loop *loop)
{
	for (struct relay *r = loop->relays; r; r = r->next) {
		if (r->maildir) {
			put_in_maildir(r);
			continue;
		}
		for (struct lane *l = r->lanes; l; l = l->next) {
			if (l->state != LANE_OPEN)
				continue;
			if (!l->waiting_since)
				lane_note_progress(l);
			lane_write(l);
		}
		open_lanes(r);
		sweep(r);
	}
}

void
relay_flush(struct relay_loop *loop)
{
	relay_prepare(loop);
	relay_write(loop);
}

/* -- waiting ---------------------------------------------------------------------------------- */

static int64_t
next_deadline(const struct relay_loop *loop, int64_t until)
{
	for (const struct relay *r = loop->relays; r; r = r->next) {
		if (r->lingers_until > clock_steady() && r->lingers_until < until)
			until = r->lingers_until;
		for (const struct lane *l = r->lanes; l; l = l->next)
			if (l->state == LANE_OPEN && lane_deadline(l) < until)
				until = lane_deadline(l);
	}
	if (loop->curl_timer >= 0 && loop->curl_timer < until)
		until = loop->curl_timer;
	return until;
}

static bool
is_late(const struct lane *l, int64_t now)
{
	return l->state == LANE_OPEN && lane_deadline(l) <= now;
}

/* It may be we who are late, stopped for a minute, and the reply has come long since: that would be
 * a message in doubt for nothing. */
static void
end_late_lanes(struct relay_loop *loop)
{
	int64_t now = clock_steady();

	for (struct relay *r = loop->relays; r; r = r->next)
		for (struct lane *l = r->lanes; l; l = l->next) {
			if (is_late(l, now))
				lane_read(l);
			if (!is_late(l, now))
				continue;
			session_end(l->session,
				l->stuck_since ? "the server stopped reading" : "no reply in time");
			lane_over(l);
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
empty(int fd)
{
	uint64_t count;

	/* Woken twice, or by nobody, is as good. */
	if (read(fd, &count, sizeof count) < 0)
		return;
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

	if (fd == loop->waker)
		empty(fd);
	if (!lane)
		return;
	if (ev->events & (EPOLLIN | EPOLLERR | EPOLLHUP))
		lane_read(lane);
	if (lane->state == LANE_OPEN && ev->events & EPOLLOUT)
		lane_write(lane);
}

void
relay_wake_by(struct relay_loop *loop, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u64 = (uint64_t)fd << 1 };

	if (loop->waker >= 0)
		epoll_ctl(loop->epoll, EPOLL_CTL_DEL, loop->waker, NULL);
	loop->waker = fd;
	if (fd >= 0)
		epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &ev);
}

/* Microseconds; a kernel before 5.11 knows only milliseconds: rounded up, so that a deadline has
 * passed when we wake for it. */
static int
sleep_for(const struct relay_loop *loop, struct epoll_event got[static EPOLL], int64_t left)
{
	struct timespec time;
	int n;

	if (left < 0)
		left = 0;
	if (left > 1000 * CLOCK_SECOND)
		left = 1000 * CLOCK_SECOND;
	time = (struct timespec){ .tv_sec = left / CLOCK_SECOND,
		.tv_nsec = left % CLOCK_SECOND * 1000 };
	n = epoll_pwait2(loop->epoll, got, EPOLL, &time, NULL);
	if (n < 0 && errno == ENOSYS)
		n = epoll_wait(loop->epoll, got, EPOLL, (int)((left + 999) / 1000));
	return n;
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
	n = sleep_for(loop, got, left);
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
		wind_up(r, "the run is ending");
		sweep(r);
	}
}

void
relay_give_up(struct relay_loop *loop, const char *why)
{
	for (struct relay *r = loop->relays; r; r = r->next)
		for (struct lane *l = r->lanes; l; l = l->next) {
			if (l->state == LANE_OPEN)
				lane_read(l);
			if (l->state == LANE_OPEN && session_in_hand(l->session))
				lane_end(l, why);
		}
}

void
relay_quit(struct relay_loop *loop, int64_t patience)
{
	int64_t until = clock_steady() + patience;
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
