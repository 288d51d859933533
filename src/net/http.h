/* http.h: one careful HTTP GET: ceilings, deadlines, redirects and addresses are checked, and the
 * server's wishes about pace read. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct http_request {
	const char *url;    /* https, or http where the operator wrote http */
	const char *accept; /* media type, or NULL */
	const char *token; /* for "Authorization: Bearer", or NULL; goes to this url's host alone */
	const char *etag;  /* for If-None-Match, or NULL */
	const char *extra; /* one more header line of ours, or NULL */
	size_t ceiling;    /* of the body after decompression; counted while it streams in */
	int64_t deadline;  /* microseconds for the whole of it */
	int redirects;     /* how many are followed at most */
	bool leave_host;   /* redirects may go to another host (feeds; APIs never) */
	bool head;         /* HEAD: only its status is wanted */
	bool peek;         /* GET of which the ceiling is enough: what is more is cut off */
	bool configured;   /* the operator named this host: it may be a private address */
};

struct http_response {
	int status;
	struct str body;
	struct str etag, content_type; /* empty: none */
	struct str next;               /* Link rel="next", absolute; empty: the last page */
	struct str url;                /* the one that answered at last */
	bool moved;                    /* by a 301 or 308 */
	int64_t wait;                  /* seconds the server asks us to wait; -1: it does not say */
	bool limited;                  /* 429, or 403 about a rate limit */
	int64_t left;                  /* requests it still grants, and the seconds until it */
	int64_t window;                /* counts anew; -1: it does not say */
	bool reached;                  /* a connection was made: somebody is there */
	unsigned calls;                /* 1, and one more a redirect */
	uint64_t bytes;                /* of bodies, as they came over the wire */
};

struct http;

/* A client keeps connections for reuse; one thread. Whoever makes it frees it. */
struct http *http_new(void);
void http_free(struct http *h);

/*
 * GET. 0: there is an answer, whatever its status. -1: there is none, and the words say why.
 * ERR_UNAVAILABLE: no host, no connection, cut short, too slow; it may go better later. ERR_DATA:
 * what we do not take, and would not the next time: too big, a broken answer, a redirect or an
 * address that is refused. Strings live in the arena; `reached`, `calls` and `bytes` of *out
 * count in any case. `now` is the wall clock, for dates in Retry-After.
 */
int http_get(struct http *h, const struct http_request *r, int64_t now, struct arena *a,
	struct http_response *out, struct err *e);

/* Is it a public address? False for loopback, private, link-local, shared, multicast,
 * documentation, and their IPv4-mapped forms. */
struct sockaddr;
bool http_address_is_public(const struct sockaddr *sa);

#endif
