/* returned.h: from what a message that came back says to what follows from it: whose it is by proof,
 * what is recorded, who leaves. */
#ifndef PEOPLE_RETURNED_H
#define PEOPLE_RETURNED_H

#include "mail/report.h"
#include "people/standing.h"
#include "settings/keys.h"
#include "settings/publication.h"

struct returning {
	struct db *db;
	const struct publication *publication;
	const struct keys *keys; /* with the secrets: they made the proofs */
	enum bounce_source source;
	bool trust; /* the operator vouches for who wrote it: an address needs no proof */
	int64_t now;
};

/* How it is known whose it is, the surest first (RELIABILITY B5). */
enum returned_how {
	RETURNED_BY_VERP,       /* it came to an address that we made for them and an issue */
	RETURNED_BY_MESSAGE_ID, /* it holds the Message-ID of what they were sent */
	RETURNED_BY_TOKEN,      /* it holds their personal link */
	RETURNED_BY_WORD,       /* its own signature was good, or the operator vouches for it */
	RETURNED_UNPROVED,
};
const char *returned_how_name(enum returned_how how);

enum returned_what {
	RETURNED_NOTHING, /* a receipt, a delay, an automatic answer, a refusal of us: nothing to do */
	RETURNED_UNMATCHED, /* for a person to look at */
	RETURNED_BEFORE,    /* this very report was taken in before */
	RETURNED_RECORDED,  /* a bounce or complaint; `standing` says what followed */
	RETURNED_LEFT,      /* they asked to leave, and have left */
};

struct returned {
	enum returned_what what;
	enum returned_how how;
	struct str email; /* whose it is, where that is proved */
	enum report_kind kind;
	struct str status, reason;
	enum standing standing;
};

/*
 * Take one in: a transaction of its own, committed when this returns 0. Any number of times: the
 * second time changes nothing. Nothing is ever sent because of it (B7), but for the note that who
 * leaves is owed.
 */
int returned_take(const struct returning *r, const struct report *report, struct arena *a,
	struct returned *out, struct err *e);

#endif
