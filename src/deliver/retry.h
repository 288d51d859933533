/* retry.h: when somebody who was deferred is tried again. Pure. */
#ifndef DELIVER_RETRY_H
#define DELIVER_RETRY_H

#include <stdint.h>

/*
 * After the attempts-th deferral (from 1): `first` doubled for each before it, at most an hour, 20
 * % up or down by `dice` (0 to 999). All in microseconds.
 */
int64_t retry_delay(int64_t first, int attempts, unsigned dice);

#endif
