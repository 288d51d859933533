/* wish.h: what a visitor of the public pages asks for, as a value: granted at once where the
 * database is, or spooled by a host that has none and granted later (`spool take`). */
#ifndef PEOPLE_WISH_H
#define PEOPLE_WISH_H

#include "mail/token.h"
#include "settings/keys.h"
#include "settings/publication.h"
#include "store/owed.h"
#include "store/subscriber.h"

enum wish_kind {
	WISH_SUBSCRIBE, /* email, name, timezone; no token */
	WISH_CONFIRM, /* a token of kind confirm, export, erase or address: do what the note was for */
	WISH_LEAVE, /* member token, as in all below */
	WISH_RETURN,
	WISH_REASON, /* reason: why they left; counted, not kept with the person */
	WISH_SAVE,   /* name, timezone, frequency, paused_until, where given */
	WISH_EXPORT, /* ask for a confirming mail; the same for the next two */
	WISH_ERASE,
	WISH_READDRESS, /* email: the new address */
};
enum { WISH_KINDS = 9 };

/* A field that was not given has .p NULL; an empty one was given empty. Nothing in it is trusted:
 * the token is checked where the wish is granted, so a host that was broken into can forge none. */
struct wish {
	enum wish_kind kind;
	int64_t at;       /* when it was asked for */
	struct str token; /* as it stood in the path */
	struct str how;   /* "page", "one-click" or "mail" */
	struct str email, name, timezone, frequency, paused_until, reason;
	struct str address; /* the visitor's network address, for the evidence of consent */
	struct str words;   /* what they agreed to: the sentence beside the button */
};

enum wish_outcome {
	WISH_GRANTED,
	WISH_HAD_BEEN,  /* nothing to do: it is so already */
	WISH_NOBODY,    /* the token is forged, expired, revoked, of another kind or used up */
	WISH_TEST,      /* a test copy's token: changes nothing */
	WISH_REFUSED,   /* not theirs to have: coming back after a bounce or a complaint */
	WISH_MALFORMED, /* a field is not what it must be; *why says which */
	WISH_SPOOLED,   /* written down, to be granted later */
};

struct wish_desk {
	struct db *db;
	const struct publication *publication;
	const struct keys *keys; /* the public halves do */
	int64_t now;
};

/*
 * Whom does a token of one of these kinds (a bit each, 1 << TOKEN_MEMBER) name at desk->now?
 * GRANTED: *who; TEST: a test copy's; NOBODY: forged, expired, of another kind or epoch, or its
 * owner was erased, with the same work done, so that neither the answer nor its time tells which
 * (RELIABILITY K3, W5). *t is what it says, whoever signed it. Without a database (desk->db NULL)
 * the token speaks for itself, and *who is zero.
 */
int wish_identify(const struct wish_desk *desk, struct str token, unsigned kinds, struct arena *a,
	enum wish_outcome *outcome, struct token *t, struct subscriber *who, struct err *e);

/*
 * Would it do, as far as that tells without a database? GRANTED, TEST, NOBODY, MALFORMED (*why is
 * as wish_grant's), or REFUSED: what is asked for is in the answer, and there is none to give later.
 */
enum wish_outcome wish_check(
	const struct wish_desk *desk, const struct wish *w, struct arena *a, const char **why);

/*
 * What would WISH_CONFIRM come to with this token of theirs? GRANTED, and *note is the note that it
 * came in; HAD_BEEN: they are confirmed, or it is used up; NOBODY: there is no such note, or they left after they had asked
 * (RELIABILITY O4). Changes nothing.
 */
int wish_foresee(const struct wish_desk *desk, const struct token *t, const struct subscriber *who,
	struct arena *a, enum wish_outcome *outcome, struct owed *note, struct err *e);

/*
 * Grant it: one transaction, committed when this returns 0. *who (may be NULL) is whom the token
 * names, before the change; what is not GRANTED has changed nothing. A WISH_SUBSCRIBE has the same outcome whatever is known of the address.
 */
int wish_grant(const struct wish_desk *desk, const struct wish *w, struct arena *a,
	enum wish_outcome *outcome, struct subscriber *who, const char **why, struct err *e);
/* The same in the caller's transaction, which it may commit whatever the outcome. */
int wish_grant_in(const struct wish_desk *desk, const struct wish *w, struct arena *a,
	enum wish_outcome *outcome, struct subscriber *who, const char **why, struct err *e);

#endif
