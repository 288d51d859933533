/* learn.c: what replies teach about relays and domains: how fast they may be served, and which of
 * them are left alone for a while. */
#include "deliver/run.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/sign.h"

/* Two domains that complain within this of each other: it is the relay that is too fast. */
#define TOGETHER (10 * CLOCK_SECOND)
/* One in so many replies: what is said more rarely, or once among others, does not depend on how
 * fast we go. Slowing down for it would end in a trickle. */
enum { RARELY = 10 };

void
learn_start(struct run *r)
{
	r->watch = mem_alloc((r->relays.count + 1) * sizeof *r->watch);
	for (size_t i = 0; i < r->relays.count; i++)
		r->watch[i] = (struct relay_watch){ 0 };
	learn_tick(r);
}

void
learn_tick(struct run *r)
{
	int64_t now = clock_steady();

	for (size_t i = 0; i < r->relays.count; i++) {
		meter_tick(&r->watch[i].meter, now);
		meter_tick(&r->watch[i].asked, now);
	}
}

static void
learn_accepted(struct run *r, const struct hand *h)
{
	struct pace *relay = &r->relays.pace[h->relay];
	struct ailing *d;

	meter_add(&r->watch[h->relay].meter);
	if (relay->ceiling > 0)
		pace_ease(relay, clock_steady());
	if (h->domain != SIZE_MAX)
		pace_ease(&r->domains[h->domain].pace, clock_steady());
	d = health_find(&r->health, h->d.domain);
	if (d)
		health_accepted(&r->health, d, h->d.deferred_at != 0, clock_steady());
}

static void
slow_domain(struct run *r, const struct hand *h, double measured, const struct relay_event *ev)
{
	if (h->domain != SIZE_MAX)
		pace_slow_down(&r->domains[h->domain].pace, measured, clock_steady());
	else
		health_slow_down(&r->health, h->d.domain, measured, ev->reply.text, clock_steady());
}

static void
slow_relay(struct run *r, size_t i, double measured, int64_t now)
{
	struct relay_watch *w = &r->watch[i];
	uint64_t asked, taken = meter_lately(&w->meter, now);

	meter_add(&w->asked);
	asked = meter_lately(&w->asked, now);
	if ((asked > 1 || taken == 0) && asked * RARELY > taken + asked)
		pace_slow_down(&r->relays.pace[i], measured, now);
}

/*
 * Up to MAIL it is the relay that speaks for itself. Later it may be passing on what one domain
 * said, which is no reason to serve the others more slowly (RELIABILITY S12): the relay is slowed
 * when several of them say so at once.
 */
static void
learn_to_be_slow(struct run *r, const struct hand *h, const struct relay_event *ev)
{
	struct relay_watch *w = &r->watch[h->relay];
	int64_t now = clock_steady();
	double measured = meter_rate(&w->meter, now);
	bool of_domain = ev->phase >= REPLY_RCPT && ev->reply.code != 421;
	uint64_t hash = hash_add(HASH_SEED, h->d.domain);

	if (of_domain)
		slow_domain(r, h, measured, ev);
	if (!of_domain ||
		(w->complained_at && hash != w->complained && now - w->complained_at < TOGETHER))
		slow_relay(r, h->relay, measured, now);
	if (of_domain) {
		w->complained = hash;
		w->complained_at = now;
	}
}

static void
learn_deferred(struct run *r, const struct hand *h, const struct relay_event *ev)
{
	uint32_t dice;

	if (ev->phase != REPLY_RCPT || !health_is_strike(&ev->reply))
		return;
	sign_random(&dice, sizeof dice);
	health_strike(&r->health, h->d.domain, ev->reply.text, h->d.deferred_at != 0, dice % 1000,
		clock_steady());
}

void
learn_from(struct run *r, const struct hand *h, const struct relay_event *ev)
{
	struct ailing *d;

	if (h->relay >= r->relays.count)
		return;
	if (ev->kind == RELAY_LOST) {
		d = health_find(&r->health, h->d.domain);
		if (d)
			health_unanswered(d);
		return;
	}
	switch (reply_judge(ev->phase, &ev->reply)) {
	case REPLY_ACCEPTED:
		learn_accepted(r, h);
		return;
	case REPLY_SLOW_DOWN:
		learn_to_be_slow(r, h, ev);
		return;
	case REPLY_DEFER:
		learn_deferred(r, h, ev);
		return;
	case REPLY_FAIL_RCPT:
	case REPLY_FAIL_SOFT:
	case REPLY_FAIL_POLICY:
		/* A refusal for good is an answer as well: the domain is not one that puts off. */
		d = health_find(&r->health, h->d.domain);
		if (d)
			health_accepted(&r->health, d, false, clock_steady());
		return;
	case REPLY_ABORT:
		return;
	}
}
