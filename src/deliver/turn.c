/* turn.c: one turn of the loop as one transaction: record what came, mark what may be completed. */
#include "deliver/run.h"

#include <assert.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"

enum { BUSY_TRIES = 24 }; /* times the database's own patience of five seconds */

void
turn_collect(struct run *r, struct turn *t)
{
	size_t room = r->in_hand + 1;

	if (room > t->due_room) {
		t->due_room = room * 2;
		t->due = mem_grow(t->due, t->due_room * sizeof *t->due);
		t->withdrawn = mem_grow(t->withdrawn, t->due_room * sizeof *t->withdrawn);
	}
	t->due_count = t->withdrawn_count = 0;
	for (size_t i = 0; i < r->relays.count; i++)
		t->due_count += relay_due(
			r->relays.relay[i], t->due + t->due_count, t->due_room - t->due_count);
}

static int
mark_due(struct run *r, struct turn *t)
{
	for (size_t i = 0; i < t->due_count; i++) {
		struct hand *h = hand_find(r, (int64_t)t->due[i]);
		int got;

		assert(h);
		got = h->marked ? 1
				: delivery_mark(r->db, r->issue->id, h->d.subscriber,
					  relay_name(r->relays.relay[h->relay]), clock_now(), r->e);
		if (got < 0)
			return -1;
		if (got == 0)
			t->withdrawn[t->withdrawn_count++] = t->due[i];
		if (h->signed_now && delivery_keep_signature(r->db, h->d.subscriber, h->d.epoch,
					     h->d.token_key, h->d.signature, r->e) < 0)
			return -1;
	}
	return 0;
}

static int
write_turn(struct run *r, struct turn *t)
{
	if (db_begin(r->db, r->e) < 0)
		return -1;
	for (size_t i = 0; i < r->event_count; i++)
		if (verdict_record(r, &r->events[i]) < 0)
			return -1;
	FAULT("before-mark");
	if (mark_due(r, t) < 0)
		return -1;
	FAULT("before-commit");
	return db_commit(r->db, r->e);
}

/*
 * The promise of a turn: what came is recorded and what may be completed is marked, in one commit,
 * before a byte of it is written. If it stopped half way nothing of it would have happened, and
 * nothing has been sent.
 */
int
turn_commit(struct run *r, struct turn *t)
{
	struct deliver_result before = *r->out;
	int64_t judged = r->judged, refusals = r->policy_refusals;

	if (r->event_count == 0 && t->due_count == 0)
		return 0;
	for (int tries = 0;; tries++) {
		if (write_turn(r, t) == 0)
			return 0;
		db_rollback(r->db);
		if (r->e->code == ERR_IO && reserve_give(&r->reserve)) {
			/* What is under way can still be recorded; nothing more is begun. */
			r->disk_full = true;
			run_drain(r);
		} else if (r->e->code != ERR_TEMPFAIL || tries == BUSY_TRIES) {
			return -1;
		}
		log_warn("%s; trying again", r->e->text);
		*r->out = before;
		r->judged = judged;
		r->policy_refusals = refusals;
		t->withdrawn_count = 0;
	}
}

static bool
is_withdrawn(const struct turn *t, uint64_t id)
{
	for (size_t i = 0; i < t->withdrawn_count; i++)
		if (t->withdrawn[i] == id)
			return true;
	return false;
}

/* After the commit: who was recorded is out of hand, who was marked is marked. */
void
turn_settle(struct run *r, struct turn *t)
{
	for (size_t i = 0; i < r->event_count; i++) {
		const struct relay_event *ev = &r->events[i];
		struct hand *h;

		if (ev->kind == RELAY_REFUSED || ev->kind == RELAY_DOWN) {
			verdict_on_relay(r, ev);
			continue;
		}
		h = hand_find(r, (int64_t)ev->id);
		if (h)
			hand_free(r, h);
	}
	r->event_count = 0;
	for (size_t i = 0; i < t->due_count; i++) {
		struct hand *h = hand_find(r, (int64_t)t->due[i]);

		if (!h)
			continue;
		h->signed_now = false;
		if (is_withdrawn(t, t->due[i])) {
			relay_withdraw(r->relays.relay[h->relay], t->due[i]);
			hand_free(r, h);
		} else {
			h->marked = true;
		}
	}
}
