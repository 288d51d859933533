/* pace.h: how fast: token buckets, and when the next one may go. Pure: the time is passed in. */
#ifndef DELIVER_PACE_H
#define DELIVER_PACE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Times are of a clock that never steps (clock_steady), in microseconds; rates are messages a
 * microsecond. ceiling 0: no limit.
 */
struct pace {
	double ceiling;
	bool measured; /* nobody set the ceiling: it is what went through when a server asked for
			* less, and it goes again when it is found too low */
	double slow;   /* the share of the ceiling that is used: halved when a server asks for less,
			* and let up again gently */
	double tokens;
	int64_t at;                  /* when the tokens were counted */
	int64_t slowed_at, eased_at; /* 0: never */
};

/*
 * So many in a span; count 0: no limit. A bucket begins with one and holds a tenth of a second's
 * worth and one: so much lateness of an event loop costs nothing, and a pause is not made up for
 * by a burst.
 */
void pace_init(struct pace *p, uint32_t count, int64_t span, int64_t now);

/* May one go now? It is taken out of the bucket when it may. */
bool pace_take(struct pace *p, int64_t now);
/* The same question, and nothing is taken. */
bool pace_allows(const struct pace *p, int64_t now);
/* When the next one may go; now or before when it may now. */
int64_t pace_next(const struct pace *p, int64_t now);

/*
 * The server said: slower. Half the rate from now on, and once a second at the most: what comes
 * closer together is said of the same haste. Without a ceiling it is half of what went through
 * lately (`measured`, 0: not known), and never less than five a second at first.
 */
void pace_slow_down(struct pace *p, double measured, int64_t now);
/* All goes well: up again by a tenth, at most once in ten seconds. */
void pace_ease(struct pace *p, int64_t now);

/*
 * Kept across runs, in wall-clock time. pace_keep: the tokens to write down as of `ahead`
 * microseconds from now; with `ahead` whatever may be taken until then is gone already, so that a
 * run that is killed has not taken more than it wrote down. pace_resume: `elapsed` since the
 * moment that was written down, negative when that is still to come (or the clock stepped back).
 */
double pace_keep(const struct pace *p, int64_t ahead, int64_t now);
void pace_resume(struct pace *p, double tokens, int64_t elapsed, int64_t now);
/* A ceiling that was measured, and how much of one is used, as an earlier run had them. */
void pace_resume_slow(struct pace *p, double measured, double slow, int64_t now);

/* How many go through: counted for nothing, asked for when a server complains. */
enum { METER_MARKS = 8 };
struct meter {
	uint64_t total;
	struct {
		int64_t at;
		uint64_t total;
	} marks[METER_MARKS]; /* half a second apart, the oldest at `next` */
	unsigned next, count;
};

static inline void
meter_add(struct meter *m)
{
	m->total++;
}

/* Every now and then: how far it has come. */
void meter_tick(struct meter *m, int64_t now);
/* Messages a microsecond over the last four seconds, or as long as there was something to count;
 * 0: nothing. */
double meter_rate(const struct meter *m, int64_t now);
/* How many in that time. */
uint64_t meter_lately(const struct meter *m, int64_t now);

#endif
