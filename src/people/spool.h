/* spool.h: the folder through which a host without a database hands on what its visitors wish. */
#ifndef PEOPLE_SPOOL_H
#define PEOPLE_SPOOL_H

#include "people/wish.h"

/*
 * One file a wish, "TIME-WHO-NUMBER.wish", with one sealed line (sealed.h), written whole or not at
 * all and synced before the visitor is answered. So the folder may be fetched at any moment, by
 * rsync --remove-source-files or over a shared file system, and the names' order is the order in
 * which things were asked for. WHO is a keyed hash with a key that lives as long as the process: it
 * tells those of one person apart from others', and nobody who it is.
 */
struct spool {
	int folder;
	uint8_t public[SEAL_PUBLIC];
	uint8_t key[MAC_KEY];
};

/* Ceilings: of wishes that wait, of those that need no token among them (a flood of forms may not
 * shut out who wants to leave), and of those of one person or network. */
enum { SPOOL_LIMIT = 20000, SPOOL_FORMS = 10000, SPOOL_EACH = 20 };

/* Open the folder (web.spool, made where it is not there) and read the public key. ERR_CONFIG when either is not as it must
 * be. */
int spool_open(const struct publication *p, struct spool *out, struct err *e);
void spool_close(struct spool *s);

/* Write one down: it is on the disk when this returns 0. ERR_TEMPFAIL past a ceiling. */
int spool_put(const struct spool *s, const struct wish *w, struct err *e);

/* How many wait, and since when (0: none does). */
int spool_waiting(const struct spool *s, int64_t *n, int64_t *oldest, struct err *e);

/* -- at the sender's -- */

/* What came of one file; `why` only where it was set aside. */
enum spool_fate {
	SPOOL_GRANTED,
	SPOOL_HAD_BEEN, /* there was nothing to do */
	SPOOL_REFUSED,  /* the link is forged, old or revoked, or it is not theirs to have */
	SPOOL_AGAIN,    /* it had been taken before */
	SPOOL_WAITS,    /* web.subscribe_limit is reached: another run takes it */
	SPOOL_ASIDE,    /* no wish of a host of ours: kept in bad/ below the spool */
	SPOOL_FATES,
};

struct spool_taking {
	const struct wish_desk *desk;
	const struct spool_pair *pair;
	int folder;
	/* Told of each file and line; may be NULL. */
	void (*tell)(void *context, const char *name, enum spool_fate fate, const char *why);
	void *context;
};

/*
 * Grant what waits in the folder, oldest first, each once: the row that says so is committed with
 * what it changes, and the file goes afterwards. Stopped anywhere, the next run finishes. Nothing
 * in the folder is trusted: tokens are checked again, and no more are put on the list in an hour
 * than web.subscribe_limit. ERR_TEMPFAIL when another run is at it.
 */
int spool_take(const struct spool_taking *t, int64_t counts[static SPOOL_FATES], struct err *e);

/* The folder alone, for spool_take: a path below `dir`, or an absolute one. The caller closes. */
int spool_open_folder(int dir, const char *path, struct err *e);

#endif
