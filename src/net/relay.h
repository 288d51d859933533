/* relay.h: connections to one SMTP server (or a Maildir), driven in turns by an event loop. */
#ifndef NET_RELAY_H
#define NET_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/splice.h"
#include "base/str.h"
#include "net/login.h"
#include "net/reply.h"

/*
 * The caller's turn, in this order:
 *
 * relay_wait sleeps for sockets and reads replies; events say what came.
 *
 * relay_offer hands over messages while relay_room says there is room.
 *
 * relay_prepare makes ready what may be written next.
 *
 * relay_due names the messages that wait, or are about to, for nothing but to be cleared. The caller
 * commits `sending` for them, with what came of others, and then says relay_clear, or relay_withdraw
 * for those that left the list a moment ago. That may be turns later: the loop goes on meanwhile.
 *
 * relay_write writes; nothing that could complete a message but what was cleared.
 *
 * Memory: a lane holds at most `window` messages. Nothing here knows the clock of the wall:
 * timeouts go by clock_steady, and relay_wait is told how long it may sleep.
 */
struct relay_loop;
struct relay;

struct relay_options {
	const char *url; /* smtp://HOST:PORT, smtps://HOST:PORT, maildir:PATH (relative to dir) */
	int dir;         /* for maildir: */
	const char *user, *password; /* or NULL */
	const char *ca_file;         /* or NULL: the system's */
	const char *helo;
	enum login_tls tls;
	unsigned connections, window;
	unsigned ahead; /* messages a connection that are named as due before their turn, at most */
	int64_t connect_timeout, command_timeout, final_timeout; /* microseconds */
};

struct relay_message {
	uint64_t id;     /* the caller's; comes back in events */
	struct str from; /* envelope sender; address_is_envelope is asked again here (I2) */
	struct str to;
	bool smtputf8;       /* needs a relay that offers SMTPUTF8 */
	struct splice *body; /* CRLF lines, none beginning with '.', ends in CRLF: taken over by
				relay_offer; what it borrows must outlive the loop */
};

enum relay_event_kind {
	RELAY_REPLIED, /* the server's word on a message: phase and reply; 2xx only in REPLY_FINAL.
			* The message is no longer the relay's */
	RELAY_LOST,    /* the connection ended, or spoke nonsense, with this message unanswered;
			* `completed`: its last byte may have been written (in doubt), else it is safe
			* to send again. reply.text says what happened */
	RELAY_REFUSED, /* the relay takes nothing in this run (S7): TLS, AUTH, sender refused, 554
			* greeting; code says ERR_CONFIG or ERR_UNAVAILABLE, reply.text why.
			* Messages it held come as RELAY_LOST first */
	RELAY_DOWN,    /* no connection can be had for now (refused, timeout, 421): reply.text why.
			* After a rest the relay tries again by itself (1 s, doubled to 5 min) */
};

struct relay_event {
	enum relay_event_kind kind;
	struct relay *relay;
	uint64_t id;
	enum reply_phase phase;
	struct reply reply; /* code 0 when it is not the server that speaks */
	bool completed;
	bool begun; /* of a lost one: it was this message whose turn it was */
	enum err_code code;
};

struct relay_loop *relay_loop_new(void);
void relay_loop_free(struct relay_loop *loop); /* and its relays */

/* A relay of this loop; connects when the first message is offered. ERR_CONFIG when the url is bad.
 */
int relay_add(
	struct relay_loop *loop, const struct relay_options *o, struct relay **out, struct err *e);

/* The url without user and password, for the ledger and for people. */
const char *relay_name(const struct relay *r);

/* How many messages it would take now. 0 while it is down or refused. */
size_t relay_room(const struct relay *r);
/* False once it is known that it does not offer SMTPUTF8 (unknown before it is connected: true). */
bool relay_takes_smtputf8(const struct relay *r);
/* Has a session been ready: it answers, and takes our name. */
bool relay_is_proven(const struct relay *r);
/* Has it taken a connection, whatever it said then? */
bool relay_is_reached(const struct relay *r);
bool relay_is_usable(const struct relay *r);      /* not refused, not resting */
int64_t relay_rests_until(const struct relay *r); /* clock_steady; 0: not resting */

/*
 * Across runs: until when it should be left alone (clock_steady; 0: it should not), also when it
 * was given up because it could not be reached, and how long that rest is. relay_leave_alone does
 * so from the start: it is tried once or twice then, not as often as one that nothing is known of.
 */
int64_t relay_sick_until(const struct relay *r, int64_t *rest);
void relay_leave_alone(struct relay *r, int64_t until, int64_t rest);

/* The caller has read in a reply that the relay takes nothing in this run (REPLY_ABORT). */
void relay_refuse(struct relay *r, enum err_code code, const char *why);

/* The message's body is the relay's now. Only while there is room (asserted). */
void relay_offer(struct relay *r, struct relay_message *m);

/* Ids of the messages that wait, or are about to, for nothing but to be cleared, each named once: at
 * most `most` into ids. `early`: instead, those whose turn is yet to come (relay_options.ahead). */
size_t relay_due(struct relay *r, bool early, uint64_t *ids, size_t most);
/* So many may be marked and not yet recorded, that a kill doubles no more than a window a
 * connection (RELIABILITY R3). */
size_t relay_most_marked(const struct relay *r);
/* It may be completed: `sending` is committed. False when it is no longer the relay's. */
bool relay_clear(struct relay *r, uint64_t id);
/* Take one of those out instead: it is never completed. Costs the connection where DATA was begun.
 */
void relay_withdraw(struct relay *r, uint64_t id);

/* Make ready what may be written, for all relays: then relay_due names what it waits for. */
void relay_prepare(struct relay_loop *loop);
/* Write what was made ready. */
void relay_write(struct relay_loop *loop);
/* Both, for who commits nothing between them. */
void relay_flush(struct relay_loop *loop);

/* relay_wait also ends when there is something to read from fd (an eventfd), and empties it; -1: no
 * longer. */
void relay_wake_by(struct relay_loop *loop, int fd);

/*
 * Sleep until something comes or `until` (clock_steady) passes, read, and give out events: at most
 * `most`; when they fill the array, call again at once. Returns how many.
 */
size_t relay_wait(struct relay_loop *loop, int64_t until, struct relay_event *events, size_t most);

/* Messages that are handed over and unanswered. */
size_t relay_in_hand(const struct relay_loop *loop);
/* No new MAIL FROM: what was offered and is not yet begun comes back as RELAY_LOST, not completed.
 */
void relay_drain(struct relay_loop *loop);
/* Wait no longer for those that are handed over: they come as RELAY_LOST. */
void relay_give_up(struct relay_loop *loop, const char *why);
/* QUIT everywhere, in so many microseconds at most (S11: 5 s). */
void relay_quit(struct relay_loop *loop, int64_t patience);

#endif
