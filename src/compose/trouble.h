/* trouble.h: what stops an issue from being composed, gathered, so that an editor is told of all of it
 * at once. */
#ifndef COMPOSE_TROUBLE_H
#define COMPOSE_TROUBLE_H

#include "base/arena.h"
#include "base/err.h"

/* Zeroed is ready, but for the arena. */
struct troubles {
	struct arena *a;
	const char **p; /* sentences, as errors have them: with their places in front */
	size_t n, room;
};

/*
 * Note what e says, and empty it: 0, the work may go on as far as it leads. -1, and e stays: nobody
 * gathers (t is NULL), or it is no fault of what was read (not ERR_DATA).
 */
int trouble_note(struct troubles *t, struct err *e);

#endif
