/*
 * A random program of what a caller and a relay can do to an SMTP session, and a relay that reads
 * its output strictly. Whatever the relay says: nothing is completed that was not named and
 * cleared before, or was withdrawn, every message gets one word, and that word is true.
 */
#include <stdio.h>
#include <string.h>

#include "input.h"
#include "net/session.h"

enum { MESSAGES = 150, WAITS = 4096, COMMAND_LINE = 512, SIZE_LIMIT = 3000 };

struct message {
	char from[64], to[64];
	struct buf body;
	bool smtputf8;
	bool named, cleared, withdrawn;
	bool begun;    /* the relay has read its MAIL */
	bool complete; /* the relay has its last byte */
	bool done;     /* its event has come */
	int refused;   /* the first refusal of it, 0: none; and of which of its commands */
	enum reply_phase phase;
	int final;
};

enum command { EHLO, HELO, RSET, MAIL, RCPT, DATA, FINAL, QUIT };

/* A command that the relay has begun to read and has not answered. */
struct wait {
	enum command what;
	int message; /* -1: none */
	bool whole;  /* FINAL: the body is there, and not only its announcement */
	bool chunk;
};

enum reading { COMMANDS, NOTHING, BODY, CHUNK };

struct world {
	struct session *s;
	struct message messages[MESSAGES];
	int count, offering;
	unsigned window, ahead, offers; /* `offers`: what EHLO's answer will hold, by bits */
	int64_t now, pace;              /* microseconds, and what a step takes of them */
	bool quitting, got_421, begun;
	enum session_mode held;
	uint64_t replies;
	/* The relay. */
	enum reading reading;
	struct buf line, body, offered; /* offered: the lines of EHLO's answer */
	size_t left;
	int current;      /* whose MAIL was read last, -1: nobody's */
	bool transaction; /* MAIL was answered, and neither an end nor RSET was since */
	bool pipelining, chunking, smtputf8, size;
	struct wait waits[WAITS];
	size_t first_wait, last_wait;
	struct reply_parser parser;
};

/* -- the session's interface, where it may change --------------------------------------------- */

static void relay_reads(struct world *w, struct str bytes);
static void check_event(struct world *w, const struct session_event *ev);

/* The body in three pieces, two of them borrowed. */
static void
offer(struct world *w, int id)
{
	const struct message *m = &w->messages[id];
	struct str body = buf_str(&m->body), own = str_sub(body, 2, 3);
	struct str pieces[] = { str_sub(body, 0, 2), { .n = own.n }, str_from(body, 2 + own.n) };
	struct session_message message = { .id = (uint64_t)id,
		.from = str_of(m->from),
		.to = str_of(m->to),
		.smtputf8 = m->smtputf8,
		.body = splice_new(pieces, 3, own) };

	session_offer(w->s, &message);
}

static void
learn_due(struct world *w)
{
	uint64_t ids[MESSAGES];
	size_t n = session_due(w->s, false, ids, MESSAGES);

	n += session_due(w->s, true, ids + n, MESSAGES - n);

	for (size_t i = 0; i < n; i++) {
		struct message *m = &w->messages[ids[i]];

		assert(!m->named && !m->done && !m->withdrawn && !m->complete && !m->refused);
		m->named = true;
	}
}

static void
withdraw(struct world *w, int id)
{
	w->messages[id].withdrawn = true;
	if (!session_withdraw(w->s, (uint64_t)id))
		assert(session_is_over(w->s));
}

/* A caller's turn: it learns what would be completed, and lets it go, takes it back or has not made
 * up its mind, by two bits of `choices` each. */
static void
turn(struct world *w, unsigned choices)
{
	learn_due(w);
	for (int i = 0; i < w->count && !session_is_over(w->s); i++) {
		struct message *m = &w->messages[i];
		unsigned choice = choices >> i % 4 * 2 & 3;

		if (!m->named || m->cleared || m->withdrawn || m->done)
			continue;
		if (choice == 0) {
			m->cleared = true;
			assert(session_clear(w->s, (uint64_t)i));
		} else if (choice == 1) {
			withdraw(w, i);
		}
	}
	session_flush(w->s);
}

/* What has not been named cannot be let go, but taken back. */
static void
settle_early(struct world *w, int id, bool back)
{
	const struct message *m = id < 0 ? NULL : &w->messages[id];

	if (!m || m->named || m->withdrawn || m->done)
		return;
	if (back)
		withdraw(w, id);
	else
		(void)session_clear(w->s, (uint64_t)id);
}

/* The connection takes n bytes. */
static void
write_out(struct world *w, size_t n)
{
	while (n && session_has_output(w->s)) {
		struct str pieces[2];
		size_t count = session_output(w->s, pieces, 2), took = 0;

		assert(count > 0 && count <= 2);
		for (size_t i = 0; i < count; i++) {
			struct str piece = str_sub(pieces[i], 0, n);

			relay_reads(w, piece);
			took += piece.n;
			n -= piece.n;
		}
		session_wrote(w->s, took);
	}
}

static void
take_events(struct world *w)
{
	struct session_event ev;

	while (session_event(w->s, &ev))
		check_event(w, &ev);
}

/* -- the relay reads -------------------------------------------------------------------------- */

static void
await(struct world *w, enum command what, bool chunk)
{
	assert(w->last_wait < WAITS);
	/* Only where it was offered may a command come before the answer to the one before it. */
	assert(w->pipelining || w->first_wait == w->last_wait);
	w->waits[w->last_wait++] = (struct wait){ .what = what,
		.message = what >= MAIL && what <= FINAL ? w->current : -1,
		.whole = what != FINAL,
		.chunk = chunk };
}

static void
read_mail(struct world *w, const char *line)
{
	char want[256], size[32] = "";
	const struct message *m;

	assert(sscanf(line, "MAIL FROM:<b%d@", &w->current) == 1);
	assert(w->current >= 0 && w->current < w->count);
	m = &w->messages[w->current];
	if (w->size)
		snprintf(size, sizeof size, " SIZE=%zu", m->body.n);
	snprintf(want, sizeof want, "MAIL FROM:<%s>%s%s", m->from, size,
		m->smtputf8 ? " SMTPUTF8 BODY=8BITMIME" : "");
	assert(strcmp(line, want) == 0);
	assert((w->smtputf8 || !m->smtputf8) && !m->begun && !m->done);
	/* Taken back when its envelope was made already, it is never completed. */
	assert(!m->withdrawn || session_mode(w->s) != SESSION_CHUNKING);
	w->messages[w->current].begun = true;
	await(w, MAIL, false);
}

static void
read_rcpt(struct world *w, const char *line)
{
	char want[256];

	assert(w->current >= 0);
	snprintf(want, sizeof want, "RCPT TO:<%s>", w->messages[w->current].to);
	assert(strcmp(line, want) == 0);
	await(w, RCPT, false);
}

static void
read_bdat(struct world *w, const char *line)
{
	char want[64];

	assert(w->current >= 0 && w->chunking && w->pipelining);
	w->left = w->messages[w->current].body.n;
	snprintf(want, sizeof want, "BDAT %zu LAST", w->left);
	assert(strcmp(line, want) == 0);
	w->reading = CHUNK;
	await(w, FINAL, true);
}

static void
read_command(struct world *w, const char *line)
{
	if (strncmp(line, "MAIL ", 5) == 0) {
		read_mail(w, line);
	} else if (strncmp(line, "RCPT ", 5) == 0) {
		read_rcpt(w, line);
	} else if (strncmp(line, "BDAT ", 5) == 0) {
		read_bdat(w, line);
	} else if (strcmp(line, "DATA") == 0) {
		assert(w->current >= 0);
		/* Nothing may come before it is answered. */
		w->reading = NOTHING;
		await(w, DATA, false);
	} else if (strcmp(line, "RSET") == 0) {
		w->current = -1;
		await(w, RSET, false);
	} else if (strcmp(line, "QUIT") == 0) {
		assert(w->quitting);
		w->reading = NOTHING;
		await(w, QUIT, false);
	} else {
		assert(strcmp(line, "EHLO me.example") == 0 ||
			strcmp(line, "HELO me.example") == 0);
		await(w, line[0] == 'E' ? EHLO : HELO, false);
	}
}

static void
read_line(struct world *w, char c)
{
	buf_addc(&w->line, c);
	assert(w->line.n <= COMMAND_LINE);
	if (c != '\n') {
		assert(c == '\r' || (c >= 0x20 && c != 0x7f) || c < 0);
		return;
	}
	assert(str_find(buf_str(&w->line), '\r') == (ptrdiff_t)w->line.n - 2);
	buf_cut(&w->line, w->line.n - 2);
	read_command(w, buf_z(&w->line));
	buf_clear(&w->line);
}

/* The last byte of a body: is it whole, and may it be complete? */
static void
read_end(struct world *w, struct str body)
{
	struct message *m = &w->messages[w->current];

	for (size_t i = w->first_wait; i < w->last_wait; i++)
		if (w->waits[i].what == FINAL && w->waits[i].message == w->current)
			w->waits[i].whole = true;
	w->current = -1;
	w->reading = COMMANDS;
	buf_clear(&w->body);
	/* RFC 2920 3.1: the dot alone, where DATA was answered 354 though nobody is to get it. */
	if (body.n == 0 && m->refused)
		return;
	assert(str_eq(body, buf_str(&m->body)));
	assert(m->cleared && !m->withdrawn && !m->complete && (!m->done || m->final >= 400));
	m->complete = true;
}

static void
read_body(struct world *w, char c)
{
	struct str body;

	buf_addc(&w->body, c);
	body = buf_str(&w->body);
	if (w->reading == CHUNK) {
		if (--w->left == 0)
			read_end(w, body);
	} else if (str_eqz(body, ".\r\n") || str_ends(body, STR("\r\n.\r\n"))) {
		read_end(w, str_sub(body, 0, body.n - 3));
	}
}

static void
relay_reads(struct world *w, struct str bytes)
{
	for (size_t i = 0; i < bytes.n; i++) {
		assert(w->reading != NOTHING);
		if (w->reading == COMMANDS)
			read_line(w, bytes.p[i]);
		else
			read_body(w, bytes.p[i]);
	}
}

/* -- the relay answers ------------------------------------------------------------------------ */

/* A line behind the first one that begins with the word. */
static bool
offers(const struct world *w, const char *word)
{
	struct str text = buf_str(&w->offered), name = str_of(word);

	for (ptrdiff_t end; (end = str_find(text, '\n')) >= 0;) {
		struct str line;

		text = str_from(text, (size_t)end + 1);
		line = str_trim(str_sub(text, 0, (size_t)str_find(text, '\n')));
		if (str_ieq(str_sub(line, 0, name.n), name) &&
			(line.n == name.n || line.p[name.n] == ' '))
			return true;
	}
	return false;
}

static void
answer_data(struct world *w, const struct reply *r)
{
	assert(r->code == 354 || r->code >= 400);
	w->reading = r->code == 354 ? BODY : COMMANDS;
	if (r->code == 354)
		await(w, FINAL, false);
}

static void
note_refusal(struct world *w, const struct wait *wait, const struct reply *r)
{
	static const enum reply_phase phases[] = {
		[MAIL] = REPLY_MAIL, [RCPT] = REPLY_RCPT, [DATA] = REPLY_DATA, [FINAL] = REPLY_FINAL
	};
	struct message *m = &w->messages[wait->message];

	if (wait->what == FINAL)
		m->final = r->code;
	if (r->code < 400 || m->refused)
		return;
	m->refused = r->code;
	m->phase = phases[wait->what];
}

/* What an answer does to the relay's own state, where the session goes on after it. */
static void
answered(struct world *w, const struct wait *wait, const struct reply *r)
{
	bool good = r->code / 100 == 2;

	switch (wait->what) {
	case EHLO:
		w->pipelining = good && offers(w, "PIPELINING");
		w->chunking = good && offers(w, "CHUNKING");
		w->smtputf8 = good && offers(w, "SMTPUTF8") && offers(w, "8BITMIME");
		w->size = good && offers(w, "SIZE");
		w->parser.keep = NULL;
		break;
	case MAIL:
		/* RFC 5321 3.3: not before the last one came to an end or RSET. */
		assert(!w->transaction && (good || r->code >= 400));
		w->transaction = good;
		break;
	case RCPT:
		assert(good || r->code >= 400);
		break;
	case DATA:
		answer_data(w, r);
		break;
	case FINAL:
		assert(r->code >= 400 || (good && wait->whole));
		/* RFC 3030 2: after a BDAT that failed there must be a RSET. */
		w->transaction = w->transaction && wait->chunk && !good;
		break;
	case RSET:
	case HELO:
		assert(good);
		w->transaction = false;
		break;
	case QUIT:
		assert(false && "QUIT was answered and it goes on");
	}
}

static void
reply_came(struct world *w, const struct reply *r)
{
	struct wait wait;

	assert(session_replies(w->s) == ++w->replies);
	w->got_421 = w->got_421 || r->code == 421;
	assert(r->code != 421 || session_is_over(w->s));
	if (w->first_wait == w->last_wait) {
		/* Nothing was asked, as far as the relay can know. */
		assert(session_is_over(w->s));
		return;
	}
	wait = w->waits[w->first_wait++];
	if (wait.message >= 0 && (r->code == 421 || !session_is_over(w->s)))
		note_refusal(w, &wait, r);
	if (!session_is_over(w->s))
		answered(w, &wait, r);
}

static void
relay_writes(struct world *w, struct str bytes)
{
	while (bytes.n && !session_is_over(w->s)) {
		struct str rest = bytes;
		enum reply_progress got = reply_take(&w->parser, &rest);

		session_input(w->s, str_sub(bytes, 0, bytes.n - rest.n));
		if (got == REPLY_DONE)
			reply_came(w, &w->parser.reply);
		else
			assert((got == REPLY_BAD) == session_is_over(w->s));
		take_events(w);
		bytes = got == REPLY_BAD ? (struct str){ 0 } : rest;
	}
}

/* The answer to the next command, as a relay gives it that takes everything. False: there is
 * nothing to answer yet. */
static bool
answer_well(struct world *w)
{
	const struct wait *wait = &w->waits[w->first_wait];

	if (w->first_wait == w->last_wait || !wait->whole)
		return false;
	if (wait->what == EHLO)
		relay_writes(w, STR("250-relay.example\r\n"));
	if (wait->what == EHLO && (w->offers & 1))
		relay_writes(w, STR("250-PIPELINING\r\n"));
	if (wait->what == EHLO && (w->offers & 2))
		relay_writes(w, STR("250-CHUNKING\r\n"));
	if (wait->what == EHLO && (w->offers & 4))
		relay_writes(w, STR("250-SMTPUTF8\r\n250-8BITMIME\r\n"));
	if (wait->what == EHLO && (w->offers & 8))
		relay_writes(w, (w->offers & 16) ? STR("250-SIZE 3000\r\n") : STR("250-SIZE\r\n"));
	if (wait->what == DATA)
		relay_writes(w, STR("354 go on\r\n"));
	else if (wait->what == QUIT)
		relay_writes(w, STR("221 bye\r\n"));
	else
		relay_writes(w, STR("250 ok\r\n"));
	return true;
}

static void
answer_with(struct world *w, unsigned choice)
{
	static const int codes[] = { 250, 251, 354, 421, 450, 451, 452, 500, 502, 503, 550, 552,
		553, 554, 220, 399 };
	char line[64];

	snprintf(line, sizeof line, "%d%cwords\r\n", codes[choice % 16], choice & 16 ? '-' : ' ');
	relay_writes(w, str_of(line));
}

/* -- what must hold --------------------------------------------------------------------------- */

static void
check_own_refusal(const struct world *w, const struct message *m, const struct session_event *ev)
{
	assert(!m->begun && ev->phase == REPLY_RCPT);
	if (ev->reply.code == 553)
		assert(m->smtputf8 && !w->smtputf8);
	else
		assert(ev->reply.code == 552 && w->size && m->body.n > SIZE_LIMIT);
}

static void
check_event(struct world *w, const struct session_event *ev)
{
	struct message *m = &w->messages[ev->id];

	assert(ev->id < (uint64_t)w->count && !m->done && !m->withdrawn);
	m->done = true;
	if (ev->kind == SESSION_LOST) {
		/* Else it was let go long before its turn, and goes back. */
		assert(session_is_over(w->s) || w->quitting ||
			(w->ahead && m->cleared && !m->begun && !ev->completed));
		assert(ev->reply.code == 0 && ev->reply.text[0]);
		assert(m->refused == 0 || m->refused == 421 || session_was_misled(w->s));
		/* Behind a 421 nothing was read, whatever was written (RFC 5321 3.8); nor behind a
		 * BDAT that the relay does not know. */
		assert(ev->completed == m->complete ||
			(!ev->completed && (w->got_421 || session_was_misled(w->s))));
		assert(!ev->begun || !w->begun);
		w->begun = w->begun || ev->begun;
	} else if (w->offering == (int)ev->id) {
		check_own_refusal(w, m, ev);
	} else if (m->refused) {
		assert(ev->phase == m->phase && ev->reply.code == m->refused);
	} else {
		assert(ev->phase == REPLY_FINAL && ev->reply.code / 100 == 2 && m->complete);
		assert(ev->reply.code == m->final);
	}
}

static void
check_session(struct world *w)
{
	enum session_mode mode = session_mode(w->s);
	size_t hand = 0, air = 0,
	       most = mode == SESSION_CHUNKING     ? w->window + w->ahead
		      : mode == SESSION_PIPELINING ? 2 + w->ahead
						   : 1;

	take_events(w);
	for (int i = 0; i < w->count; i++) {
		hand += !w->messages[i].done && !w->messages[i].withdrawn;
		air += !w->messages[i].done && w->messages[i].complete;
	}
	assert(air <= w->window);
	assert(session_in_hand(w->s) == hand && hand <= most);
	assert(session_room(w->s) + hand <= most || session_room(w->s) == 0);
	assert(mode != SESSION_CHUNKING || (w->pipelining && w->chunking));
	assert(mode != SESSION_PIPELINING || w->pipelining);
	assert(mode <= w->held);
	assert(session_is_over(w->s) || (!session_was_misled(w->s) && !session_broke_off(w->s)));
	if (!session_is_over(w->s))
		return;
	assert(!session_has_output(w->s) && hand == 0 && session_room(w->s) == 0);
	assert(session_why(w->s)[0]);
}

/* -- the program ------------------------------------------------------------------------------ */

static void
offer_one(struct world *w, unsigned choice)
{
	static const size_t lines[] = { 0, 1, 5, 60 };
	int id = w->count;
	struct message *m = &w->messages[id];

	if (id == MESSAGES || session_room(w->s) == 0)
		return;
	w->count++;
	m->smtputf8 = (choice & 12) == 12;
	snprintf(m->from, sizeof m->from, "b%d@example.com", id);
	snprintf(m->to, sizeof m->to, "%s%d@example.org", m->smtputf8 ? "ren\xc3\xa9" : "r", id);
	buf_init(&m->body, 1 << 20);
	buf_printf(&m->body, "id: %d\r\n", id);
	for (size_t i = 0; i < lines[choice & 3]; i++)
		buf_printf(&m->body, "%070zu\r\n", i);
	w->offering = id;
	offer(w, id);
	take_events(w);
	w->offering = -1;
}

static void
go_well(struct world *w)
{
	write_out(w, SIZE_MAX);
	while (!session_is_over(w->s) && answer_well(w))
		write_out(w, SIZE_MAX);
	turn(w, 0);
}

static void
quit(struct world *w)
{
	bool all_written = !session_has_output(w->s);

	w->quitting = true;
	session_quit(w->s);
	take_events(w);
	/* What was not begun will not be. */
	for (int i = 0; i < w->count && all_written; i++)
		assert(w->messages[i].begun || w->messages[i].done || w->messages[i].withdrawn);
}

static void
step(struct world *w, struct str *in)
{
	unsigned op = input_byte(in), choice = op >> 4;

	w->now += w->pace;
	session_set_clock(w->s, w->now);
	switch (op & 15) {
	case 0:
	case 1:
		offer_one(w, choice);
		break;
	case 2:
		turn(w, 0);
		break;
	case 3:
		turn(w, input_byte(in));
		break;
	case 4:
		write_out(w, input_byte(in));
		break;
	case 5:
		write_out(w, SIZE_MAX);
		break;
	case 6:
	case 7:
		answer_well(w);
		break;
	case 8:
	case 9:
		answer_with(w, input_byte(in));
		break;
	case 10:
		relay_writes(w, input_bytes(in, 1 + choice));
		break;
	case 11:
		go_well(w);
		break;
	case 12:
		w->pace = choice == 15 ? 100000 : choice * 500;
		break;
	case 13:
		if (choice == 0)
			session_end(w->s, "the connection was reset");
		else
			settle_early(w, w->count - (int)(choice + 1) / 2, choice & 1);
		break;
	case 14:
		if (choice == 0)
			quit(w);
		break;
	default:
		/* The same again with messages that are not answered between. */
		for (unsigned i = 0; i < choice; i++)
			offer_one(w, i);
		turn(w, 0);
		write_out(w, SIZE_MAX);
	}
	check_session(w);
}

/* With a relay that takes everything from now on, what is in hand comes to an end, and so does the
 * session. */
static void
finish(struct world *w)
{
	size_t rounds = 0;

	/* In the middle of an answer it cannot begin another. */
	if (w->parser.started)
		session_end(w->s, "the relay is silent");
	quit(w);
	while (!session_is_over(w->s)) {
		assert(rounds++ < 20 + 10 * MESSAGES);
		go_well(w);
		check_session(w);
	}
	check_session(w);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world w;
	struct str in = input_of(data, size);

	w = (struct world){ .offering = -1, .current = -1 };
	w.offers = input_byte(&in);
	w.ahead = input_byte(&in);
	w.window = 1 + w.ahead % 12;
	w.ahead = w.ahead / 12 % 8;
	buf_init(&w.line, 2 * COMMAND_LINE);
	buf_init(&w.body, 1 << 20);
	buf_init(&w.offered, 64 * 1024);
	reply_init(&w.parser);
	w.parser.keep = &w.offered;
	w.held = w.offers & 32   ? SESSION_LOCK_STEP
		 : w.offers & 64 ? SESSION_PIPELINING
				 : SESSION_CHUNKING;
	w.s = session_new("me.example", w.window);
	session_hold_to(w.s, w.held);
	session_ask_ahead(w.s, w.ahead);
	while (in.n)
		step(&w, &in);
	finish(&w);
	session_free(w.s);
	for (int i = 0; i < w.count; i++) {
		assert(w.messages[i].done || w.messages[i].withdrawn);
		buf_free(&w.messages[i].body);
	}
	reply_free(&w.parser);
	buf_free(&w.line);
	buf_free(&w.offered);
	buf_free(&w.body);
	return 0;
}
