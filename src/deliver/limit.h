/* limit.h: has too much come back of an issue for the rest of it to go out? Pure. */
#ifndef DELIVER_LIMIT_H
#define DELIVER_LIMIT_H

#include "settings/settings.h"
#include "store/answered.h"

enum limit {
	LIMIT_KEPT,
	LIMIT_BOUNCED,   /* more than send.max_bounced */
	LIMIT_COMPLAINED /* more than send.max_complained */
};

/*
 * The shares are of those who were served so far, and at the beginning of the first LIMIT_FIRST, or
 * of all where they are fewer: what the first few say is chance. Below LIMIT_LEAST_… persons nothing
 * is stopped, or one dead address would hold a small list's paper.
 */
enum { LIMIT_FIRST = 1000, LIMIT_LEAST_BOUNCED = 20, LIMIT_LEAST_COMPLAINED = 3 };
enum limit limit_judge(const struct answered *a, const struct settings_send *s);

/* "26 of 410 bounced (6.3%), and send.max_bounced is 5%": at most `room` bytes with the NUL. */
void limit_words(enum limit limit, const struct answered *a, const struct settings_send *s,
	char *out, size_t room);
/* The setting's name, for the record. */
const char *limit_name(enum limit limit);

#endif
