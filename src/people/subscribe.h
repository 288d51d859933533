/* subscribe.h: how people come onto the list, change what we know of them, leave and come back. The
 * one road for commands, pages and imports. */
#ifndef PEOPLE_SUBSCRIBE_H
#define PEOPLE_SUBSCRIBE_H

#include "mail/address.h"
#include "settings/keys.h"
#include "store/subscriber.h"

/*
 * `why` is how it came about, in a word or two that we chose ("one-click", "page", "operator",
 * "import 7"): it is kept beside the state and in the event, so it never holds a person's data (the
 * record outlives them). Functions that say so open a transaction of their own and have committed
 * it when they return 0; what happened is an enum to switch on. Nobody is ever brought back from
 * `complained`, and no address comes in or back that is suppressed (people/suppress.h): whoever
 * brings one in hands over the keys, of which the public halves do.
 */

/* Limits, told in the help and by the reasons below. */
enum { PEOPLE_NAME_LIMIT = 200, PEOPLE_TAG_LIMIT = 64, PEOPLE_TAGS_LIMIT = 50 };

/* Make a name fit to be printed (text_clean). False, with *why, when more than 200 characters are
 * left. */
bool people_clean_name(struct str name, struct arena *a, struct str *out, const char **why);
/* 1 to 64 bytes, clean, without the comma and semicolon that separate tags. */
bool people_tag_ok(struct str tag, const char **why);
/* A zone this machine knows, as a str. */
bool people_timezone_ok(struct str zone);

/* Somebody to be on the list. */
struct people_entry {
	struct address address;
	struct str name;        /* empty: not said; what is known stays */
	struct str timezone;    /* the same */
	const struct str *tags; /* added to those that are there */
	size_t tag_count;
	enum subscriber_state state; /* of somebody new, usually active */
	bool confirm;                /* pending becomes active: the operator vouches for them */
	bool resubscribe;            /* bring back who left or bounced */
	const char *why;
	int64_t import_run; /* 0: no import; else what it changes is remembered there */
};

enum people_outcome {
	PEOPLE_ADDED,
	PEOPLE_UPDATED,
	PEOPLE_UNCHANGED,
	PEOPLE_BROUGHT_BACK,
	PEOPLE_TAKEN_OFF, /* the entry's state is one of leaving, and they were active or pending */
	PEOPLE_HAS_LEFT,  /* refused, nothing changed; *before says which state it is */
	PEOPLE_SUPPRESSED, /* refused, nothing changed, whether they are known or not */
};

/* Put them on the list, in a transaction of its own. *before (may be NULL) is how they were, when
 * they were known. */
int people_add(struct db *db, const struct keys *keys, const struct people_entry *entry,
	int64_t now, struct arena *a, struct subscriber *before, enum people_outcome *outcome,
	struct err *e);
/* The same in the caller's transaction. */
int people_put(struct db *db, const struct keys *keys, const struct people_entry *entry,
	int64_t now, struct arena *a, struct subscriber *before, enum people_outcome *outcome,
	struct err *e);

enum people_leaving { PEOPLE_LEFT, PEOPLE_LEFT_BEFORE, PEOPLE_LEFT_UNKNOWN };

/* No more mail: unsubscribed from now on. Transaction of its own; any number of times. */
int people_unsubscribe(struct db *db, int64_t subscriber, const char *why, int64_t now,
	enum people_leaving *outcome, struct err *e);

/* The same in the caller's transaction. */
int people_leave(struct db *db, int64_t subscriber, const char *why, int64_t now,
	enum people_leaving *outcome, struct err *e);

enum people_return {
	PEOPLE_BACK,
	PEOPLE_NEVER_LEFT,   /* active or pending already */
	PEOPLE_BACK_REFUSED, /* bounced, complained or suppressed: not theirs to undo by a link */
	PEOPLE_BACK_UNKNOWN,
};

/* Undo leaving: back to what they were before, so who never confirmed is pending again. In the
 * caller's transaction; any number of times. */
int people_resubscribe(struct db *db, const struct keys *keys, int64_t subscriber, const char *why,
	int64_t now, enum people_return *outcome, struct err *e);

/* Who was asked by mail has agreed: active from now on. In the caller's transaction. */
int people_confirm(
	struct db *db, const struct subscriber *s, const char *why, int64_t now, struct err *e);

enum people_change {
	PEOPLE_CHANGED,
	PEOPLE_CHANGED_NOTHING,
	PEOPLE_ADDRESS_TAKEN,      /* it is somebody else's */
	PEOPLE_ADDRESS_SUPPRESSED, /* it is not to get mail */
};

/*
 * Write what differs between `was` and `is` (both of one id): address, name, timezone, frequency,
 * paused_until, tags. Transaction of its own.
 */
int people_change(struct db *db, const struct keys *keys, const struct subscriber *was,
	const struct subscriber *is, const char *why, int64_t now, enum people_change *outcome,
	struct err *e);
/* The same in the caller's transaction. */
int people_alter(struct db *db, const struct keys *keys, const struct subscriber *was,
	const struct subscriber *is, const char *why, int64_t now, enum people_change *outcome,
	struct err *e);

#endif
