/* lane.h: one connection of a relay, from libcurl's handshake to our session. Only net/lane.c and
 * net/relay.c see it. */
#ifndef NET_LANE_H
#define NET_LANE_H

#include <curl/curl.h>

#include "base/arena.h"
#include "net/maildir.h"
#include "net/relay.h"
#include "net/session.h"

enum lane_state { LANE_CONNECTING, LANE_OPEN, LANE_CLOSED };

struct lane {
	struct relay *relay;
	CURL *easy;
	enum lane_state state;
	curl_socket_t fd;
	int attempts; /* sockets that libcurl made to get there */
	struct session *session;
	bool plain; /* our bytes are those on the wire: no TLS, no proxy between */
	/* What TLS was given to write and has not taken yet: it wants the same bytes again. */
	struct buf sealed;
	size_t sealed_done;
	bool watches_write, served; /* served: a message was accepted */
	int64_t waiting_since;      /* for the reply that is next; 0: none is awaited */
	int64_t stuck_since;        /* output that the connection does not take; 0: none */
	char words[REPLY_TEXT + 1]; /* the server's last line while libcurl connects */
	int code;
	struct lane *next;
};

/* A message that no lane has yet. */
struct pending {
	struct session_message m;
	bool asked, cleared; /* of a Maildir, which has no lanes */
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
	bool refused, draining;
	bool reached;  /* it took a connection */
	bool proven;   /* a session has been ready */
	bool takes_us; /* it has taken our MAIL: more connections are worth it (S7) */
	bool smtputf8_known, smtputf8;
	int64_t rests_until, rest;
	int64_t given_up_until;           /* what the next run should know */
	int64_t spares_until, spare_rest; /* for connections beside one that serves */
	enum session_mode most;           /* what it has shown to master */
	int broken;                       /* sessions in a row that broke off and served nobody */
	int64_t lingers_until; /* the relay may not have seen the end of some connections before that, */
	unsigned lingering; /* so many */
	int vain_tries;     /* to reach it, before it was proven */
	struct relay *next;
};

struct relay_loop {
	CURLM *multi;
	int epoll, waker;   /* waker: -1, or the caller's fd */
	int64_t curl_timer; /* clock_steady; -1: none */
	struct relay *relays;
	struct relay_event *events;
	size_t event_count, event_room, event_head;
};

/* relay.c: an event to be filled in; leave the relay alone for a while. */
struct relay_event *relay_add_event(struct relay *r, enum relay_event_kind kind);
void relay_rest(struct relay *r, const char *why);

/* lane.c: begin to connect. The lane is the relay's. */
void lane_open(struct relay *r);
/* libcurl has it connected, or could not. */
void lane_connected(struct lane *lane);
void lane_connect_failed(struct lane *lane, CURLcode code);
/* Read or write what there is now. The lane may be closed by it. */
void lane_read(struct lane *lane);
void lane_write(struct lane *lane);
/* A reply is awaited from now on, or none. */
void lane_note_progress(struct lane *lane);
/* Verdicts and losses of the session, as events of the relay. */
void lane_pass_on(struct lane *lane);
/* The session is over: politely, or so that the relay should be left alone for a while. */
void lane_over(struct lane *lane);
/* Closed from now on, and freed by lane_free at the end of the turn: pointers to it may be in use.
 */
void lane_end(struct lane *lane, const char *why);
void lane_free(struct lane *lane);
/* When its patience ends (clock_steady). */
int64_t lane_deadline(const struct lane *l);

#endif
