/* queue.c: who comes next: the deferred whose time has come, then the queued, a batch at a time. */
#include "base/clock.h"
#include "deliver/person.h"
#include "deliver/run.h"

#define DUE_REST (CLOCK_SECOND / 10)

/* -- the clerk's part ------------------------------------------------------------------------- */

static int
read_batch(struct db *db, void *context, struct err *e)
{
	struct batch *b = context;
	struct run *r = b->run;

	arena_free(&b->arena);
	b->at = b->count = 0;
	if (b->due && delivery_take_due(db, r->issue->id, &b->from, clock_now(), RUN_BATCH,
			      &b->arena, b->rows, &b->count, &b->next_due, e) < 0)
		return -1;
	b->due = b->count > 0;
	if (!b->due && b->cursor >= 0 &&
		(b->canary ? delivery_take_canary : delivery_take)(db, r->issue->id, b->cursor,
			RUN_BATCH, &b->arena, b->rows, &b->count, e) < 0)
		return -1;
	for (size_t i = 0; i < b->count; i++)
		if (fill_prepare(r, db, b->rows[i].edition_id, e) < 0)
			return -1;
	return 0;
}

/* -- the pool's part -------------------------------------------------------------------------- */

static void
sign_batch(void *context)
{
	struct batch *b = context;
	const struct deliver_options *o = b->run->o;

	for (size_t i = 0; i < b->count; i++)
		b->signed_now[i] = person_sign(o->publication, o->keys, &b->rows[i]);
}

/* -- the loop's part -------------------------------------------------------------------------- */

static struct batch *
next_batch(struct run *r)
{
	return &r->batches[!r->batch];
}

static bool
is_due(const struct run *r)
{
	return r->next_due && r->next_due <= clock_now() && r->due_rest <= clock_steady();
}

static void
ask(struct run *r)
{
	struct batch *b = next_batch(r);

	if (b->asked || b->at < b->count || (r->queue_empty && !is_due(r)))
		return;
	b->run = r;
	b->cursor = r->queue_empty ? -1 : r->cursor;
	b->canary = r->gate != GATE_OPEN;
	b->due = is_due(r);
	b->from = r->due_from;
	b->passes = r->due_passes;
	b->next_due = 0;
	/* Whoever is deferred from now on is not in what the clerk will see. */
	if (b->due)
		r->next_due = 0;
	b->asked = true;
	b->job = (struct clerk_job){ .work = read_batch, .context = b };
	clerk_give(r->clerk, &b->job);
}

/* A row stays queued until it is marked: those that are in hand are not new. */
static void
drop_those_in_hand(struct run *r, struct batch *b)
{
	size_t kept = 0;

	for (size_t i = 0; i < b->count; i++) {
		if (hand_find(r, b->rows[i].subscriber))
			continue;
		b->rows[kept] = b->rows[i];
		b->signed_now[kept] = false;
		b->gone[kept++] = false;
	}
	b->count = kept;
}

/* Tokens are signed at first use: not by the clerk, for whose commits everybody waits. */
static void
begin_signing(struct run *r, struct batch *b)
{
	for (size_t i = 0; i < b->count && !b->unsigned_yet; i++)
		b->unsigned_yet = person_is_unsigned(r->o->keys, &b->rows[i]);
	if (!b->unsigned_yet)
		return;
	b->signing = (struct pool_job){ .work = sign_batch, .context = b };
	pool_give(r->pool, &b->signing);
}

/* What the clerk has read: where to go on. */
static int
take(struct run *r, struct batch *b)
{
	b->asked = false;
	if (b->job.status < 0) {
		*r->e = b->job.e;
		return -1;
	}
	if (b->next_due && (!r->next_due || b->next_due < r->next_due))
		r->next_due = b->next_due;
	if (!b->due && b->cursor >= 0) {
		if (b->count)
			r->cursor = b->rows[b->count - 1].subscriber;
		else if (r->again_from) {
			r->cursor = r->again_from - 1;
			r->again_from = 0;
		} else {
			r->queue_empty = true;
		}
	}
	/* Unless they are looked at from the first again since. */
	if (b->due && b->passes == r->due_passes)
		r->due_from = b->from;
	drop_those_in_hand(r, b);
	begin_signing(r, b);
	/* Those whose time has come are all in hand: not again at once, the queued have their turn.
	 */
	if (b->due && b->count == 0)
		r->due_rest = clock_steady() + DUE_REST;
	return 0;
}

void
queue_put_back(struct run *r, int64_t subscriber)
{
	if (!r->again_from || subscriber < r->again_from)
		r->again_from = subscriber;
	if (r->queue_empty) {
		r->queue_empty = false;
		r->cursor = r->again_from - 1;
		r->again_from = 0;
	}
}

void
queue_look_again(struct run *r)
{
	r->due_from = (struct delivery_due){ 0 };
	r->due_passes++;
	r->next_due = 1;
}

void
queue_read_again(struct run *r, int64_t subscriber)
{
	queue_put_back(r, subscriber);
	queue_look_again(r);
}

int
queue_look(struct run *r)
{
	struct batch *next = next_batch(r);

	if (next->unsigned_yet && next->signing.done)
		next->unsigned_yet = false;
	return next->asked && clerk_is_done(r->clerk, &next->job) ? take(r, next) : 0;
}

void
queue_forget(struct run *r, int64_t subscriber)
{
	for (struct batch *b = r->batches; b < r->batches + 2; b++) {
		/* The queued are in order, and seldom read twice. */
		if (b->asked || b->at == b->count ||
			(!b->due && (subscriber < b->rows[b->at].subscriber ||
					    subscriber > b->rows[b->count - 1].subscriber)))
			continue;
		for (size_t i = b->at; i < b->count; i++)
			if (b->rows[i].subscriber == subscriber)
				b->gone[i] = true;
	}
}

int
queue_next(struct run *r, struct hand **out)
{
	for (;;) {
		struct batch *b = &r->batches[r->batch], *next = next_batch(r);

		if (queue_look(r) < 0)
			return -1;
		while (b->at < b->count) {
			size_t i = b->at++;

			if (b->gone[i] || hand_find(r, b->rows[i].subscriber))
				continue;
			*out = hand_make(r, &b->rows[i]);
			(*out)->signed_now = b->signed_now[i];
			ask(r);
			return 1;
		}
		if (next->asked || next->unsigned_yet || next->at == next->count) {
			ask(r);
			return 0;
		}
		r->batch = !r->batch;
	}
}

void
queue_unread(struct run *r, struct hand *h)
{
	r->batches[r->batch].at--;
	hand_free(r, h);
}

bool
queue_has_rows(const struct run *r)
{
	for (int i = 0; i < 2; i++) {
		const struct batch *b = &r->batches[i];

		/* What is asked for is the clerk's, then the pool's. */
		if (!b->asked && !b->unsigned_yet && b->at < b->count)
			return true;
	}
	return false;
}

bool
queue_is_empty(const struct run *r)
{
	const struct batch *next = &r->batches[!r->batch];

	return !queue_has_rows(r) && r->queue_empty && !next->asked && !next->unsigned_yet;
}
