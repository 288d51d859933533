/* pace.h: how fast: token buckets, and when the next one may go. Pure: the time is passed in. */
#ifndef DELIVER_PACE_H
#define DELIVER_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* So many in a span of microseconds; count 0: no limit. */
struct pace {
	uint32_t count;
	int64_t span;
	double tokens;
	int64_t at;  /* when the tokens were counted */
	double slow; /* 1, halved when a server asks for less, and let up again gently */
	int64_t eased_at;
};

/* A bucket holds one second's worth (at least one), so that a rate is exact over an hour and smooth
 * within it. It starts empty but for one. */
void pace_init(struct pace *p, uint32_t count, int64_t span, int64_t now);

/* May one go now? It is taken out of the bucket when it may. */
bool pace_take(struct pace *p, int64_t now);
/* The same question, and nothing is taken. */
bool pace_allows(const struct pace *p, int64_t now);
/* One that was taken did not go after all. */
void pace_give_back(struct pace *p);
/* When the next one may go; now or before when it may now. */
int64_t pace_next(const struct pace *p, int64_t now);

/* The server said: slower. Half the rate from now on; a rate that had no limit is left alone. */
void pace_slow_down(struct pace *p, int64_t now);
/* All goes well: up again by a tenth, at most once in ten seconds. */
void pace_ease(struct pace *p, int64_t now);

#endif
