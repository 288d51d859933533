/* counter.h: how many requests were answered, and how; counted by all threads at once. */
#ifndef WEB_COUNTER_H
#define WEB_COUNTER_H

#include <stdatomic.h>
#include <stdint.h>

enum { COUNTER_CLASSES = 6 }; /* of status: 2xx to 5xx are used */

/* Zero is a new one. */
struct counter {
	_Atomic uint64_t answers[COUNTER_CLASSES];
};

void counter_note(struct counter *c, int status);
uint64_t counter_answers(struct counter *c, int status_class);

#endif
