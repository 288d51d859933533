/* retry.h: when somebody who was deferred is tried again. Pure. */
#ifndef DELIVER_RETRY_H
#define DELIVER_RETRY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * After the attempts-th deferral (from 1): `first` doubled for each before it, at most an hour, 20
 * % up or down by `dice` (0 to 999). All in microseconds.
 */
int64_t retry_delay(int64_t first, int attempts, unsigned dice);

struct retry_rule {
	int64_t first, life; /* send.retry_first and retry_for */
	int64_t last_moment; /* the issue's; 0: none, it is forced */
};

/*
 * When somebody who is deferred now, for the attempts-th time, is tried again: false when that
 * would be later than the rule allows, counted from the first deferral (0: this is it). Then it is
 * expired.
 */
bool retry_next(const struct retry_rule *rule, int64_t deferred_at, int attempts, unsigned dice,
	int64_t now, int64_t *next);

#endif
