/* verdict.c: what came of a message, from a relay's event to its row in the ledger. */
#include "deliver/run.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/sign.h"
#include "deliver/retry.h"

enum { POLICY_LEAST = 20 }; /* refusals for policy before they can stop a run, */
#define POLICY_SHARE 0.05   /* and the share of it that does */

static const char *
status_words(const struct reply *reply, char out[static 16])
{
	out[0] = '\0';
	if (reply->class)
		snprintf(out, 16, "%d.%d.%d", reply->class, reply->subject % 1000,
			reply->detail % 1000);
	return out;
}

/* The outcome as it is; its relay, status and words are filled in here. */
static void
record_outcome(struct run *r, struct hand *h, struct delivery_outcome o, const struct reply *reply)
{
	char status[16];

	o.code = reply->code;
	o.words = str_of(reply->text);
	if (h->relay < r->relays.count)
		o.relay = relay_name(r->relays.relay[h->relay]);
	o.status = str_of(status_words(reply, status));
	turn_record(r, h, &o);
}

static void
record(struct run *r, struct hand *h, enum delivery_state to, int64_t next_at,
	const struct reply *reply)
{
	record_outcome(r, h, (struct delivery_outcome){ .to = to, .next_at = next_at }, reply);
}

/* Deferred, or failed as expired where there would be no next time. */
static void
defer(struct run *r, struct hand *h, const struct reply *reply)
{
	const struct settings_send *s = &r->o->publication->settings.send;
	const struct retry_rule rule = { .first = s->retry_first,
		.life = s->retry_for,
		.last_moment = r->o->force ? 0 : r->issue->last_moment };
	struct reply expired = *reply;
	/* What ended in doubt was not put off: it is no reason to wait longer. */
	int attempts = h->d.attempts + 1 - h->d.doubts;
	uint32_t dice;
	int64_t next;

	sign_random(&dice, sizeof dice);
	if (retry_next(&rule, h->d.deferred_at, attempts, dice % 1000, clock_now(), &next)) {
		r->out->deferred++;
		if (!r->next_due || next < r->next_due)
			r->next_due = next;
		/* The clock was set back: it comes behind those that were looked at. */
		if (next <= r->due_from.at)
			queue_look_again(r);
		record(r, h, DELIVERY_DEFERRED, next, reply);
		return;
	}
	snprintf(expired.text, sizeof expired.text, "expired: %.900s", reply->text);
	r->out->failed++;
	record(r, h, DELIVERY_FAILED, 0, &expired);
}

static void
fail(struct run *r, struct hand *h, const struct reply *reply, enum reply_meaning meaning)
{
	const struct delivery_outcome o = { .to = DELIVERY_FAILED,
		.blames_address = meaning != REPLY_FAIL_POLICY,
		.bounce = meaning == REPLY_FAIL_RCPT ? BOUNCE_HARD : BOUNCE_SOFT };

	r->out->failed++;
	r->judged++;
	if (!o.blames_address && reply->class == 5 && reply->subject == 7)
		r->policy_refusals++;
	if (r->policy_refusals >= POLICY_LEAST &&
		(double)r->policy_refusals > POLICY_SHARE * (double)r->judged && !r->policy_stop) {
		r->policy_stop = true;
		snprintf(r->out->why, sizeof r->out->why,
			"stopped: %lld of %lld were refused for policy, the last with: %d %.700s",
			(long long)r->policy_refusals, (long long)r->judged, reply->code,
			reply->text);
	}
	record_outcome(r, h, o, reply);
}

static void
back_to_queue(struct run *r, struct hand *h, const struct reply *reply)
{
	record(r, h, DELIVERY_QUEUED, 0, reply);
}

/*
 * A connection ended while it was this one's turn. Once that is the connection's fault; twice, and
 * they may be what ends it (RELIABILITY S2): they wait as if they had been deferred, so that they
 * hold up nobody else.
 */
static void
stumble(struct run *r, struct hand *h, const struct reply *reply)
{
	for (size_t i = 0; i < RUN_STUMBLED; i++)
		if (r->stumbled[i] == h->d.subscriber) {
			defer(r, h, reply);
			return;
		}
	r->stumbled[r->stumbles++ % RUN_STUMBLED] = h->d.subscriber;
	back_to_queue(r, h, reply);
}

/*
 * A refused sender is every message's (S7). But one that was good for the message before is not bad
 * for this one: a reply too many may have got out of step, so that it has to be said again.
 */
static void
abort_relay(struct run *r, struct hand *h, const struct relay_event *ev)
{
	bool sure = ev->phase != REPLY_MAIL || r->out->sent == 0 || r->sender_refused;

	r->sender_refused = true;
	if (sure)
		relay_refuse(ev->relay, ERR_UNAVAILABLE, ev->reply.text);
	back_to_queue(r, h, &ev->reply);
}

static void
record_reply(struct run *r, struct hand *h, const struct relay_event *ev)
{
	enum reply_meaning meaning;

	r->reached = true;
	/* Another relay may take it, or none: that is for choose_relay to say. */
	if (h->d.smtputf8 && !h->marked && !relay_takes_smtputf8(r->relays.relay[h->relay])) {
		back_to_queue(r, h, &ev->reply);
		return;
	}
	learn_from(r, h, ev);
	meaning = reply_judge(ev->phase, &ev->reply);
	switch (meaning) {
	case REPLY_ACCEPTED:
		limit_note(r, meaning);
		r->out->sent++;
		r->judged++;
		r->sender_refused = false;
		record(r, h, DELIVERY_SENT, 0, &ev->reply);
		break;
	case REPLY_SLOW_DOWN:
	case REPLY_DEFER:
		/* 421 is said of the connection. */
		if (ev->reply.code == 421)
			stumble(r, h, &ev->reply);
		else
			defer(r, h, &ev->reply);
		break;
	case REPLY_FAIL_RCPT:
	case REPLY_FAIL_SOFT:
	case REPLY_FAIL_POLICY:
		limit_note(r, meaning);
		fail(r, h, &ev->reply, meaning);
		break;
	case REPLY_ABORT:
		abort_relay(r, h, ev);
		break;
	}
}

static void
record_loss(struct run *r, struct hand *h, const struct relay_event *ev)
{
	learn_from(r, h, ev);
	if (!ev->completed || !h->marked) {
		if (ev->begun)
			stumble(r, h, &ev->reply);
		else
			back_to_queue(r, h, &ev->reply);
		return;
	}
	r->out->doubted++;
	r->doubts = true;
	log_info("in doubt: %.*s: %s", STR_ARG(h->d.email), ev->reply.text);
	record(r, h, DELIVERY_IN_DOUBT, 0, &ev->reply);
}

/* What is said of a whole relay, for people and for the end of the run. */
static void
note_relay(struct run *r, const struct relay_event *ev)
{
	log_warn("relay %s: %s%s", relay_name(ev->relay),
		ev->kind == RELAY_REFUSED ? "takes nothing in this run: " : "", ev->reply.text);
	snprintf(r->out->why, sizeof r->out->why, "relay %.200s: %.700s", relay_name(ev->relay),
		ev->reply.text);
	if (ev->kind == RELAY_REFUSED)
		r->out->code = ev->code;
	for (size_t i = 0; i < r->relays.count; i++) {
		struct relay_watch *w = &r->watch[i];

		if (r->relays.relay[i] != ev->relay)
			continue;
		snprintf(w->words, sizeof w->words, "%.*s", HEALTH_WORDS, ev->reply.text);
		if (ev->kind == RELAY_REFUSED)
			w->refused_at = clock_now();
	}
}

void
verdict_record(struct run *r, const struct relay_event *ev)
{
	struct hand *h;

	if (ev->kind == RELAY_REFUSED || ev->kind == RELAY_DOWN) {
		note_relay(r, ev);
		return;
	}
	h = hand_find(r, (int64_t)ev->id);
	if (h && ev->kind == RELAY_REPLIED)
		record_reply(r, h, ev);
	else if (h)
		record_loss(r, h, ev);
}

void
verdict_unfillable(struct run *r, struct hand *h, const char *why)
{
	struct reply reply = { 0 };

	log_escape(str_of(why), reply.text, sizeof reply.text);
	r->out->failed++;
	record(r, h, DELIVERY_FAILED, 0, &reply);
}
