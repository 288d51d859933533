/* request.h: one HTTP/1.1 request, read strictly and as it trickles in. Pure. */
#ifndef WEB_REQUEST_H
#define WEB_REQUEST_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "web/client.h"

/*
 * Between us and the reader there may be a proxy that understands a request in another way; what
 * one of them takes for a body, the other may take for the next request. So there is one reading
 * of every request here and whatever has two is refused (RFC 9112 11.2): bare LF or CR, NUL, folded
 * lines, a blank before a colon, two lengths, a length and a coding, two Hosts, none.
 */

/* RELIABILITY W14. What passes them is refused as soon as it does, without reading on. */
enum {
	REQUEST_TARGET_LIMIT = 8 * 1024,
	REQUEST_FIELDS_LIMIT = 16 * 1024, /* all header lines together */
	REQUEST_LINES_LIMIT = 100,
	REQUEST_BODY_LIMIT = 8 * 1024,
};

enum request_method { REQUEST_GET, REQUEST_HEAD, REQUEST_POST, REQUEST_OTHER };

/* The header fields that anybody asks for. The others are checked for their form and let go. */
enum request_field {
	REQUEST_HOST,
	REQUEST_CONTENT_LENGTH,
	REQUEST_TRANSFER_ENCODING,
	REQUEST_CONTENT_TYPE,
	REQUEST_EXPECT,
	/* Lists: several lines of these are one, with commas. */
	REQUEST_ACCEPT_ENCODING,
	REQUEST_IF_NONE_MATCH,
	REQUEST_FORWARDED_FOR, /* X-Forwarded-For: see client_behind */
	REQUEST_FIELDS,
};

enum request_step { REQUEST_MORE, REQUEST_DONE, REQUEST_REFUSED };

/* Where reading has got to. */
enum request_phase {
	REQUEST_START_LINE,
	REQUEST_HEADER,
	REQUEST_BODY,
	REQUEST_CHUNK_SIZE,
	REQUEST_CHUNK,
	REQUEST_CHUNK_END,
	REQUEST_TRAILER,
	REQUEST_COMPLETE,
	REQUEST_BROKEN,
};

struct request {
	enum request_method method;
	struct str path;                   /* as it came, percent signs and all; begins with / */
	struct str query;                  /* behind the ?, or empty */
	struct str fields[REQUEST_FIELDS]; /* .p is NULL where there was none */
	struct buf body;                   /* without its coding */
	bool keep;                         /* the client would send another one after this */
	bool expects;          /* it waits for "100 Continue" before it sends the body */
	bool begun;            /* something of it has come */
	int status;            /* REFUSED: what to answer */
	const char *why;       /* and in words */
	struct client_ip peer; /* the other end of its connection, set by who has the socket */

	/* For request.c alone. */
	enum request_phase phase;
	bool old;   /* HTTP/1.0 */
	bool blank; /* an empty line came before it */
	struct buf line;
	char *lists[REQUEST_FIELDS]; /* where a list of several lines is put together */
	size_t field_bytes, field_lines, left;
	struct arena arena;
};

void request_init(struct request *r);
void request_free(struct request *r);

/*
 * Take in what came; *used is how much of it belongs to this request (the rest is the next one's).
 * Call it again with more after MORE, never after the others.
 */
enum request_step request_read(struct request *r, struct str bytes, size_t *used);

/* May the answer be gzipped? RFC 9110 12.5.3, of what is useful here: named, and not with q=0. */
bool request_takes_gzip(const struct request *r);

#endif
