/* turn.c: one turn as one transaction: record what came, mark what is about to be completed. */
#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "deliver/run.h"
#include "store/subscriber.h"

enum {
	BUSY_TRIES = 24, /* times the database's own patience of five seconds */
	FULL = 32,       /* entries, with which a commit is cheap enough */
	LINGER = 150,    /* microseconds: what a commit takes */
	DUE = 256        /* ids asked of a relay at a time */
};

/* -- filling it ------------------------------------------------------------------------------- */

static struct turn *
open_turn(struct run *r)
{
	struct turn *t = &r->turns[r->turn];

	if (t->record_count + t->mark_count == 0)
		t->since = clock_steady();
	return t;
}

static void
drop_mark(struct turn *t, struct hand *h)
{
	size_t i = 0;

	while (t->marks[i].hand != h)
		i++;
	t->marks[i] = t->marks[--t->mark_count];
	h->due = false;
}

void
turn_record(struct run *r, struct hand *h, const struct delivery_outcome *o)
{
	struct turn *t = open_turn(r);
	int64_t subscriber = h->d.subscriber;
	struct turn_record *record;

	if (h->due)
		drop_mark(t, h);
	r->marked -= h->counted;
	h->counted = false;
	h->recorded = true;
	if (t->record_count == t->record_room) {
		t->record_room = t->record_room ? t->record_room * 2 : 64;
		t->records = mem_grow(t->records, t->record_room * sizeof *t->records);
	}
	record = &t->records[t->record_count++];
	*record = (struct turn_record){ .subscriber = subscriber, .outcome = *o };
	record->outcome.words = arena_str(&t->arena, o->words);
	record->outcome.status = arena_str(&t->arena, o->status);
	if (o->to == DELIVERY_FAILED && o->blames_address)
		record->email = arena_str(&t->arena, h->d.email);
	if (o->to == DELIVERY_QUEUED && (!t->again_from || subscriber < t->again_from))
		t->again_from = subscriber;
}

static void
add_mark(struct run *r, struct turn *t, struct hand *h)
{
	if (t->mark_count == t->mark_room) {
		t->mark_room = t->mark_room ? t->mark_room * 2 : 64;
		t->marks = mem_grow(t->marks, t->mark_room * sizeof *t->marks);
	}
	t->marks[t->mark_count++] = (struct turn_mark){ .hand = h };
	h->due = h->counted = true;
	r->marked++;
}

static void
collect(struct run *r, struct relay *relay, bool early, size_t most)
{
	uint64_t due[DUE];

	while (most) {
		size_t asked = most < DUE ? most : DUE, n = relay_due(relay, early, due, asked);

		for (size_t i = 0; i < n; i++) {
			struct hand *h = hand_find(r, (int64_t)due[i]);

			assert(h);
			add_mark(r, open_turn(r), h);
		}
		if (n < asked)
			return;
		most -= n;
	}
}

/* What a kill would put in doubt (RELIABILITY R3). Whoever is recorded makes room for somebody who
 * is marked in the same commit: before it and behind it the ledger has no more than that as
 * `sending`. */
static size_t
room_for_marks(const struct run *r)
{
	size_t most = 0;

	for (size_t i = 0; i < r->relays.count; i++)
		most += relay_most_marked(r->relays.relay[i]);
	return most > r->marked ? most - r->marked : 0;
}

void
turn_collect(struct run *r)
{
	/* Those whose turn it is, of all relays, before those who are early. */
	for (int early = 0; early < 2; early++)
		for (size_t i = 0; i < r->relays.count; i++)
			collect(r, r->relays.relay[i], early, room_for_marks(r));
}

/* -- the clerk's part ------------------------------------------------------------------------- */

/* An address was refused that its reader has left: that says nothing of the new one, which the row
 * is read again for. */
static int
look_for_move(struct db *db, struct turn_record *record, struct err *e)
{
	int is;

	if (!record->email.n || record->moved)
		return 0;
	is = subscriber_has_email(db, record->subscriber, record->email, e);
	if (is != 0)
		return is < 0 ? -1 : 0;
	record->moved = true;
	record->outcome.to = DELIVERY_QUEUED;
	record->outcome.blames_address = false;
	return 0;
}

static int
write_records(struct db *db, const struct turn *t, int64_t now, struct err *e)
{
	for (size_t i = 0; i < t->record_count; i++)
		if (look_for_move(db, &t->records[i], e) < 0 ||
			delivery_record(db, t->run->issue->id, t->records[i].subscriber,
				&t->records[i].outcome, now, e) < 0)
			return -1;
	return 0;
}

static int
write_mark(struct db *db, const struct run *r, struct turn_mark *m, int64_t now, struct err *e)
{
	const struct hand *h = m->hand;
	const char *relay = relay_name(r->relays.relay[h->relay]);

	if (delivery_mark(db, r->issue->id, &h->d, relay, now, &m->outcome, e) < 0)
		return -1;
	if (!h->signed_now)
		return 0;
	return delivery_keep_signature(
		db, h->d.subscriber, h->d.epoch, h->d.token_key, h->d.signature, e);
}

/*
 * The promise of a turn: what came is recorded and what may be completed is marked, in one commit,
 * before a byte of it is written. If it stopped half way nothing of it would have happened, and
 * nothing has been sent.
 */
static int
write_once(struct db *db, struct turn *t, struct err *e)
{
	int64_t now = clock_now();

	if (db_begin(db, e) < 0 || write_records(db, t, now, e) < 0)
		return -1;
	if (remember_write(db, t, e) < 0)
		return -1;
	FAULT("before-mark");
	for (size_t i = 0; i < t->mark_count; i++)
		if (write_mark(db, t->run, &t->marks[i], now, e) < 0)
			return -1;
	FAULT("before-commit");
	return db_commit(db, e);
}

static int
write_turn(struct db *db, void *context, struct err *e)
{
	struct turn *t = context;

	for (int tries = 0;; tries++) {
		if (write_once(db, t, e) == 0)
			return 0;
		db_rollback(db);
		if (e->code == ERR_IO && reserve_give(&t->run->reserve))
			/* What is under way can still be recorded; nothing more is begun. */
			t->disk_full = true;
		else if (e->code != ERR_TEMPFAIL || tries == BUSY_TRIES)
			return -1;
		log_warn("%s; trying again", e->text);
	}
}

/* -- handing it over, and what follows -------------------------------------------------------- */

static bool
is_empty(const struct turn *t)
{
	return t->record_count == 0 && t->mark_count == 0;
}

bool
turn_is_idle(const struct run *r)
{
	return !r->under_way && is_empty(&r->turns[r->turn]);
}

/*
 * A commit costs about as much for one as for fifty. So a turn waits a moment for more, but not
 * when half of all that could come is there: the lanes wait for it.
 */
int64_t
turn_until(const struct run *r)
{
	const struct turn *t = &r->turns[r->turn];
	size_t entries = t->record_count + t->mark_count;

	if (r->under_way || entries == 0)
		return INT64_MAX;
	return entries >= FULL || entries * 2 >= r->in_hand ? t->since : t->since + LINGER;
}

void
turn_submit(struct run *r)
{
	struct turn *t = &r->turns[r->turn];

	if (r->under_way || is_empty(t))
		return;
	for (size_t i = 0; i < t->mark_count; i++)
		t->marks[i].hand->due = false;
	remember_collect(r, t);
	t->run = r;
	t->job = (struct clerk_job){ .work = write_turn, .context = t };
	r->turn = !r->turn;
	r->under_way = true;
	clerk_give(r->clerk, &t->job);
}

static void
settle_mark(struct run *r, struct hand *h, enum delivery_mark outcome)
{
	struct relay *relay = r->relays.relay[h->relay];
	int64_t subscriber = h->d.subscriber;

	h->signed_now = false;
	if (outcome == DELIVERY_MARKED) {
		h->marked = true;
		relay_clear(relay, (uint64_t)subscriber);
		return;
	}
	/* A verdict came meanwhile: the turn that it stands in ends it. */
	if (h->recorded)
		return;
	relay_withdraw(relay, (uint64_t)subscriber);
	hand_free(r, h);
	if (outcome == DELIVERY_CHANGED)
		queue_read_again(r, subscriber);
}

static void
settle_marks(struct run *r, const struct turn *t)
{
	for (size_t i = 0; i < t->mark_count; i++)
		settle_mark(r, t->marks[i].hand, t->marks[i].outcome);
}

static void
settle_records(struct run *r, const struct turn *t)
{
	for (size_t i = 0; i < t->record_count; i++) {
		struct hand *h = hand_find(r, t->records[i].subscriber);

		queue_forget(r, t->records[i].subscriber);
		if (h)
			hand_free(r, h);
		if (t->records[i].moved) {
			r->out->failed--;
			queue_read_again(r, t->records[i].subscriber);
		}
	}
	if (t->again_from)
		queue_put_back(r, t->again_from);
}

static void
empty(struct turn *t)
{
	arena_free(&t->arena);
	t->record_count = t->mark_count = t->memory_count = 0;
	t->again_from = 0;
	t->disk_full = false;
}

int
turn_settle(struct run *r)
{
	struct turn *t = &r->turns[!r->turn];

	if (!r->under_way || !clerk_is_done(r->clerk, &t->job))
		return 0;
	if (t->job.status < 0) {
		*r->e = t->job.e;
		return -1;
	}
	FAULT("after-commit");
	/* What was read before this was written still has them as queued. */
	if (queue_look(r) < 0)
		return -1;
	r->under_way = false;
	if (t->disk_full) {
		r->disk_full = true;
		run_drain(r);
	}
	/* Something new is known: the canary is judged again. */
	r->gate_asked = 0;
	settle_records(r, t);
	settle_marks(r, t);
	empty(t);
	return 0;
}

void
turn_free(struct turn *t)
{
	arena_free(&t->arena);
	free(t->records);
	free(t->marks);
}
