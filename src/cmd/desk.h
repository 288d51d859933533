/* desk.h: what most commands work at: the publication, its database, and memory for the command's
 * time. */
#ifndef CMD_DESK_H
#define CMD_DESK_H

#include "cmd/command.h"
#include "settings/keys.h"
#include "settings/publication.h"
#include "store/db.h"
#include "store/subscriber.h"

struct desk {
	struct publication publication;
	struct db *db;
	struct arena arena;
	struct keys keys; /* desk_take_keys's */
};

/* Open both; desk_close when it returned 0. */
int desk_open(struct desk *d, const struct context *c, enum db_mode mode, struct err *e);
void desk_close(struct desk *d);

/* The keys as whoever brings an address in needs them: the public halves, and what asks who is
 * suppressed. */
int desk_take_keys(struct desk *d, struct err *e);

/* The subscriber with that address, as it was typed. ERR_DATA when it is none that we take,
 * ERR_NOINPUT when nobody has it. */
int desk_find(struct desk *d, const char *email, struct subscriber *out, struct err *e);

/* An address for people: the envelope form, and behind it in brackets how its domain reads when
 * that differs (RELIABILITY U2). In the arena, NUL-terminated. */
const char *desk_shown(struct arena *a, struct str envelope);

#endif
