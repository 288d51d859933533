/* granting.h: a wish being granted: what the functions behind people/wish.h's table work on. */
#ifndef PEOPLE_GRANTING_H
#define PEOPLE_GRANTING_H

#include "mail/token.h"
#include "people/wish.h"
#include "store/owed.h"

struct granting {
	const struct wish_desk *desk;
	const struct wish *wish;
	struct arena *arena;
	struct token token; /* it is good and of a kind the wish takes; zero where none is needed */
	struct subscriber who; /* whom it names, as they are in this transaction; zero the same */
	struct owed owed;      /* CONFIRM: the note that the link came in */

	enum wish_outcome outcome;
	const char *why; /* MALFORMED: what is wrong */
};

/*
 * Do it, inside a transaction, and set the outcome. Unless that is WISH_GRANTED, nothing has been
 * written.
 */
typedef int grant_fn(struct granting *g, struct err *e);

/* signup.c */
grant_fn grant_subscribe;
grant_fn fulfil_confirm; /* by the link in the note, whose row is g->owed */

/* For who has just left by a link: owe the note that undoes it. */
int owe_left(struct granting *g, struct err *e);

/* preferences.c: by the member's link. `why` is the key of a word (settings/words.h). */
grant_fn grant_save;
grant_fn grant_reason;
grant_fn grant_export; /* ask for a confirming mail; the same for the next two */
grant_fn grant_erase;
grant_fn grant_readdress;

/* fulfil.c: by the link in that mail, whose row is g->owed. */
grant_fn fulfil_export;
grant_fn fulfil_erase;
grant_fn fulfil_address;

/* The key of a word that says what is wrong with what was filled in, or NULL: all that can be told without a
 * database (signup.c, and preferences.c). */
typedef const char *fault_fn(const struct wish *w, struct arena *a);
fault_fn signup_fault;
fault_fn save_fault;
fault_fn readdress_fault;
fault_fn reason_fault;

#endif
