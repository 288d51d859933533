/* standing.h: what bounces and complaints mean for somebody on the list. */
#ifndef PEOPLE_STANDING_H
#define PEOPLE_STANDING_H

#include "settings/settings.h"
#include "store/bounce.h"

/* What followed from one. */
enum standing {
	STANDING_KEPT,       /* nothing: soft and not enough of them, or not the address's fault */
	STANDING_STALE,      /* nothing: it is about how they were before they came back or moved */
	STANDING_OUT_BEFORE, /* nothing: they were off the list already */
	STANDING_BOUNCED,    /* off the list */
	STANDING_COMPLAINED, /* off the list for good */
};

/*
 * The policy (RELIABILITY B5, S3): a complaint takes off at once and for good; a hard bounce at
 * once; soft ones when the settings' count, days and issues are all reached. What is the sender's or
 * the content's fault (5.7.x, 5.6.x, 5.3.4, 5.1.7, 5.1.8) never does. Marks it as judged. In the
 * caller's transaction.
 */
int standing_judge(struct db *db, const struct settings_bounce *rules, const struct bounce *b,
	int64_t now, enum standing *outcome, struct err *e);

struct standing_tally {
	int64_t judged, bounced, complained;
};

/* All that is recorded and not judged yet: what a send was told by relays. In transactions of its
 * own. */
int standing_judge_open(struct db *db, const struct settings_bounce *rules, int64_t now,
	struct standing_tally *out, struct err *e);

#endif
