#include "net/session.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "net/output.h"

enum {
	OFFERS = 64 * 1024,
	GROWTH = 100, /* microseconds on the way that one more message in the air pays for */
	IDLE = 10000, /* microseconds: who was cleared so long before its turn was asked for too early */
};

/* Microseconds, besides the way, that a relay may keep us waiting for a reply. */
#define HELD 400000
#define STALE 500000 /* microseconds after which the caller's word that it may go is too old */

/* What a reply that is waited for belongs to. */
enum expected {
	EXPECT_EHLO,
	EXPECT_HELO,
	EXPECT_RSET,
	EXPECT_MAIL,
	EXPECT_RCPT,
	EXPECT_DATA,
	EXPECT_FINAL,
	EXPECT_QUIT
};

enum stage {
	OFFERED,   /* nothing of it has been written */
	ENVELOPE,  /* MAIL, RCPT, DATA are on their way (lock-step: one after the other) */
	WAITING,   /* DATA has its 354: the body may go */
	COMPLETED, /* the body and its end are in the output */
};

struct item {
	struct session_message m;
	enum stage stage;
	bool asked, cleared, withdrawn; /* session_due has named it; it may be completed */
	int64_t cleared_at;
	int next_command; /* lock-step: how many of MAIL, RCPT, DATA have been written */
	bool refused;     /* `reply` and `phase` are its verdict; what still comes for it is only
				counted */
	enum reply_phase phase;
	struct reply reply;
	int64_t sent_at;
	size_t size;        /* of its body, which the output takes over */
	uint64_t last_byte; /* place of its last byte in all that was ever output */
	struct item *next;
	char envelope[]; /* from and to */
};

struct wait {
	enum expected what;
	struct item *item; /* NULL for EHLO, RSET, QUIT */
	bool last;         /* the item is done when this one came */
	uint64_t place;    /* of the last byte of what it answers, in all that was ever output */
};

struct session {
	char *helo;
	unsigned window, allowed;
	unsigned ahead, most_ahead; /* how many are asked for before their turn */
	int64_t now, on_the_way;    /* on_the_way: of a message, from its last byte to its reply;
				    smoothed */
	int64_t began, round_trip;  /* EHLO's, or the quickest since */
	bool slow;                  /* the relay is, and not the way to it */
	bool ready, over, quitting, must_reset;
	bool misled, broke_off, cut;
	enum session_mode most;
	uint64_t replies;
	char why[REPLY_TEXT + 1];
	bool pipelining, chunking, smtputf8, eightbit, size;
	uint64_t size_limit;
	struct reply_parser parser;
	struct buf offered; /* the lines of EHLO's reply */
	struct output out;
	struct item *first, *last;
	size_t count;
	struct wait *waits; /* a ring */
	size_t wait_room, wait_head, wait_count;
	struct session_event *events;
	size_t event_room, event_head, event_count;
};

/* -- the queue of replies --------------------------------------------------------------------- */

static void
expect(struct session *s, enum expected what, struct item *item, bool last)
{
	if (s->wait_count == s->wait_room) {
		size_t room = s->wait_room ? s->wait_room * 2 : 32;
		struct wait *ring = mem_alloc(room * sizeof *ring);

		for (size_t i = 0; i < s->wait_count; i++)
			ring[i] = s->waits[(s->wait_head + i) % s->wait_room];
		free(s->waits);
		s->waits = ring;
		s->wait_room = room;
		s->wait_head = 0;
	}
	s->waits[(s->wait_head + s->wait_count++) % s->wait_room] =
		(struct wait){ what, item, last, s->out.made };
}

static bool
pop_wait(struct session *s, struct wait *out)
{
	if (s->wait_count == 0)
		return false;
	*out = s->waits[s->wait_head];
	s->wait_head = (s->wait_head + 1) % s->wait_room;
	s->wait_count--;
	return true;
}

static struct session_event *
add_event(struct session *s)
{
	if (s->event_head + s->event_count == s->event_room) {
		if (s->event_head) {
			memmove(s->events, s->events + s->event_head,
				s->event_count * sizeof *s->events);
			s->event_head = 0;
		} else {
			s->event_room = s->event_room ? s->event_room * 2 : 16;
			s->events = mem_grow(s->events, s->event_room * sizeof *s->events);
		}
	}
	return &s->events[s->event_head + s->event_count++];
}

int
session_event(struct session *s, struct session_event *out)
{
	if (s->event_count == 0)
		return 0;
	*out = s->events[s->event_head++];
	if (--s->event_count == 0)
		s->event_head = 0;
	return 1;
}

/* -- items ------------------------------------------------------------------------------------ */

static void
remove_item(struct session *s, struct item *item)
{
	struct item **at = &s->first, *before = NULL;

	while (*at != item) {
		before = *at;
		at = &(*at)->next;
	}
	*at = item->next;
	if (s->last == item)
		s->last = before;
	s->count--;
	splice_free(item->m.body);
	free(item);
}

static void
give_verdict(struct session *s, struct item *item)
{
	struct session_event *ev;

	if (item->withdrawn) {
		remove_item(s, item);
		return;
	}
	ev = add_event(s);
	*ev = (struct session_event){ .kind = SESSION_VERDICT,
		.id = item->m.id,
		.phase = item->phase,
		.reply = item->reply };
	remove_item(s, item);
}

static void
lose(struct session *s, struct item *item, bool completed, bool begun)
{
	struct session_event *ev;

	if (item->refused || item->withdrawn) {
		give_verdict(s, item);
		return;
	}
	ev = add_event(s);
	*ev = (struct session_event){
		.kind = SESSION_LOST, .id = item->m.id, .completed = completed, .begun = begun
	};
	snprintf(ev->reply.text, sizeof ev->reply.text, "%s", s->why);
	remove_item(s, item);
}

static bool
has_gone_out(const struct session *s, const struct item *item)
{
	return item->stage == COMPLETED && s->out.written >= item->last_byte;
}

static void
end(struct session *s, const char *why)
{
	if (s->over)
		return;
	s->over = true;
	snprintf(s->why, sizeof s->why, "%s", why);
	s->broke_off = s->first && s->first->stage != OFFERED && !s->first->refused;
	for (bool begun = s->broke_off; s->first; begun = false)
		lose(s, s->first, has_gone_out(s, s->first), begun);
	s->wait_count = 0;
	output_clear(&s->out);
}

/* By us, for the sake of a reader: the relay has done nothing wrong. */
static void
cut(struct session *s)
{
	end(s, "a reader left the list while the message was on its way");
	s->cut = true;
	s->broke_off = false;
}

/* By the server's word, or by its code where it has none. */
static void
end_by(struct session *s, const struct reply *r)
{
	char code[16];

	snprintf(code, sizeof code, "%d", r->code);
	end(s, r->text[0] ? r->text : code);
}

void
session_end(struct session *s, const char *why)
{
	end(s, why);
}

/* -- life ------------------------------------------------------------------------------------- */

struct session *
session_new(const char *helo, unsigned window)
{
	struct session *s = mem_alloc(sizeof *s);

	*s = (struct session){
		.window = window ? window : 1, .allowed = 1, .most = SESSION_CHUNKING, .began = -1
	};
	s->helo = mem_alloc(strlen(helo) + 1);
	memcpy(s->helo, helo, strlen(helo) + 1);
	reply_init(&s->parser);
	buf_init(&s->offered, OFFERS);
	s->parser.keep = &s->offered;
	output_init(&s->out);
	output_linez(&s->out, "EHLO ");
	output_linez(&s->out, helo);
	output_linez(&s->out, "\r\n");
	expect(s, EXPECT_EHLO, NULL, false);
	return s;
}

void
session_free(struct session *s)
{
	if (!s)
		return;
	while (s->first)
		remove_item(s, s->first);
	reply_free(&s->parser);
	buf_free(&s->offered);
	output_free(&s->out);
	free(s->waits);
	free(s->events);
	free(s->helo);
	free(s);
}

bool
session_is_ready(const struct session *s)
{
	return s->ready;
}

enum session_mode
session_mode(const struct session *s)
{
	enum session_mode offered = s->chunking     ? SESSION_CHUNKING
				    : s->pipelining ? SESSION_PIPELINING
						    : SESSION_LOCK_STEP;

	return offered < s->most ? offered : s->most;
}

void
session_hold_to(struct session *s, enum session_mode most)
{
	s->most = most;
}

bool
session_was_misled(const struct session *s)
{
	return s->misled;
}

bool
session_was_cut(const struct session *s)
{
	return s->cut;
}

bool
session_broke_off(const struct session *s)
{
	return s->broke_off;
}

bool
session_takes_smtputf8(const struct session *s)
{
	return s->smtputf8 && s->eightbit;
}

bool
session_is_over(const struct session *s)
{
	return s->over;
}

const char *
session_why(const struct session *s)
{
	return s->why;
}

void
session_ask_ahead(struct session *s, unsigned most)
{
	s->most_ahead = most;
}

size_t
session_room(const struct session *s)
{
	size_t most = session_mode(s) == SESSION_LOCK_STEP    ? 1
		      : session_mode(s) == SESSION_PIPELINING ? 2 + s->ahead
							      : s->allowed + s->ahead;

	if (!s->ready || s->over || s->quitting)
		return 0;
	return s->count < most ? most - s->count : 0;
}

size_t
session_in_hand(const struct session *s)
{
	size_t n = 0;

	for (const struct item *i = s->first; i; i = i->next)
		n += !i->withdrawn;
	return n;
}

void
session_set_clock(struct session *s, int64_t now)
{
	if (s->began < 0)
		s->began = now;
	s->now = now;
}

int
session_waits_for(const struct session *s)
{
	if (s->wait_count == 0)
		return 0;
	return s->waits[s->wait_head].what == EXPECT_FINAL ? 2 : 1;
}

uint64_t
session_replies(const struct session *s)
{
	return s->replies;
}

/* -- messages --------------------------------------------------------------------------------- */

/* A verdict of our own, in the words a server would use (RFC 3463, 6531). */
static void
refuse_ourselves(struct item *item, int code, int subject, int detail, const char *text)
{
	item->refused = true;
	/* It is the recipient that is refused: the relay is as good as before for others. */
	item->phase = REPLY_RCPT;
	item->reply =
		(struct reply){ .code = code, .class = 5, .subject = subject, .detail = detail };
	snprintf(item->reply.text, sizeof item->reply.text, "%s", text);
}

void
session_offer(struct session *s, struct session_message *m)
{
	struct item *item = mem_alloc(sizeof *item + m->from.n + m->to.n);

	assert(session_room(s) > 0);
	*item = (struct item){ .m = *m, .size = m->body->n };
	memcpy(item->envelope, m->from.p, m->from.n);
	memcpy(item->envelope + m->from.n, m->to.p, m->to.n);
	item->m.from.p = item->envelope;
	item->m.to.p = item->envelope + m->from.n;
	m->body = NULL;
	if (s->last)
		s->last->next = item;
	else
		s->first = item;
	s->last = item;
	s->count++;
	if (item->m.smtputf8 && !session_takes_smtputf8(s))
		refuse_ourselves(item, 553, 6, 7,
			"the address needs SMTPUTF8, which the relay does not offer");
	else if (s->size_limit && item->m.body->n > s->size_limit)
		refuse_ourselves(item, 552, 3, 4, "the message is larger than the relay's SIZE");
	if (item->refused)
		give_verdict(s, item);
}

/*
 * It is about to be completed, as far as we are concerned: asked while its envelope is on the way, so
 * that the caller's commit and the relay's 354 take the same time; with CHUNKING when it has a place
 * in the window. What stands behind those is asked for early, if at all.
 */
static bool
is_due(const struct session *s, const struct item *item, size_t place, bool early)
{
	bool its_turn;

	if (item->asked || item->refused || item->withdrawn || s->over)
		return false;
	its_turn =
		session_mode(s) == SESSION_CHUNKING ? place < s->allowed : item->stage != OFFERED;
	return early ? !its_turn && s->ahead && !s->slow : its_turn && item->stage != COMPLETED;
}

size_t
session_due(struct session *s, bool early, uint64_t *ids, size_t most)
{
	size_t n = 0, place = 0;

	for (struct item *i = s->first; i && n < most; i = i->next, place++)
		if (is_due(s, i, place, early)) {
			i->asked = true;
			ids[n++] = i->m.id;
		}
	return n;
}

bool
session_clear(struct session *s, uint64_t id)
{
	for (struct item *i = s->first; i; i = i->next)
		if (i->m.id == id && !i->withdrawn) {
			i->cleared = i->asked;
			i->cleared_at = s->now;
			return true;
		}
	return false;
}

bool
session_withdraw(struct session *s, uint64_t id)
{
	for (struct item *i = s->first; i; i = i->next) {
		if (i->m.id != id || i->withdrawn)
			continue;
		if (i->stage == OFFERED) {
			remove_item(s, i);
			return true;
		}
		i->withdrawn = true;
		if (i->stage == ENVELOPE)
			return true;
		cut(s);
		return false;
	}
	return true;
}

static void
write_mail(struct session *s, struct item *i)
{
	char parameters[64] = "";

	if (s->size)
		snprintf(parameters, sizeof parameters, " SIZE=%zu", i->size);
	output_linez(&s->out, "MAIL FROM:<");
	output_line(&s->out, i->m.from);
	output_linez(&s->out, ">");
	output_linez(&s->out, parameters);
	output_linez(&s->out, i->m.smtputf8 ? " SMTPUTF8 BODY=8BITMIME\r\n" : "\r\n");
	expect(s, EXPECT_MAIL, i, false);
}

static void
write_rcpt(struct session *s, struct item *i)
{
	output_linez(&s->out, "RCPT TO:<");
	output_line(&s->out, i->m.to);
	output_linez(&s->out, ">\r\n");
	expect(s, EXPECT_RCPT, i, false);
}

static void
write_reset(struct session *s)
{
	output_linez(&s->out, "RSET\r\n");
	expect(s, EXPECT_RSET, NULL, false);
	s->must_reset = false;
}

static void
put_body(struct session *s, struct item *i)
{
	i->sent_at = s->now;
	output_body(&s->out, i->m.body);
	i->m.body = NULL;
}

static void
write_body(struct session *s, struct item *i)
{
	put_body(s, i);
	output_linez(&s->out, ".\r\n");
	i->last_byte = s->out.made;
	i->stage = COMPLETED;
	expect(s, EXPECT_FINAL, i, true);
}

/* Its turn has come. Who was cleared long before would not have had to be asked for yet. */
static void
begin_turn(struct session *s, const struct item *i)
{
	if (s->ahead && i->cleared && s->now - i->cleared_at > IDLE)
		s->ahead--;
}

/* Where the messages before it are unanswered, one of them may yet be refused and leave its MAIL
 * standing: RSET clears that. */
static void
write_chunk(struct session *s, struct item *i)
{
	char command[64];

	if (s->must_reset || s->wait_count > 0)
		write_reset(s);
	begin_turn(s, i);
	write_mail(s, i);
	write_rcpt(s, i);
	snprintf(command, sizeof command, "BDAT %zu LAST\r\n", i->size);
	output_linez(&s->out, command);
	put_body(s, i);
	i->last_byte = s->out.made;
	i->stage = COMPLETED;
	expect(s, EXPECT_FINAL, i, true);
}

static void
write_envelope(struct session *s, struct item *i)
{
	if (s->must_reset)
		write_reset(s);
	begin_turn(s, i);
	i->stage = ENVELOPE;
	write_mail(s, i);
	write_rcpt(s, i);
	output_linez(&s->out, "DATA\r\n");
	expect(s, EXPECT_DATA, i, false);
}

/* Lock-step: the next command of the only message, once the one before it was answered. */
static void
write_step(struct session *s, struct item *i)
{
	if (s->wait_count)
		return;
	if (i->withdrawn) {
		/* Its DATA is not said: RSET takes the rest back. */
		s->must_reset = true;
		remove_item(s, i);
		return;
	}
	if (s->must_reset) {
		write_reset(s);
		return;
	}
	i->stage = ENVELOPE;
	switch (i->next_command++) {
	case 0:
		write_mail(s, i);
		break;
	case 1:
		write_rcpt(s, i);
		break;
	default:
		output_linez(&s->out, "DATA\r\n");
		expect(s, EXPECT_DATA, i, false);
	}
}

/* DATA was answered 354 although MAIL or RCPT were refused: RFC 2920 3.1 has us send the dot alone.
 */
static void
write_lone_dot(struct session *s, struct item *i)
{
	output_linez(&s->out, ".\r\n");
	i->stage = COMPLETED;
	i->last_byte = UINT64_MAX;
	expect(s, EXPECT_FINAL, i, true);
	s->must_reset = true;
}

/* The relay answers sooner than the caller commits: one more is asked for before its turn. */
static void
ask_more(struct session *s)
{
	if (s->ahead < s->most_ahead)
		s->ahead++;
}

static bool
has_room_in_the_air(const struct session *s)
{
	unsigned n = 0;

	for (const struct item *i = s->first; i; i = i->next)
		n += i->stage == COMPLETED;
	return n < s->allowed;
}

/* The caller looked at its reader too long ago: back to it. */
static bool
is_stale(const struct session *s, const struct item *i)
{
	return i->stage == OFFERED && i->cleared && s->now - i->cleared_at > STALE;
}

static void
give_back(struct session *s, struct item *i)
{
	snprintf(s->why, sizeof s->why, "not begun: the relay was slow with those before");
	lose(s, i, false, false);
}

static void
flush_one(struct session *s, struct item *i, const struct item *before)
{
	enum session_mode mode = session_mode(s);

	if (i->stage == WAITING && i->refused)
		write_lone_dot(s, i);
	else if (i->stage == WAITING && i->cleared)
		write_body(s, i);
	else if (i->stage == OFFERED && mode == SESSION_CHUNKING && i->cleared &&
		 has_room_in_the_air(s))
		write_chunk(s, i);
	else if (i->stage == OFFERED && mode == SESSION_PIPELINING &&
		 (!before || (before->stage == COMPLETED && !s->slow)))
		write_envelope(s, i);
	else if (mode == SESSION_LOCK_STEP && i->stage <= ENVELOPE && i == s->first)
		write_step(s, i);
}

void
session_flush(struct session *s)
{
	if (!s->ready || s->over)
		return;
	for (struct item *i = s->first, *before = NULL, *next; i; i = next) {
		next = i->next;
		if (is_stale(s, i)) {
			give_back(s, i);
			continue;
		}
		flush_one(s, i, before);
		before = i;
	}
	if (s->quitting == true && s->count == 0 && s->wait_count == 0) {
		output_linez(&s->out, "QUIT\r\n");
		expect(s, EXPECT_QUIT, NULL, false);
	}
}

size_t
session_output(const struct session *s, struct str *pieces, size_t most)
{
	return output_gather(&s->out, pieces, most);
}

bool
session_has_output(const struct session *s)
{
	return output_left(&s->out) > 0;
}

void
session_wrote(struct session *s, size_t n)
{
	output_took(&s->out, n);
}

void
session_quit(struct session *s)
{
	struct item *next;

	s->quitting = true;
	snprintf(s->why, sizeof s->why, "not begun: the run is ending");
	for (struct item *i = s->first; i; i = next) {
		next = i->next;
		if (i->stage == OFFERED)
			lose(s, i, false, false);
	}
}

/* -- replies ---------------------------------------------------------------------------------- */

static bool
has_word(struct str line, const char *word, struct str *parameter)
{
	struct str w = str_of(word);

	if (!str_ieq(str_sub(line, 0, w.n), w) || (line.n > w.n && line.p[w.n] != ' '))
		return false;
	*parameter = str_trim(str_from(line, w.n));
	return true;
}

/* The first line is the server's name. The reply's text will not do: it is escaped, and cut off. */
static void
take_capabilities(struct session *s, struct str text)
{
	struct str parameter;

	text = str_from(text, (size_t)(str_find(text, '\n') + 1));
	while (text.n) {
		struct str line = str_sub(text, 0, (size_t)str_find(text, '\n'));

		text = str_from(text, line.n + 1);
		line = str_trim(line);
		s->pipelining = s->pipelining || has_word(line, "PIPELINING", &parameter);
		s->chunking = s->chunking || has_word(line, "CHUNKING", &parameter);
		s->smtputf8 = s->smtputf8 || has_word(line, "SMTPUTF8", &parameter);
		s->eightbit = s->eightbit || has_word(line, "8BITMIME", &parameter);
		if (has_word(line, "SIZE", &parameter)) {
			s->size = true;
			if (!str_u64(parameter, UINT64_MAX / 16, &s->size_limit))
				s->size_limit = 0;
		}
	}
}

static void
take_ehlo(struct session *s, const struct reply *r, bool helo)
{
	s->parser.keep = NULL;
	s->round_trip = s->now - s->began;
	if (r->code / 100 == 2) {
		s->ready = true;
		if (!helo)
			take_capabilities(s, buf_str(&s->offered));
		/* A window without PIPELINING would talk out of turn, whatever CHUNKING says. */
		s->chunking = s->chunking && s->pipelining;
	} else if (!helo && r->code >= 500) {
		output_linez(&s->out, "HELO ");
		output_linez(&s->out, s->helo);
		output_linez(&s->out, "\r\n");
		expect(s, EXPECT_HELO, NULL, false);
	} else {
		end_by(s, r);
	}
}

static void
refuse(struct session *s, struct item *item, enum reply_phase phase, const struct reply *r)
{
	s->must_reset = true;
	if (item->refused)
		return;
	item->refused = true;
	item->phase = phase;
	item->reply = *r;
}

/*
 * The window grows with every message that goes well, as far as their time on the way pays for it:
 * a relay that answers at once is not left with a window of messages in doubt when it dies. Where
 * it is the relay that takes the time, what stands behind others would be read long after its
 * reader was looked at (RELIABILITY R7), and be none the sooner for it: the window shrinks.
 */
static void
fit_window(struct session *s, const struct item *item)
{
	int64_t took = s->now - item->sent_at, worth;

	if (took < s->round_trip)
		s->round_trip = took;
	s->slow = took - s->round_trip > HELD;
	if (s->slow) {
		s->allowed -= s->allowed > 1;
		return;
	}
	s->on_the_way += (took - s->on_the_way) / 4;
	worth = 2 + s->on_the_way / GROWTH;
	if (s->allowed < s->window && s->allowed < worth)
		s->allowed++;
}

static void
take_final(struct session *s, struct item *item, const struct reply *r)
{
	if (!item->refused) {
		item->phase = REPLY_FINAL;
		item->reply = *r;
		if (r->code / 100 == 2)
			fit_window(s, item);
		else if (session_mode(s) == SESSION_CHUNKING)
			s->must_reset = true;
	}
	give_verdict(s, item);
	if (session_mode(s) == SESSION_CHUNKING && s->first && s->first->stage == OFFERED &&
		!s->first->cleared)
		ask_more(s);
}

/* 4xx or 5xx to DATA, or what is no reply to DATA at all. */
static void
take_data(struct session *s, struct item *item, const struct reply *r)
{
	if (r->code == 354) {
		item->stage = WAITING;
		if (!item->cleared && !item->withdrawn)
			ask_more(s);
		/* Nothing but an end of the connection keeps it from being a message now; whoever was
		 * before it has been answered. */
		if (item->withdrawn && !item->refused)
			cut(s);
		return;
	}
	if (r->code < 400) {
		end(s, "DATA was answered with something else than 354");
		return;
	}
	refuse(s, item, REPLY_DATA, r);
	give_verdict(s, item);
}

/* "What is BDAT?" or "not now", with a recipient that was taken: there is a server behind something
 * that offers more than it can. */
static bool
is_no_bdat(const struct session *s, const struct item *item, const struct reply *r)
{
	return session_mode(s) == SESSION_CHUNKING && !item->refused &&
	       (r->code == 500 || r->code == 502 || r->code == 503) &&
	       (r->class == 0 || r->subject == 5);
}

/* Who does not know BDAT has none of those behind it either, and takes their lines for commands:
 * not a byte more. But who has taken some may have taken those behind as well. */
static void
mislead(struct session *s, struct item *item, const struct reply *r)
{
	for (struct item *i = s->first; i; i = i->next)
		if (i == item || s->allowed == 1)
			i->last_byte = UINT64_MAX;
	s->misled = true;
	end_by(s, r);
}

static void
take_item_reply(struct session *s, const struct wait *w, const struct reply *r)
{
	struct item *item = w->item;
	bool good = r->code / 100 == 2;
	bool lock_step = session_mode(s) == SESSION_LOCK_STEP;

	switch (w->what) {
	case EXPECT_MAIL:
	case EXPECT_RCPT:
		if (good)
			break;
		if (r->code < 400) {
			end(s, "a reply that does not belong to its command");
			break;
		}
		refuse(s, item, w->what == EXPECT_MAIL ? REPLY_MAIL : REPLY_RCPT, r);
		if (lock_step)
			give_verdict(s, item);
		break;
	case EXPECT_DATA:
		take_data(s, item, r);
		break;
	case EXPECT_FINAL:
		if (r->code < 400 && !good)
			end(s, "a message's end was answered with 3xx");
		else if (is_no_bdat(s, item, r))
			mislead(s, item, r);
		else if (good && !item->refused && r->class && r->subject == 1)
			/* 2.1.x is said of addresses: one reply too many has come before. */
			end(s, "a message's end was answered as its envelope is");
		else
			take_final(s, item, r);
		break;
	case EXPECT_EHLO:
	case EXPECT_HELO:
	case EXPECT_RSET:
	case EXPECT_QUIT:
		break;
	}
}

/*
 * 421: the server closes. It is the answer to what it stands at the place of; what was sent behind
 * that has not been read (RFC 5321 3.8), so it is not in doubt.
 */
static void
take_421(struct session *s, const struct wait *w, const struct reply *r)
{
	static const enum reply_phase phases[] = { [EXPECT_MAIL] = REPLY_MAIL,
		[EXPECT_RCPT] = REPLY_RCPT,
		[EXPECT_DATA] = REPLY_DATA,
		[EXPECT_FINAL] = REPLY_FINAL };

	if (w && w->item && !w->item->refused) {
		w->item->refused = true;
		w->item->phase = phases[w->what];
		w->item->reply = *r;
	}
	for (struct item *i = s->first; i; i = i->next)
		if (i->stage == COMPLETED)
			i->last_byte = UINT64_MAX;
	end_by(s, r);
}

static void
take_reply(struct session *s, const struct reply *r)
{
	struct wait w;
	/* What has not gone out cannot have been answered: a relay that answers twice would have
	 * the second one taken for a message that it never got. */
	bool expected = pop_wait(s, &w) && w.place <= s->out.written;

	s->replies++;
	if (r->code == 421) {
		take_421(s, expected ? &w : NULL, r);
		return;
	}
	if (!expected) {
		char why[REPLY_TEXT + 1];

		snprintf(why, sizeof why, "a reply that nobody asked for: %d %.900s", r->code,
			r->text);
		end(s, why);
		return;
	}
	if (w.what == EXPECT_EHLO || w.what == EXPECT_HELO)
		take_ehlo(s, r, w.what == EXPECT_HELO);
	else if (w.what == EXPECT_QUIT)
		end(s, "done");
	else if (w.what == EXPECT_RSET && r->code / 100 != 2) {
		/* No window without it: what stands behind would be in doubt every time. */
		s->misled = session_mode(s) == SESSION_CHUNKING;
		end_by(s, r);
	} else if (w.item)
		take_item_reply(s, &w, r);
}

void
session_input(struct session *s, struct str bytes)
{
	while (bytes.n && !s->over) {
		enum reply_progress got = reply_take(&s->parser, &bytes);

		if (got == REPLY_MORE)
			return;
		if (got == REPLY_BAD)
			end(s, "the server does not speak SMTP, or endlessly");
		else
			take_reply(s, &s->parser.reply);
	}
}
