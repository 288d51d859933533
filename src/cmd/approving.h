/* approving.h: whether somebody let an edition go out, and what goes out then. */
#ifndef CMD_APPROVING_H
#define CMD_APPROVING_H

#include "compose/edition.h"
#include "settings/publication.h"
#include "store/approval.h"

enum approving_state {
	APPROVING_NONE,    /* nobody approved anything of that day */
	APPROVING_SAME,    /* these bytes */
	APPROVING_FIGURES, /* the same text, before some of the day's figures had come in */
	APPROVING_OTHER,   /* something else */
};

/* "unapproved", "approved", "approved before its figures", "changed since". */
const char *approving_name(enum approving_state s);

struct approving {
	enum approving_state state;
	struct approval approval; /* but for NONE */
};

/* What the newest approval of the day says of an edition; `bare`: edition_bare_hash. */
int approving_look(struct db *db, struct day day, struct str hash, struct str bare, struct arena *a,
	struct approving *out, struct err *e);

/*
 * The same of a day's issue as its file stands: 1 and its hash; 0 when it cannot be composed
 * (`check` says why), with nothing in *out but what was approved.
 */
int approving_ask(const struct publication *p, struct db *db, struct day day, struct arena *a,
	char hash[static SIGN_HEX], struct approving *out, struct err *e);

/*
 * With send.approval: required only the approved bytes go out: -1 (ERR_TEMPFAIL, in words what to
 * run) where there are none. Figures that came in since do not undo an approval: then the bytes that
 * were approved take the place of *c's.
 */
int approving_hold(const struct publication *p, struct db *db, struct day day, struct str bare,
	struct arena *a, struct composed *c, struct err *e);

#endif
