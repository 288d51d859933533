/* patience.h: what follows from an answer, or from none: take it, ask again later, or leave it
 * be. Pure. */
#ifndef COLLECT_PATIENCE_H
#define COLLECT_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "net/http.h"

enum patience {
	PATIENCE_TAKE,  /* 200 */
	PATIENCE_SAME,  /* 304: yesterday's body is today's answer */
	PATIENCE_GONE,  /* 404, 451: it is not there, and that is an answer */
	PATIENCE_AGAIN, /* wait, then ask the same again */
	PATIENCE_BARE,  /* the token is refused, and what we ask is public: once more without it */
	PATIENCE_SKIP,  /* nothing will come of this question; another may do better */
	PATIENCE_STOP,  /* nothing will come of any: the source is not asked further */
	PATIENCE_REST, /* the host wants to be left alone, for longer than we wait: by nobody today */
};

/* What a source's manual says about it. */
struct patience_rules {
	int64_t limit_wait; /* microseconds, doubled each time: when a limit does not say how long */
	bool open;          /* it answers without a token as well */
};

enum {
	PATIENCE_TRIES = 3, /* of one question */
	PATIENCE_MOST = 120 /* seconds we wait for a limit; past that it is given up for the day */
};

struct patience_verdict {
	enum patience what;
	int64_t wait; /* microseconds, for AGAIN */
	char why[256];
};

/*
 * What http_get gave; `e` is NULL when there is an answer. `tries` counts this one as well;
 * `with_token`: it was asked with one.
 */
struct patience_verdict patience_judge(const struct http_response *r, const struct err *e,
	int tries, bool with_token, const struct patience_rules *rules);

#endif
