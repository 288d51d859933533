/* offer.c: from rows to relays: as many as there is room and pace for. */
#include "deliver/run.h"

#include "base/clock.h"
#include "mail/address.h"

static void
take_tokens(struct run *r, const struct hand *h)
{
	struct ailing *ailing = health_find(&r->health, h->d.domain);

	if (r->relays.pace[h->relay].ceiling > 0)
		pace_take(&r->relays.pace[h->relay], clock_steady());
	if (h->domain != SIZE_MAX)
		pace_take(&r->domains[h->domain].pace, clock_steady());
	if (ailing)
		health_took(ailing, clock_steady());
}

/* The one that was made beside the loop, or one made now. */
static int
take_letter(struct run *r, struct hand *h, struct splice **body, struct err *e)
{
	if (h->unfilled) {
		*e = *h->unfilled;
		return -1;
	}
	if (!h->body)
		return fill_letter(r, h, body, e);
	*body = h->body;
	h->body = NULL;
	return 0;
}

static int
offer(struct run *r, struct hand *h, size_t relay)
{
	struct relay_message m = {
		.id = (uint64_t)h->d.subscriber, .to = h->d.email, .smtputf8 = h->d.smtputf8
	};
	char verp[VERP_MAX + 1];
	struct err e;

	/* The database may have been edited by hand: the send layer asks for itself (RELIABILITY
	 * I2). */
	if (!address_is_envelope(h->d.email)) {
		verdict_unfillable(r, h, "not an address that may go into an envelope");
		return 0;
	}
	if (take_letter(r, h, &m.body, &e) < 0) {
		if (e.code == ERR_DATA) {
			verdict_unfillable(r, h, e.text);
			return 0;
		}
		*r->e = e;
		return -1;
	}
	m.from = fill_sender(r, h, verp);
	h->relay = relay;
	take_tokens(r, h);
	hand_offered(r, h);
	r->taken++;
	relay_offer(r->relays.relay[relay], &m);
	return 0;
}

bool
offer_may_take(const struct run *r)
{
	return !r->draining && !r->policy_stop && (r->o->most == 0 || r->taken < r->o->most);
}

/* It comes again when it is signed. */
static int
seal(struct run *r, struct hand *h)
{
	if (!sealing_has_room(r))
		return 1;
	sealing_begin(r, h);
	return 0;
}

/* What becomes of a row at hand that a domain allows. 1: everybody waits for room, and it still
 * needs a place to wait in; 0: it is seen to. */
static int
place(struct run *r, struct hand *h)
{
	size_t relay;

	switch (choose_relay(r, h, &relay)) {
	case GOES:
		return sealing_needs(r, h) ? seal(r, h) : offer(r, h, relay);
	case WAITS_FOR_ROOM:
		return 1;
	case CANNOT_GO:
		verdict_unfillable(r, h, "the address needs SMTPUTF8, which no relay offers");
		return 0;
	case WAITS_APART:
		if (!r->apart_from || h->d.subscriber < r->apart_from)
			r->apart_from = h->d.subscriber;
		break;
	case STAYS:
		break;
	}
	/* It stays queued in the database. */
	hand_free(r, h);
	return 0;
}

/* Those set aside for their domain's sake, where it may go now. 1: a relay is full, stop. */
static int
offer_later(struct run *r)
{
	size_t kept = 0;
	int full = 0;

	for (size_t i = 0; i < r->later_count; i++) {
		struct hand *h = r->later[i];
		enum domain_choice domain =
			full || !offer_may_take(r) ? DOMAIN_LATER : choose_domain(r, h);

		if (domain == DOMAIN_LATER) {
			r->later[kept++] = h;
			continue;
		}
		if (domain == DOMAIN_RESTS) {
			hand_free(r, h);
			continue;
		}
		full = place(r, h);
		if (full < 0)
			return -1;
		if (full)
			r->later[kept++] = h;
	}
	r->later_count = kept;
	return full;
}

/* For its domain's sake. Where there is no room for more of them the row stays in the database and
 * is read again when there is, so that a slow domain holds up nobody else (RELIABILITY S12). */
static void
set_aside(struct run *r, struct hand *h)
{
	if (r->later_count < RUN_LATER) {
		r->later[r->later_count++] = h;
		return;
	}
	if (!r->passed_over || h->d.subscriber < r->passed_over)
		r->passed_over = h->d.subscriber;
	hand_free(r, h);
}

/* Those whose letter is ready. 1: a relay is full, stop. */
static int
offer_sealed(struct run *r)
{
	size_t kept = 0, n = r->sealing_count;
	int full = 0;

	for (size_t i = 0; i < n; i++) {
		struct hand *h = r->sealing[i];
		enum domain_choice domain;

		if (full || !offer_may_take(r) || !h->job.done) {
			r->sealing[kept++] = h;
			continue;
		}
		domain = choose_domain(r, h);
		if (domain == DOMAIN_LATER)
			set_aside(r, h);
		else if (domain == DOMAIN_RESTS)
			hand_free(r, h);
		else
			full = place(r, h);
		if (full < 0)
			return -1;
		if (full)
			r->sealing[kept++] = h;
	}
	r->sealing_count = kept;
	return full;
}

/* Rows that were left in the database for now: read them again when their time has come. */
static void
come_again(struct run *r)
{
	int64_t rested = r->health.count ? health_wake(&r->health, clock_steady()) : 0;

	if (rested)
		queue_read_again(r, rested);
	if (r->passed_over && r->later_count <= RUN_LATER / 2) {
		queue_read_again(r, r->passed_over);
		r->passed_over = 0;
	}
	if (r->apart_until && r->apart_until <= clock_steady()) {
		if (r->apart_from)
			queue_read_again(r, r->apart_from);
		r->apart_until = r->apart_from = 0;
	}
}

int
offer_rows(struct run *r)
{
	int full;

	pool_look(r->pool);
	come_again(r);
	full = offer_sealed(r);
	if (full == 0)
		full = offer_later(r);
	if (full)
		return full < 0 ? -1 : 0;
	while (offer_may_take(r) && choose_any_room(r) && sealing_has_room(r)) {
		enum domain_choice domain;
		struct hand *h;
		int got = queue_next(r, &h);

		if (got <= 0)
			return got;
		domain = choose_domain(r, h);
		if (domain == DOMAIN_LATER) {
			set_aside(r, h);
			continue;
		}
		if (domain == DOMAIN_RESTS) {
			hand_free(r, h);
			continue;
		}
		got = place(r, h);
		if (got < 0)
			return -1;
		if (got > 0) {
			queue_unread(r, h);
			return 0;
		}
	}
	return 0;
}
