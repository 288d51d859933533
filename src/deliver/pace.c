#include "deliver/pace.h"

#include "base/clock.h"

#define EASE (10 * CLOCK_SECOND)

static double
per_microsecond(const struct pace *p)
{
	return p->slow * p->count / (double)p->span;
}

static double
depth(const struct pace *p)
{
	double second = per_microsecond(p) * (double)CLOCK_SECOND;

	return second > 1 ? second : 1;
}

static void
refill(struct pace *p, int64_t now)
{
	/* A clock that stepped back gives nothing and takes nothing. */
	if (now > p->at)
		p->tokens += (double)(now - p->at) * per_microsecond(p);
	if (p->tokens > depth(p))
		p->tokens = depth(p);
	p->at = now;
}

void
pace_init(struct pace *p, uint32_t count, int64_t span, int64_t now)
{
	*p = (struct pace){ .count = count,
		.span = span ? span : 1,
		.tokens = 1,
		.at = now,
		.slow = 1,
		.eased_at = now };
}

bool
pace_take(struct pace *p, int64_t now)
{
	if (p->count == 0)
		return true;
	refill(p, now);
	/* A hair below one is one: the sum of many small refills is not exact. */
	if (p->tokens < 1 - 1e-9)
		return false;
	p->tokens -= 1;
	return true;
}

void
pace_give_back(struct pace *p)
{
	if (p->count)
		p->tokens += 1;
}

int64_t
pace_next(const struct pace *p, int64_t now)
{
	double missing =
		1 - p->tokens - (now > p->at ? (double)(now - p->at) * per_microsecond(p) : 0);

	if (p->count == 0 || missing <= 1e-9)
		return now;
	return now + 1 + (int64_t)(missing / per_microsecond(p));
}

bool
pace_allows(const struct pace *p, int64_t now)
{
	return p->count == 0 || pace_next(p, now) <= now;
}

void
pace_slow_down(struct pace *p, int64_t now)
{
	if (p->count == 0)
		return;
	refill(p, now);
	if (p->slow > 1.0 / 64)
		p->slow /= 2;
	p->eased_at = now;
}

void
pace_ease(struct pace *p, int64_t now)
{
	if (p->count == 0 || p->slow >= 1 || now - p->eased_at < EASE)
		return;
	refill(p, now);
	p->slow = p->slow * 1.1 < 1 ? p->slow * 1.1 : 1;
	p->eased_at = now;
}
