/* asked_link.h: what a link answered when it was last asked for, so that it is not asked again the same
 * day. */
#ifndef STORE_ASKED_LINK_H
#define STORE_ASKED_LINK_H

#include "store/db.h"

enum asked_verdict {
	ASKED_LINK_OK,
	ASKED_LINK_MOVED,
	ASKED_LINK_GONE,
	ASKED_LINK_UNREACHABLE,
	ASKED_LINK_SLOW
};

struct asked_link {
	struct str url;
	enum asked_verdict verdict;
	int status;        /* of HTTP; 0: no answer */
	struct str target; /* where it has moved to, or empty */
	struct str why;
	int64_t at;
};

/* What is known of it since `since`: 1, or 0. Strings live in the arena. */
int asked_link_find(struct db *db, struct str url, int64_t since, struct arena *a,
	struct asked_link *out, struct err *e);

/* Keep it in place of what was known; those older than `before` go. One transaction of its own. */
int asked_link_keep(struct db *db, const struct asked_link *l, int64_t before, struct err *e);

#endif
