/* choose.c: which relay a row may go to now, and whether its domain takes one more. */
#include "deliver/run.h"

#include "base/clock.h"

/* The relay that may have a row in doubt already; NULL when it is none of those in the settings. */
static struct relay *
relay_in_doubt(const struct run *r, const struct hand *h)
{
	for (size_t i = 0; i < r->relays.count && h->d.doubts > 0; i++)
		if (str_eqz(h->d.relay, relay_name(r->relays.relay[i])))
			return r->relays.relay[i];
	return NULL;
}

bool
choose_has_room(const struct run *r, size_t i)
{
	return relay_room(r->relays.relay[i]) > 0 &&
	       pace_allows(&r->relays.pace[i], clock_steady());
}

static void
wait_apart(struct run *r, int64_t until)
{
	if (r->apart_until == 0 || until < r->apart_until)
		r->apart_until = until;
}

/*
 * The first relay that can be used has it; the next one only while the first cannot. One in doubt
 * goes to the relay that may have it already, or nowhere.
 */
enum choice
choose_relay(struct run *r, const struct hand *h, size_t *out)
{
	const struct relay *bound = relay_in_doubt(r, h);
	bool first = true, rests = false;

	for (size_t i = 0; i < r->relays.count; i++) {
		struct relay *relay = r->relays.relay[i];
		bool fits = (!bound || relay == bound) &&
			    (!h->d.smtputf8 || relay_takes_smtputf8(relay));

		if (!relay_is_usable(relay)) {
			if (fits && relay_rests_until(relay) > clock_steady()) {
				wait_apart(r, relay_rests_until(relay));
				rests = true;
			}
			continue;
		}
		if (fits && choose_has_room(r, i)) {
			*out = i;
			return GOES;
		}
		if (fits && first)
			return WAITS_FOR_ROOM;
		if (fits) {
			wait_apart(r, clock_steady() + CLOCK_SECOND / 20);
			return WAITS_APART;
		}
		first = false;
	}
	if (rests)
		return first ? WAITS_FOR_ROOM : WAITS_APART;
	return bound || !h->d.smtputf8 ? STAYS : CANNOT_GO;
}

/* Nearly all domains have no settings and are well: nothing is asked of those, not even the time.
 */
enum domain_choice
choose_domain(struct run *r, const struct hand *h)
{
	struct ailing *ailing = health_find(&r->health, h->d.domain);
	const struct settings_domain *s;
	const struct domain_pace *d;

	if (ailing && health_rests_until(ailing, clock_steady())) {
		health_pass_over(ailing, h->d.subscriber);
		return DOMAIN_RESTS;
	}
	if (ailing && !pace_allows(&ailing->pace, clock_steady()))
		return DOMAIN_LATER;
	if (h->domain == SIZE_MAX)
		return DOMAIN_TAKES;
	s = &r->o->publication->settings.domains[h->domain];
	d = &r->domains[h->domain];
	return (s->concurrency == 0 || d->in_hand < s->concurrency) &&
			       pace_allows(&d->pace, clock_steady())
		       ? DOMAIN_TAKES
		       : DOMAIN_LATER;
}

/* Of the relay that is next: the first that can be used. */
bool
choose_any_room(const struct run *r)
{
	for (size_t i = 0; i < r->relays.count; i++)
		if (relay_is_usable(r->relays.relay[i]))
			return choose_has_room(r, i);
	return false;
}
