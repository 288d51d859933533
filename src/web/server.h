/* server.h: the HTTP server of the public pages and of the preview. */
#ifndef WEB_SERVER_H
#define WEB_SERVER_H

#include "base/clock.h"
#include "web/client.h"
#include "web/lane.h"
#include "web/listen.h"

/*
 * It is our own and not libmicrohttpd 0.9.75 (what Debian 12 has), which was measured to serve the
 * tail of a body as another request when lengths and codings are ambiguous, to take TOKEN%00 for
 * TOKEN, to know idle deadlines only, so that dripping connections live for ever, and to answer
 * what it cannot parse without any header of ours. A guard before it would have had to read
 * requests as strictly as request.h does; there was nothing left for the library to do.
 *
 * One thread waits for all connections (epoll) and two answer: who reads the database does not wait
 * for who writes. Every state of a connection has an absolute end. It is made to stand behind a
 * reverse proxy, which speaks TLS, but does not need its protection.
 */

struct server_options {
	const struct listeners *listeners;
	/* Proxies: their connections are not counted by address. */
	struct settings_networks trusted;
	struct settings_limits limits;
	struct answerer reader, writer; /* for GET and HEAD, and for POST: a thread each */
	/*
	 * Requests that had no answer yet (lane.h) are asked for again when this descriptor can be
	 * read, and after WAKE_LIMIT; `woken` reads it empty. NULL: every request has its answer.
	 */
	int wake;
	void (*woken)(void *context);
	void *context;
};

#define WAKE_LIMIT (20 * CLOCK_SECOND)

/* Serve until SIGTERM or SIGINT; then take no more, finish what is in hand and return 0. */
int server_run(const struct server_options *options, struct err *e);

#endif
