/* consent.h: what somebody agreed to, when and from where: the evidence of a double opt-in. */
#ifndef STORE_CONSENT_H
#define STORE_CONSENT_H

#include "store/db.h"

enum consent_step { CONSENT_ASKED, CONSENT_CONFIRMED };
enum { CONSENT_STEPS = 2 };

struct consent {
	int64_t subscriber, at;
	enum consent_step step;
	struct str words;   /* the sentence beside the button */
	struct str address; /* the visitor's network address; empty: not known */
	struct str via;     /* "page", "spool", "form of another site" */
};

/* Add one, in the caller's transaction. */
int consent_add(struct db *db, const struct consent *c, struct err *e);

/* "asked" or "confirmed". */
const char *consent_step_name(enum consent_step step);

/* Calls fn for each of one person, oldest first; it must not write. Return -1 to stop. */
typedef int consent_fn(void *context, const struct consent *c, struct err *e);
int consent_each(struct db *db, int64_t subscriber, consent_fn *fn, void *context, struct err *e);

#endif
