/* notes_offer.c: from notes in hand to relays: as many as there is room and pace for. */
#include "deliver/notes_round.h"

#include "base/clock.h"

enum choice { GOES, WAITS, CANNOT_GO };

/* The first relay that takes it now. When there is none: *until it may be asked again. */
static enum choice
choose(const struct notes_round *r, const struct note_hand *h, size_t *out, int64_t *until)
{
	int64_t now = clock_steady();
	bool possible = false;

	for (size_t i = 0; i < r->relays.count; i++) {
		const struct relay *relay = r->relays.relay[i];
		int64_t next = pace_next(&r->relays.pace[i], now);

		if (h->smtputf8 && !relay_takes_smtputf8(relay))
			continue;
		possible = true;
		*out = i;
		if (relay_room(relay) && next <= now)
			return GOES;
		if (relay_rests_until(relay))
			next = relay_rests_until(relay);
		else if (!relay_room(relay))
			continue;
		if (next < *until && (!relay_rests_until(relay) || next <= r->patience))
			*until = next;
	}
	return possible ? WAITS : CANNOT_GO;
}

static int
hand_over(struct notes_round *r, struct note_hand *h, size_t relay)
{
	struct relay_message m = {
		.id = (uint64_t)h->owed.id, .to = h->to, .smtputf8 = h->smtputf8
	};
	char verp[VERP_MAX + 1];
	struct note_letter *letter;
	struct err e;

	if (notes_letter(r, h->owed.edition_id, &letter, r->e) < 0)
		return -1;
	if (!letter) /* the next round has room for it */
		return 0;
	if (note_hand_fill(h, r->o, letter->seal, &m.body, &e) < 0) {
		r->out->failed++;
		notes_settle(h, DELIVERY_FAILED, e.text);
		return 0;
	}
	m.from = note_hand_sender(h, r->o, verp);
	h->relay = relay;
	h->outcome.relay = relay_name(r->relays.relay[relay]);
	h->offered = true;
	pace_take(&r->relays.pace[relay], clock_steady());
	relay_offer(r->relays.relay[relay], &m);
	return 0;
}

int
notes_offer(struct notes_round *r, int64_t *until)
{
	for (size_t i = 0; i < r->count && !r->draining; i++) {
		struct note_hand *h = &r->hands[i];
		size_t relay;

		if (h->offered || h->settled)
			continue;
		switch (choose(r, h, &relay, until)) {
		case GOES:
			if (hand_over(r, h, relay) < 0)
				return -1;
			break;
		case WAITS:
			break;
		case CANNOT_GO:
			r->out->failed++;
			notes_settle(h, DELIVERY_FAILED,
				"the address needs SMTPUTF8, which no relay offers");
			break;
		}
	}
	return 0;
}
