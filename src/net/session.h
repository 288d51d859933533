/* session.h: one SMTP session as a state machine: bytes in, bytes out, verdicts. No socket, no
 * clock. */
#ifndef NET_SESSION_H
#define NET_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/splice.h"
#include "base/str.h"
#include "net/reply.h"

/*
 * It begins behind the connection's own greeting, TLS and AUTH, with an EHLO of ours: what was
 * offered before TLS is anybody's word.
 *
 * Lock-step: a command, its reply, the next command.
 *
 * PIPELINING (RFC 2920): body and dot of one message with MAIL, RCPT, DATA of the next, a round
 * trip a message.
 *
 * CHUNKING (RFC 3030): MAIL, RCPT, BDAT LAST and the body together, a window of messages
 * unanswered.
 *
 * All output is made by session_flush, and no message is completed but one that session_due has
 * named and session_clear has let go, so that the caller can commit in between.
 */
enum session_mode { SESSION_LOCK_STEP, SESSION_PIPELINING, SESSION_CHUNKING };

/* A message handed over. The strs are copied, the body is the session's from then on; what it
 * borrows must outlive the session. */
struct session_message {
	uint64_t id;
	struct str from, to;
	bool smtputf8;
	struct splice *body; /* CRLF lines, none beginning with '.' */
};

enum session_event_kind {
	SESSION_VERDICT, /* phase and reply: what the server says of the message */
	SESSION_LOST, /* the session ended before a verdict; completed: its last byte had gone out
		       */
};

struct session_event {
	enum session_event_kind kind;
	uint64_t id;
	enum reply_phase phase;
	bool completed;
	bool begun;         /* of a lost one: it was this message whose turn it was */
	struct reply reply; /* of a verdict; of a lost one why, in text, with code 0 */
};

struct session;

/* `window`: messages unanswered with CHUNKING, at most; it starts at 1. Whoever makes it frees it.
 */
struct session *session_new(const char *helo, unsigned window);
void session_free(struct session *s);

/* Has EHLO been answered; what was offered. */
bool session_is_ready(const struct session *s);
enum session_mode session_mode(const struct session *s);
bool session_takes_smtputf8(const struct session *s);

/* Make no more of what is offered than this: for a relay whose word is not to be trusted. */
void session_hold_to(struct session *s, enum session_mode most);
/*
 * How many may be asked for (session_due) before their turn: where the relay answers sooner than
 * the caller commits, and only then, one lane alone would have it wait for every commit. Whoever
 * was cleared and has not begun after half a second comes back as lost, not completed. 0, unless
 * it is said.
 */
void session_ask_ahead(struct session *s, unsigned most);
/* Did it end over an extension that the relay offers and does not master: BDAT or RSET refused? */
bool session_was_misled(const struct session *s);
/* Did it end without a word on what was begun: a hang-up, a timeout, nonsense? */
bool session_broke_off(const struct session *s);
/* We ended it ourselves, for one that was withdrawn. */
bool session_was_cut(const struct session *s);

/* It can be used no more: the connection must be closed, after what is left of the output if
 * `politely`. Why, in words. */
bool session_is_over(const struct session *s);
const char *session_why(const struct session *s);

/* Messages that it would take now. */
size_t session_room(const struct session *s);
/* Handed over and without a verdict. */
size_t session_in_hand(const struct session *s);

/* Only while there is room (asserted). The body is moved out of m. */
void session_offer(struct session *s, struct session_message *m);

/* Messages that are, or are about to be, waiting for nothing but to be cleared: at most `most` ids,
 * each named once. Their envelope is written, or (CHUNKING) will be with them. `early`: instead,
 * those that session_ask_ahead allows to be named before their turn. */
size_t session_due(struct session *s, bool early, uint64_t *ids, size_t most);
/* The next flush may complete it. False when the session has it no more. */
bool session_clear(struct session *s, uint64_t id);
/* Never complete that one, and say no more of it. Where its DATA is said already the session ends
 * when the relay takes that, after those before it were answered: false, it is over at once. */
bool session_withdraw(struct session *s, uint64_t id);

/* Make the output that may go out now. */
void session_flush(struct session *s);
/* The bytes to write, in at most `most` pieces (how many), and how many bytes of them have been
 * taken by the connection. */
size_t session_output(const struct session *s, struct str *pieces, size_t most);
bool session_has_output(const struct session *s);
void session_wrote(struct session *s, size_t n);

/* Bytes that came. */
void session_input(struct session *s, struct str bytes);
/* What the time is (microseconds of any clock that never steps): when it begins, and before a flush
 * and an input. The window goes by how long messages are on their way. */
void session_set_clock(struct session *s, int64_t now);
/* The connection ended, or a timeout was reached: `why` in words. Everything without a verdict is
 * lost. */
void session_end(struct session *s, const char *why);
/* No more new messages: what has not begun is lost (not completed); QUIT goes out behind the rest.
 */
void session_quit(struct session *s);

/* Which reply is waited for, for the caller's timeout: 0 none, 1 a command's, 2 a message's end. */
int session_waits_for(const struct session *s);
/* How many replies there have been: a timeout is one reply's, however its bytes drip. */
uint64_t session_replies(const struct session *s);

/* The next event: 1, or 0 when there is none. */
int session_event(struct session *s, struct session_event *out);

#endif
