#include "web/counter.h"

#include <assert.h>

void
counter_note(struct counter *c, int status)
{
	assert(status >= 100 && status < 100 * COUNTER_CLASSES);
	atomic_fetch_add_explicit(&c->answers[status / 100], 1, memory_order_relaxed);
}

uint64_t
counter_answers(struct counter *c, int status_class)
{
	return atomic_load_explicit(&c->answers[status_class], memory_order_relaxed);
}
