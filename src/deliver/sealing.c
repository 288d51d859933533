/* sealing.c: letters that are signed are filled beside the loop, and offered when they are ready. */
#include <stdlib.h>

#include "base/arena.h"
#include "deliver/run.h"

static void
fill(void *context)
{
	struct hand *h = context;
	struct err e;

	if (fill_letter(h->run, h, &h->body, &e) == 0)
		return;
	h->body = NULL;
	h->unfilled = mem_alloc(sizeof e);
	*h->unfilled = e;
}

int
sealing_start(struct run *r)
{
	r->pool = pool_start(clerk_fd(r->clerk), r->e);
	return r->pool ? 0 : -1;
}

void
sealing_stop(struct run *r)
{
	pool_stop(r->pool);
	r->pool = NULL;
}

bool
sealing_needs(const struct run *r, const struct hand *h)
{
	return r->o->signers->count && !h->body && !h->unfilled;
}

bool
sealing_has_room(const struct run *r)
{
	return r->sealing_count < RUN_SEALING;
}

void
sealing_begin(struct run *r, struct hand *h)
{
	h->run = r;
	h->job = (struct pool_job){ .work = fill, .context = h };
	r->sealing[r->sealing_count++] = h;
	pool_give(r->pool, &h->job);
}
