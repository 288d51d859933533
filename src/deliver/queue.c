/* queue.c: who comes next: the deferred whose time has come, then the queued, a batch at a time. */
#include "deliver/run.h"

#include "base/clock.h"

/* A due row stays so until it is marked: those that a relay has already are not new. */
static void
drop_those_in_hand(struct run *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->batch_count; i++)
		if (!hand_find(r, r->batch[i].subscriber))
			r->batch[kept++] = r->batch[i];
	r->batch_count = kept;
}

static int
read_batch(struct run *r)
{
	int64_t now = clock_now();

	arena_free(&r->batch_arena);
	r->batch_at = r->batch_count = 0;
	if (delivery_take_due(r->db, r->issue->id, now, RUN_BATCH, &r->batch_arena, r->batch,
		    &r->batch_count, &r->next_due, r->e) < 0)
		return -1;
	drop_those_in_hand(r);
	if (r->batch_count || r->queue_empty)
		return 0;
	if (delivery_take(r->db, r->issue->id, r->cursor, RUN_BATCH, &r->batch_arena, r->batch,
		    &r->batch_count, r->e) < 0)
		return -1;
	if (r->batch_count)
		r->cursor = r->batch[r->batch_count - 1].subscriber;
	else if (r->again)
		r->cursor = 0, r->again = false;
	else
		r->queue_empty = true;
	return 0;
}

void
queue_put_back(struct run *r)
{
	r->again = true;
	r->queue_empty = false;
}

/* The next row to offer: 1, 0 none now. A row that is in hand or set aside already is passed over.
 */
int
queue_next(struct run *r, struct hand **out)
{
	for (;;) {
		const struct delivery *d;

		if (r->batch_at == r->batch_count) {
			if (read_batch(r) < 0)
				return -1;
			if (r->batch_count == 0) {
				if (!r->queue_empty && r->cursor == 0)
					continue;
				return 0;
			}
		}
		d = &r->batch[r->batch_at++];
		if (hand_find(r, d->subscriber))
			continue;
		*out = hand_make(r, d);
		return 1;
	}
}
