#include "deliver/pace.h"

#include <math.h>

#include "base/clock.h"

#define EASE (10 * CLOCK_SECOND)
#define PATIENCE CLOCK_SECOND
#define MARK (CLOCK_SECOND / 2)
#define SPAN (4 * CLOCK_SECOND)
#define SLOWEST (1.0 / 64)
#define LIFT 1.25 /* a measured ceiling is dropped once so much more has gone well */
#define LEAST (10 / (double)CLOCK_SECOND) /* when nothing has gone through to be measured */

static double
rate(const struct pace *p)
{
	return p->ceiling * p->slow;
}

static double
depth(const struct pace *p)
{
	return 1 + rate(p) * (double)CLOCK_SECOND / 10;
}

static void
refill(struct pace *p, int64_t now)
{
	if (now > p->at)
		p->tokens += (double)(now - p->at) * rate(p);
	if (p->tokens > depth(p))
		p->tokens = depth(p);
	p->at = now;
}

void
pace_init(struct pace *p, uint32_t count, int64_t span, int64_t now)
{
	*p = (struct pace){ .ceiling = count ? (double)count / (double)(span ? span : 1) : 0,
		.slow = 1,
		.tokens = 1,
		.at = now };
}

bool
pace_take(struct pace *p, int64_t now)
{
	if (p->ceiling == 0)
		return true;
	refill(p, now);
	/* A hair below one is one: the sum of many small refills is not exact. */
	if (p->tokens < 1 - 1e-9)
		return false;
	p->tokens -= 1;
	return true;
}

int64_t
pace_next(const struct pace *p, int64_t now)
{
	double missing;

	if (p->ceiling == 0)
		return now;
	missing = 1 - p->tokens - (now > p->at ? (double)(now - p->at) * rate(p) : 0);
	return missing <= 1e-9 ? now : now + 1 + (int64_t)(missing / rate(p));
}

bool
pace_allows(const struct pace *p, int64_t now)
{
	return p->ceiling == 0 || pace_next(p, now) <= now;
}

static void
set_slow(struct pace *p, double slow)
{
	p->slow = slow > SLOWEST ? slow : SLOWEST;
}

void
pace_slow_down(struct pace *p, double measured, int64_t now)
{
	if (p->slowed_at && now - p->slowed_at < PATIENCE)
		return;
	if (p->ceiling == 0) {
		p->ceiling = measured > LEAST ? measured : LEAST;
		p->measured = true;
		p->slow = 1;
		p->tokens = 0;
		p->at = now;
	}
	refill(p, now);
	/* A ceiling that was measured may have been somebody else's: the rate is what counts. */
	if (p->measured && measured > 0 && measured < rate(p))
		set_slow(p, measured / p->ceiling / 2);
	else
		set_slow(p, p->slow / 2);
	p->slowed_at = p->eased_at = now;
}

void
pace_ease(struct pace *p, int64_t now)
{
	if (p->ceiling == 0 || (p->slow >= 1 && !p->measured) || now - p->eased_at < EASE)
		return;
	refill(p, now);
	p->slow *= 1.1;
	p->eased_at = now;
	if (p->measured && p->slow > LIFT)
		p->ceiling = 0, p->measured = false;
	if (!p->measured && p->slow > 1)
		p->slow = 1;
}

double
pace_keep(const struct pace *p, int64_t ahead, int64_t now)
{
	struct pace then = *p;

	if (p->ceiling == 0)
		return 1;
	refill(&then, now);
	if (ahead == 0)
		return then.tokens;
	then.tokens += (double)ahead * rate(p);
	return then.tokens - (then.tokens < 1 ? 0 : floor(then.tokens));
}

void
pace_resume(struct pace *p, double tokens, int64_t elapsed, int64_t now)
{
	if (p->ceiling == 0)
		return;
	/* What a clock that stepped back far would take away is not owed. */
	if (elapsed < -10 * CLOCK_SECOND)
		elapsed = 0;
	p->tokens = tokens + (double)elapsed * rate(p);
	if (p->tokens < -depth(p))
		p->tokens = 0;
	p->at = now;
	refill(p, now);
}

void
pace_resume_slow(struct pace *p, double measured, double slow, int64_t now)
{
	if (!(slow > 0 && slow <= LIFT))
		return;
	if (p->ceiling == 0 && measured > 0) {
		p->ceiling = measured;
		p->measured = true;
	}
	if (p->ceiling > 0 && (p->measured || slow < 1))
		set_slow(p, slow);
	p->eased_at = now;
}

/* -- counting --------------------------------------------------------------------------------- */

void
meter_tick(struct meter *m, int64_t now)
{
	unsigned last = (m->next + METER_MARKS - 1) % METER_MARKS;

	if (m->count && now - m->marks[last].at < MARK)
		return;
	m->marks[m->next].at = now;
	m->marks[m->next].total = m->total;
	m->next = (m->next + 1) % METER_MARKS;
	if (m->count < METER_MARKS)
		m->count++;
}

uint64_t
meter_lately(const struct meter *m, int64_t now)
{
	for (unsigned i = 0; i < m->count; i++) {
		unsigned at = (m->next + METER_MARKS - m->count + i) % METER_MARKS;

		if (now - m->marks[at].at <= SPAN)
			return m->total - m->marks[at].total;
	}
	return 0;
}

double
meter_rate(const struct meter *m, int64_t now)
{
	/* From the first mark that is young enough; pauses before it tell nothing. */
	for (unsigned i = 0; i < m->count; i++) {
		unsigned at = (m->next + METER_MARKS - m->count + i) % METER_MARKS;
		int64_t span = now - m->marks[at].at;

		if (span > SPAN || m->marks[at].total == m->total)
			continue;
		return (double)(m->total - m->marks[at].total) /
		       (double)(span > MARK / 5 ? span : MARK / 5);
	}
	return 0;
}
