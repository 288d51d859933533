/* notes_turn.c: one turn as one transaction: record what came, mark what is about to be completed. */
#include "deliver/notes_round.h"

#include <assert.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"

enum { EVENTS = 64, BUSY_TRIES = 24 }; /* times the database's own patience of five seconds */

#define DRAIN_TIME (30 * CLOCK_SECOND)

static void
collect_due(struct notes_round *r)
{
	uint64_t ids[NOTES_HANDS];

	for (size_t i = 0; i < r->relays.count; i++) {
		size_t n = relay_due(r->relays.relay[i], false, ids, NOTES_HANDS);

		for (size_t k = 0; k < n; k++) {
			struct note_hand *h = notes_find(r, ids[k]);

			assert(h);
			h->due = true;
		}
	}
}

static bool
has_to_write(const struct notes_round *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->hands[i].due || (r->hands[i].settled && !r->hands[i].recorded))
			return true;
	return false;
}

/* Is it still theirs, at the address that it was made for? Then it is marked. */
static int
mark(struct notes_round *r, struct note_hand *h, int64_t now, struct err *e)
{
	struct str to = h->to;
	int may = note_hand_look(h, r->db, r->o->keys, now, e), got = 0;

	h->may_go = false;
	if (may < 0)
		return -1;
	if (may && str_eq(to, h->to))
		got = owed_mark(r->db, h->owed.id, h->owed.edition_id, h->outcome.relay, now, e);
	h->may_go = got == 1;
	if (got < 0 || may)
		return got < 0 ? -1 : 0;
	h->outcome.to = DELIVERY_SKIPPED;
	return owed_record(r->db, h->owed.id, &h->outcome, now, e);
}

/* What came of it; and what that says of the address, for people/standing. */
static int
record(struct notes_round *r, const struct note_hand *h, int64_t now, struct err *e)
{
	const struct delivery_outcome *o = &h->outcome;
	struct bounce b = { .subscriber = h->owed.subscriber,
		.kind = o->bounce,
		.source = BOUNCE_SMTP,
		.code = o->code,
		.status = o->status,
		.words = o->words };
	char report[32];

	if (owed_record(r->db, h->owed.id, o, now, e) < 0)
		return -1;
	if (o->to != DELIVERY_FAILED || !o->blames_address)
		return 0;
	snprintf(report, sizeof report, "note/%lld", (long long)h->owed.id);
	b.report = str_of(report);
	return bounce_add(r->db, &b, now, e) < 0 ? -1 : 0;
}

/*
 * The promise of a turn: what came is recorded and what may be completed is marked, in one commit,
 * before a byte of it is written. If it stopped half way nothing of it would have happened, and
 * nothing has been sent.
 */
static int
write_once(struct notes_round *r, struct err *e)
{
	int64_t now = clock_now();

	if (db_begin(r->db, e) < 0)
		return -1;
	for (size_t i = 0; i < r->count; i++)
		if (r->hands[i].settled && !r->hands[i].recorded &&
			record(r, &r->hands[i], now, e) < 0)
			return -1;
	FAULT("note-before-mark");
	for (size_t i = 0; i < r->count; i++)
		if (r->hands[i].due && mark(r, &r->hands[i], now, e) < 0)
			return -1;
	FAULT("note-before-commit");
	return db_commit(r->db, e);
}

/* Committed: what was recorded is out of hand, or may be offered again; what was marked may go. */
static void
let_go(struct notes_round *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct note_hand *h = &r->hands[i];
		struct relay *relay = r->relays.relay[h->relay];

		if (h->due && h->may_go) {
			h->marked = true;
			relay_clear(relay, (uint64_t)h->owed.id);
		} else if (h->due) {
			relay_withdraw(relay, (uint64_t)h->owed.id);
			h->settled = h->recorded = true;
		} else if (h->settled && h->outcome.to == DELIVERY_QUEUED) {
			h->settled = h->marked = false;
		} else if (h->settled) {
			h->recorded = true;
		}
		h->due = false;
	}
}

static int
write_turn(struct notes_round *r)
{
	for (int tries = 0; write_once(r, r->e) < 0; tries++) {
		db_rollback(r->db);
		if (r->e->code != ERR_TEMPFAIL || tries == BUSY_TRIES)
			return -1;
		log_warn("%s; trying again", r->e->text);
	}
	FAULT("note-after-commit");
	let_go(r);
	return 0;
}

static void
begin_to_drain(struct notes_round *r)
{
	if (r->draining || !r->o->stop || !*r->o->stop)
		return;
	r->draining = true;
	r->drained_by = clock_steady() + DRAIN_TIME;
	relay_drain(r->relays.loop);
}

/* Until `until`, or something comes. */
static void
wait(struct notes_round *r, int64_t until)
{
	struct relay_event events[EVENTS];
	size_t n;

	if (r->draining && clock_steady() >= r->drained_by)
		relay_give_up(r->relays.loop, "the run was stopped");
	n = relay_wait(r->relays.loop, until, events, EVENTS);
	for (size_t i = 0; i < n; i++)
		notes_take_event(r, &events[i]);
}

static bool
is_over(const struct notes_round *r, int64_t until)
{
	return relay_in_hand(r->relays.loop) == 0 && until == INT64_MAX;
}

int
notes_carry(struct notes_round *r)
{
	for (;;) {
		int64_t until = INT64_MAX, second;

		begin_to_drain(r);
		if (notes_offer(r, &until) < 0)
			return -1;
		relay_prepare(r->relays.loop);
		collect_due(r);
		/* What was cleared is made ready by the next turn, which has nothing to wait for. */
		if (has_to_write(r)) {
			if (write_turn(r) < 0)
				return -1;
			continue;
		}
		relay_write(r->relays.loop);
		if (is_over(r, until))
			return 0;
		second = clock_steady() + CLOCK_SECOND;
		wait(r, until < second ? until : second);
	}
}
