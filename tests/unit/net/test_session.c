#include "net/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "test.h"

/* A session and what it has written; steps are a small language, so that a conversation is a row.
 */
struct talk {
	struct session *s;
	char said[4096];
	char events[512];
	int64_t now;
};

static void
hear(struct talk *t)
{
	struct session_event ev;

	while (session_event(t->s, &ev)) {
		size_t n = strlen(t->events);

		snprintf(t->events + n, sizeof t->events - n, "%s%llu:%s%d", n ? " " : "",
			(unsigned long long)ev.id,
			ev.kind == SESSION_VERDICT ? ""
			: ev.completed             ? "doubt"
						   : "lost",
			ev.reply.code);
	}
}

static void
write_all(struct talk *t)
{
	struct str pieces[8];
	size_t n;

	while ((n = session_output(t->s, pieces, 8))) {
		size_t bytes = 0;

		for (size_t i = 0; i < n; i++) {
			strncat(t->said, pieces[i].p, pieces[i].n);
			bytes += pieces[i].n;
		}
		session_wrote(t->s, bytes);
	}
}

static void
offer(struct talk *t, uint64_t id)
{
	struct session_message m = { .id = id,
		.from = STR("n@p.example"),
		.to = STR("r@d.example"),
		.body = splice_copy(STR("Hi\r\n")) };

	session_offer(t->s, &m);
}

/* '+N' offers, 'c' clears all that is due, 'x' withdraws it, 'f' flushes and writes, 'F' only
 * flushes, 'q' quits, 'e' ends, 'aN' lets it ask for N ahead, 'wN' lets N tenths of a second pass, 'rN'
 * asserts that there is room for N; anything else up to '|' is what the server says, with CR LF behind.
 */
static void
step(struct talk *t, struct str what)
{
	uint64_t due[8];
	char line[512];
	size_t n;

	if (what.p[0] == '+') {
		offer(t, (uint64_t)(what.p[1] - '0'));
	} else if (str_eqz(what, "c") || str_eqz(what, "x")) {
		n = session_due(t->s, false, due, 8);
		n += session_due(t->s, true, due + n, 8 - n);
		for (size_t i = 0; i < n; i++)
			if (what.p[0] == 'c')
				assert_true(session_clear(t->s, due[i]));
			else
				session_withdraw(t->s, due[i]);
	} else if (str_eqz(what, "f")) {
		session_flush(t->s);
		write_all(t);
	} else if (str_eqz(what, "F")) {
		session_flush(t->s);
	} else if (str_eqz(what, "q")) {
		session_quit(t->s);
	} else if (str_eqz(what, "e")) {
		session_end(t->s, "reset");
	} else if (what.n == 2 && what.p[0] == 'a') {
		session_ask_ahead(t->s, (unsigned)(what.p[1] - '0'));
	} else if (what.n == 2 && what.p[0] == 'w') {
		t->now += (what.p[1] - '0') * INT64_C(100000);
		session_set_clock(t->s, t->now);
	} else if (what.n == 2 && what.p[0] == 'r') {
		assert_int_equal(session_room(t->s), what.p[1] - '0');
	} else {
		n = (size_t)snprintf(line, sizeof line, "%.*s\r\n", STR_ARG(what));
		session_set_clock(t->s, t->now);
		session_input(t->s, (struct str){ .p = line, .n = n });
	}
	hear(t);
}

#define PIPE "250-x\r\n250 PIPELINING"
#define CHUNK "250-x\r\n250-PIPELINING\r\n250 CHUNKING"
#define MAIL "MAIL FROM:<n@p.example>\r\n"
#define RCPT "RCPT TO:<r@d.example>\r\n"
#define CHUNKED MAIL RCPT "BDAT 4 LAST\r\nHi\r\n"

static const struct {
	const char *steps;
	const char *said; /* behind the EHLO; NULL: not looked at */
	const char *events;
	bool over;
} talks[] = {
	/* Lock-step: a command at a time. */
	{ "250 x|+1|f|250 ok|f|250 ok|f|354 go|c|f|250 ok", MAIL RCPT "DATA\r\nHi\r\n.\r\n",
		"1:250", false },
	/* Nothing is completed that was not cleared. */
	{ "250 x|+1|f|250 ok|f|250 ok|f|354 go|f|f", MAIL RCPT "DATA\r\n", "", false },
	{ CHUNK "|+1|f|f", "", "", false },
	/* PIPELINING: the envelope at once, the next one's with the body. */
	{ PIPE "|+1|+2|f|250 a|250 b|354 c|c|f|250 taken|250 a|250 b|354 c|c|f|250 taken",
		MAIL RCPT "DATA\r\nHi\r\n.\r\n" MAIL RCPT "DATA\r\nHi\r\n.\r\n", "1:250 2:250",
		false },
	/* RCPT refused: DATA refused too, or 354 and a dot alone (RFC 2920 3.1); RSET before the
  next. */
	{ PIPE "|+1|f|250 a|550 no|503 no|+2|f", MAIL RCPT "DATA\r\nRSET\r\n" MAIL RCPT "DATA\r\n",
		"1:550", false },
	{ PIPE "|+1|f|250 a|550 no|354 go|f|554 none|+2|f",
		MAIL RCPT "DATA\r\n.\r\nRSET\r\n" MAIL RCPT "DATA\r\n", "1:550", false },
	/* CHUNKING: whole messages; where one before it is unanswered, RSET stands between. */
	{ CHUNK "|+1|c|f|250 a|250 b|250 c|+2|+3|c|f", CHUNKED CHUNKED "RSET\r\n" CHUNKED, "1:250",
		false },
	{ CHUNK "|+1|c|f|250 a|550 b|503 c", CHUNKED, "1:550", false },
	{ CHUNK "|+1|c|f|250 a|250 b|502", CHUNKED, "1:lost0", true },
	/* From one who has taken some it says nothing of those behind. */
	{ CHUNK "|+1|c|f|250 a|250 b|250 c|+2|+3|c|f|250 a|250 b|502 what", NULL,
		"1:250 2:lost0 3:doubt0", true },
	/* Lost before and behind the last byte. */
	{ CHUNK "|+1|c|e", "", "1:lost0", true },
	{ CHUNK "|+1|c|f|e", CHUNKED, "1:doubt0", true },
	{ CHUNK "|+1|c|f|250 a|550 b|e", CHUNKED, "1:550", true },
	{ PIPE "|+1|f|250 a|250 b|354 c|e", MAIL RCPT "DATA\r\n", "1:lost0", true },
	/* A relay that answers before the caller has committed: then one more is asked for before its
	 * turn, and its envelope still waits for the one before it. */
	{ "a3|" PIPE
	  "|+1|r1|f|250 a|250 b|354 c|r2|+2|+3|r0|c|f|250 taken|250 a|250 b|354 c|f|250 x",
		MAIL RCPT "DATA\r\nHi\r\n.\r\n" MAIL RCPT "DATA\r\nHi\r\n.\r\n" MAIL RCPT
			  "DATA\r\n",
		"1:250 2:250", false },
	/* Not where nobody said so, and not where the word came in time. */
	{ PIPE "|+1|f|250 a|250 b|354 c|r1", NULL, "", false },
	{ "a3|" PIPE "|+1|f|c|250 a|250 b|354 c|r1", NULL, "", false },
	/* Cleared long before its turn: back to the caller, who looks at the reader again. */
	{ "a3|" PIPE "|+1|f|250 a|250 b|354 c|+2|+3|c|f|w6|f", NULL, "3:lost0", false },
	/* Ended, quit or withdrawn before its turn: it is safe. */
	{ "a3|" PIPE "|+1|f|250 a|250 b|354 c|+2|+3|c|f|e", NULL, "1:doubt0 2:lost0 3:lost0",
		true },
	{ "a3|" PIPE "|+1|f|250 a|250 b|354 c|+2|+3|c|f|q", NULL, "3:lost0", false },
	{ "a3|" PIPE "|+1|f|c|+2|r0|250 a|250 b|354 c|f|250 t|250 a|250 b|354 c|+3|+4|x|f", NULL,
		"1:250 3:lost0 4:lost0", true },
	/* CHUNKING: where nothing is in the air for want of a word, one more may be offered; what is
	 * in the air is the window's business. */
	{ "a3|" CHUNK "|+1|c|f|250 a|250 b|250 c|r2|+2|c|f|+3|250 a|250 b|250 c|r2|+4|+5|c|f",
		CHUNKED CHUNKED CHUNKED "RSET\r\n" CHUNKED, "1:250 2:250", false },
	/* 421 answers what it stands for; what was behind it has not been read. */
	{ CHUNK "|+1|c|f|250 a|250 b|421 bye", CHUNKED, "1:421", true },
	{ CHUNK "|+1|c|f|250 a|250 b|250 c|+2|+3|c|f|250 a|250 b|421 bye", NULL,
		"1:250 2:421 3:lost0", true },
	/* A reply that belongs to nothing ends it. */
	{ CHUNK "|+1|c|F|250 a|250 b|250 c", "", "1:lost0", true },
	{ CHUNK "|250 unasked", "", "", true },
	{ CHUNK "|+1|c|f|250 a|250 b|354 what", CHUNKED, "1:doubt0", true },
	{ PIPE "|+1|f|250 a|250 b|250 not 354", MAIL RCPT "DATA\r\n", "1:lost0", true },
	{ CHUNK "|+1|c|f|not smtp", CHUNKED, "1:doubt0", true },
	/* Withdrawn: before anything of it was said, or at the price of the connection. */
	{ CHUNK "|+1|x|f|+2|c|f", CHUNKED, "", false },
	{ PIPE "|+1|f|250 a|250 b|354 c|x", MAIL RCPT "DATA\r\n", "", true },
	/* While its envelope is on the way, who is before it is answered first, */
	{ PIPE "|+1|f|250 a|250 b|c|354 c|+2|f|x|250 taken|250 a|250 b", NULL, "1:250", false },
	{ PIPE "|+1|f|250 a|250 b|c|354 c|+2|f|x|250 taken|250 a|250 b|354 c", NULL, "1:250",
		true },
	/* Lock-step: RSET, and the next one. */
	{ "250 x|+1|f|x|250 ok|f|+2|f|250 ok|f", MAIL "RSET\r\n" MAIL, "", false },
	/* and where it is refused nothing has to end. */
	{ PIPE "|+1|f|x|250 a|550 no|503 no|+2|f",
		MAIL RCPT "DATA\r\nRSET\r\n" MAIL RCPT "DATA\r\n", "", false },
	/* Offered again meanwhile, with another address: the word is for that one. */
	{ "a3|" PIPE "|+1|f|250 a|250 b|354 c|c|+2|f|x|+2|c|250 taken|250 a|550 no|503 no|f|250 r|"
	  "250 a|250 b|354 c|f|250 taken",
		NULL, "1:250 2:250", false },
	/* A relay that takes its time for each, on a short way: the window shrinks to one, and no
	 * envelope is on its way before the message ahead is answered (RELIABILITY R7). */
	{ CHUNK "|+1|c|f|w1|250 a|250 b|250 c|r2|+2|+3|c|f|w6|250 a|250 b|250 c|r0|250 r|250 a|250 "
		"b|"
		"250 c|r1",
		NULL, "1:250 2:250 3:250", false },
	{ PIPE "|+1|f|250 a|250 b|354 c|c|+2|f|w6|250 x|250 a|250 b|354 c|c|+3|f",
		MAIL RCPT "DATA\r\nHi\r\n.\r\n" MAIL RCPT "DATA\r\nHi\r\n.\r\n", "1:250", false },
	/* QUIT: what is not begun is lost, what is begun is finished. */
	{ CHUNK "|+1|q|f|221 bye", "QUIT\r\n", "1:lost0", true },
	{ CHUNK "|+1|c|f|q|f|250 a|250 b|250 c|f|221 bye", CHUNKED "QUIT\r\n", "1:250", true },
	/* HELO where EHLO is unknown; no extension then. */
	{ "502 what?|250 x|+1|f", "HELO me.example\r\n" MAIL, "", false },
	{ "450", "", "", true },
	{ "421 busy", "", "", true },
	/* CHUNKING without PIPELINING is none. */
	{ "250-x\r\n250 CHUNKING|+1|f", MAIL, "", false },
	{ "250-x\r\n250-PIPELINING\r\n250 SIZE 3|+1", "", "1:552", false },
	/* A reply too many: what comes as the last is RCPT's. */
	{ CHUNK "|+1|c|f|250 2.0.0 again|250 2.1.0 a|250 2.1.5 b", CHUNKED, "1:doubt0", true },
	/* The server's name is no offer, nor is what stands within a line. */
	{ "250 PIPELINING|+1|f", MAIL, "", false },
	{ "250-x / PIPELINING\r\n250 X-Y / SIZE 3|+1|f", MAIL, "", false },
};

static void
conversations(void **state)
{
	static const char ehlo[] = "EHLO me.example\r\n";

	(void)state;
	for (size_t i = 0; i < COUNT(talks); i++) {
		struct talk t = { .s = session_new("me.example", 8) };
		struct str rest = str_of(talks[i].steps), what;

		write_all(&t);
		assert_string_equal(t.said, ehlo);
		while (str_split(&rest, '|', &what)) {
			step(&t, what);
			if (!session_is_over(t.s) && !str_eqz(what, "F"))
				write_all(&t);
		}
		if (talks[i].said && strcmp(t.said + strlen(ehlo), talks[i].said) != 0)
			fail_msg("row %zu (%s) said:\n%s", i, talks[i].steps, t.said);
		if (strcmp(t.events, talks[i].events) != 0)
			fail_msg("row %zu (%s): events '%s'", i, talks[i].steps, t.events);
		if (session_is_over(t.s) != talks[i].over ||
			(talks[i].over && !session_why(t.s)[0]))
			fail_msg("row %zu (%s): %s", i, talks[i].steps, session_why(t.s));
		session_free(t.s);
	}
}

/* From one to the window, with each that goes well, where they take their time on the way. */
static void
the_window_grows(void **state)
{
	struct talk t = { .s = session_new("me.example", 4) };
	size_t rooms[6];

	(void)state;
	write_all(&t);
	/* So long is the way. */
	step(&t, STR("w0"));
	step(&t, STR("w9"));
	step(&t, str_of(CHUNK));
	for (size_t i = 0; i < COUNT(rooms); i++) {
		rooms[i] = session_room(t.s);
		step(&t, STR("+1"));
		step(&t, STR("c"));
		step(&t, STR("f"));
		step(&t, STR("w9"));
		step(&t, STR("250 a"));
		step(&t, STR("250 b"));
		step(&t, STR("250 c"));
	}
	assert_int_equal(rooms[0], 1);
	assert_int_equal(rooms[1], 2);
	assert_int_equal(rooms[3], 4);
	assert_int_equal(rooms[5], 4);
	session_free(t.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conversations),
		cmocka_unit_test(the_window_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
