#include "deliver/retry.h"

#include "base/clock.h"

#define MOST (3600 * CLOCK_SECOND)

int64_t
retry_delay(int64_t first, int attempts, unsigned dice)
{
	int64_t delay = first < MOST ? first : MOST;

	for (int i = 1; i < attempts && delay < MOST; i++)
		delay *= 2;
	if (delay > MOST)
		delay = MOST;
	/* 0.8 to 1.2, and never past the hour. */
	delay = delay * (800 + (int64_t)(dice % 1000) * 400 / 999) / 1000;
	return delay < MOST ? delay : MOST;
}

bool
retry_next(const struct retry_rule *rule, int64_t deferred_at, int attempts, unsigned dice,
	int64_t now, int64_t *next)
{
	int64_t first = deferred_at ? deferred_at : now;

	*next = now + retry_delay(rule->first, attempts, dice);
	return *next - first <= rule->life &&
	       (rule->last_moment == 0 || *next <= rule->last_moment);
}
