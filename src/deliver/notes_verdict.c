/* notes_verdict.c: what came of a note, from a relay's event to its outcome. */
#include "deliver/notes_round.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/sign.h"
#include "deliver/retry.h"

enum { TRIES = 2 }; /* connections that may end under one note before it is put off */

static void
settle(struct note_hand *h, enum delivery_state to, int64_t next_at, const struct reply *reply)
{
	char status[16] = "";

	if (reply->class)
		snprintf(status, sizeof status, "%d.%d.%d", reply->class, reply->subject % 1000,
			reply->detail % 1000);
	h->settled = true;
	h->outcome.to = to;
	h->outcome.next_at = next_at;
	h->outcome.code = reply->code;
	h->outcome.status = arena_str(&h->arena, str_of(status));
	h->outcome.words = arena_str(&h->arena, str_of(reply->text));
}

void
notes_settle(struct note_hand *h, enum delivery_state to, const char *why)
{
	struct reply reply = { 0 };

	log_escape(str_of(why), reply.text, sizeof reply.text);
	settle(h, to, 0, &reply);
}

/* Until its link would not work any more; then it has failed as expired. */
static void
defer(struct notes_round *r, struct note_hand *h, const struct reply *reply)
{
	const struct settings_send *s = &r->o->publication->settings.send;
	const struct retry_rule rule = { .first = s->retry_first,
		.life = s->retry_for,
		.last_moment = owed_expiry(h->owed.kind, h->owed.owed_at) * CLOCK_SECOND };
	struct reply expired = *reply;
	uint32_t dice;
	int64_t next;

	sign_random(&dice, sizeof dice);
	if (retry_next(&rule, h->owed.owed_at, h->owed.attempts + 1 - h->owed.doubts, dice % 1000,
		    clock_now(), &next)) {
		r->out->deferred++;
		settle(h, DELIVERY_DEFERRED, next, reply);
		return;
	}
	snprintf(expired.text, sizeof expired.text, "expired: %.900s", reply->text);
	r->out->failed++;
	settle(h, DELIVERY_FAILED, 0, &expired);
}

/* Nobody has it: another relay may, or this one on a new connection. */
static void
try_again(struct note_hand *h, const struct reply *reply)
{
	h->offered = h->due = false;
	if (h->marked)
		settle(h, DELIVERY_QUEUED, 0, reply);
}

static void
fail(struct notes_round *r, struct note_hand *h, const struct reply *reply)
{
	r->out->failed++;
	settle(h, DELIVERY_FAILED, 0, reply);
}

static void
take_reply(struct notes_round *r, struct note_hand *h, const struct relay_event *ev)
{
	enum reply_meaning meaning = reply_judge(ev->phase, &ev->reply);

	/* Another relay may offer SMTPUTF8, or none: that is for choose to say. */
	if (h->smtputf8 && !h->marked && !relay_takes_smtputf8(ev->relay)) {
		try_again(h, &ev->reply);
		return;
	}
	switch (meaning) {
	case REPLY_ACCEPTED:
		r->out->sent++;
		settle(h, DELIVERY_SENT, 0, &ev->reply);
		break;
	case REPLY_SLOW_DOWN:
	case REPLY_DEFER:
		defer(r, h, &ev->reply);
		break;
	case REPLY_FAIL_RCPT:
	case REPLY_FAIL_SOFT:
		/* Of a new address that is to be confirmed nothing follows for the old one. */
		h->outcome.blames_address = !h->owed.email.n;
		h->outcome.bounce = meaning == REPLY_FAIL_RCPT ? BOUNCE_HARD : BOUNCE_SOFT;
		fail(r, h, &ev->reply);
		break;
	case REPLY_FAIL_POLICY:
		fail(r, h, &ev->reply);
		break;
	case REPLY_ABORT:
		relay_refuse(ev->relay, ERR_UNAVAILABLE, ev->reply.text);
		try_again(h, &ev->reply);
		break;
	}
}

static void
take_loss(struct notes_round *r, struct note_hand *h, const struct relay_event *ev)
{
	if (!ev->completed || !h->marked) {
		/* Once it is the connection's fault; twice, and the note may be what ends it. */
		if (ev->begun && ++h->tries >= TRIES)
			defer(r, h, &ev->reply);
		else
			try_again(h, &ev->reply);
		return;
	}
	r->out->doubted++;
	log_info("in doubt: note %lld: %s", (long long)h->owed.id, ev->reply.text);
	settle(h, DELIVERY_IN_DOUBT, 0, &ev->reply);
}

struct note_hand *
notes_find(struct notes_round *r, uint64_t id)
{
	for (size_t i = 0; i < r->count; i++)
		if ((uint64_t)r->hands[i].owed.id == id && r->hands[i].offered &&
			!r->hands[i].settled)
			return &r->hands[i];
	return NULL;
}

void
notes_take_event(struct notes_round *r, const struct relay_event *ev)
{
	struct note_hand *h;

	if (ev->kind == RELAY_REFUSED || ev->kind == RELAY_DOWN) {
		snprintf(r->out->why, sizeof r->out->why, "relay %.200s: %.700s",
			relay_name(ev->relay), ev->reply.text);
		if (ev->kind == RELAY_REFUSED)
			r->out->code = ev->code;
		return;
	}
	h = notes_find(r, ev->id);
	if (h && ev->kind == RELAY_REPLIED)
		take_reply(r, h, ev);
	else if (h)
		take_loss(r, h, ev);
}
