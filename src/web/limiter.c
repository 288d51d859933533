#include "web/limiter.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/hash.h"

enum { CLIENTS = 8192, PROBES = 8, ALL_MOST = 1000000 };

#define HOUR (3600 * CLOCK_SECOND)

/* The last so many moments, the oldest at `next`; 0: there was none. */
struct past {
	int64_t at[LIMITER_CLIENT];
	unsigned next;
};

struct caller {
	struct client client;
	struct past past[LIMITER_DEEDS];
};

struct limiter {
	struct caller callers[CLIENTS];
	struct rate all;
	int64_t *at; /* all.count moments, the oldest at `next` */
	size_t next;
};

struct limiter *
limiter_new(struct rate all)
{
	struct limiter *l = mem_alloc(sizeof *l);

	memset(l, 0, sizeof *l);
	l->all = all;
	if (l->all.count > ALL_MOST)
		l->all.count = ALL_MOST;
	if (l->all.count) {
		l->at = mem_alloc(l->all.count * sizeof *l->at);
		memset(l->at, 0, l->all.count * sizeof *l->at);
	}
	return l;
}

void
limiter_free(struct limiter *l)
{
	if (l)
		free(l->at);
	free(l);
}

/* A moment that is `span` ago stands in nobody's way, nor does one after a clock that stepped back. */
static int64_t
left(int64_t at, int64_t span, int64_t now)
{
	return at == 0 || at > now || now - at >= span ? 0 : at + span - now;
}

static int64_t
newest(const struct caller *c)
{
	int64_t at = 0;

	for (size_t i = 0; i < LIMITER_DEEDS; i++) {
		const struct past *p = &c->past[i];
		int64_t last = p->at[(p->next + LIMITER_CLIENT - 1) % LIMITER_CLIENT];

		at = last > at ? last : at;
	}
	return at;
}

static struct caller *
find(struct limiter *l, const struct client *client)
{
	uint64_t hash = hash_add(
		HASH_SEED, (struct str){ (const char *)client->address, sizeof client->address });
	struct caller *quietest = NULL;

	for (size_t i = 0; i < PROBES; i++) {
		struct caller *c = &l->callers[(hash + i) % CLIENTS];

		if (newest(c) && client_eq(&c->client, client))
			return c;
		if (!quietest || newest(c) < newest(quietest))
			quietest = c;
	}
	*quietest = (struct caller){ .client = *client };
	return quietest;
}

int64_t
limiter_client(struct limiter *l, const struct client *client, enum limiter_deed deed, int64_t now)
{
	struct past *p = &find(l, client)->past[deed];
	int64_t wait = left(p->at[p->next], HOUR, now);

	if (wait == 0) {
		p->at[p->next] = now;
		p->next = (p->next + 1) % LIMITER_CLIENT;
	}
	return wait;
}

int64_t
limiter_all(struct limiter *l, int64_t now)
{
	int64_t wait;

	if (l->all.count == 0)
		return 0;
	wait = left(l->at[l->next], l->all.span, now);
	if (wait == 0) {
		l->at[l->next] = now;
		l->next = (l->next + 1) % l->all.count;
	}
	return wait;
}
