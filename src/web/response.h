/* response.h: what is answered, and its bytes with the header fields that every answer has.
 * Pure. */
#ifndef WEB_RESPONSE_H
#define WEB_RESPONSE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

struct response {
	int status;
	const char *type; /* Content-Type */
	struct str body;
	/* For everybody, to be kept and indexed (W7): the archive, feeds, the form. Left false, it is
	 * for one person: the address may be the key to somebody's subscription. */
	bool public;
	int max_age;          /* public: how long it may be kept, in seconds */
	const char *etag;     /* with its quotes, weak where the coding differs; or NULL */
	const char *encoding; /* Content-Encoding of the body as it stands here, or NULL */
	const char *style; /* what the page's style hashes to ("sha256-…"), or NULL: it has none */
	const char *policy; /* the whole Content-Security-Policy instead of the usual; or NULL */
	const char *allow;  /* 405: the methods that do work, or NULL */
	int retry_after;    /* seconds, or 0 */
	const char
		*download; /* the name under which it is to be kept, or NULL: it is to be shown */
};

/* "Not Found". */
const char *response_reason(int status);

/* Has the client what this answer would give it? Then it becomes a 304. `known` is its
 * If-None-Match. */
void response_be_brief(struct response *r, struct str known);

/*
 * Write it. Nothing of the request stands in it, and no name or version of ours (RELIABILITY W7,
 * W15). Without `body` the answer is HEAD's; without `keep` it says that the connection ends.
 */
void response_write(const struct response *r, int64_t now, bool body, bool keep, struct buf *out);

#endif
