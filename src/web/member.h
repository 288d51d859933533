/* member.h: what the pages behind a reader's own link begin with: who is it, and what does the form
 * say? */
#ifndef WEB_MEMBER_H
#define WEB_MEMBER_H

#include "web/form.h"
#include "web/visit.h"

/* One answer to every token that is not somebody's (RELIABILITY W5, K4). */
int member_missing(struct visit *v, struct err *e);

/* Find out who it is; anything but a member is answered here. 1 a member, 0 answered, -1. */
int member_meet(struct visit *v, struct subscriber *who, struct err *e);
/* The same by a link of one of these kinds (a bit each); *t (may be NULL) is what it says. */
int member_meet_by(
	struct visit *v, unsigned kinds, struct token *t, struct subscriber *who, struct err *e);

/* Read the body as a form; what is none is answered here. 1 read, 0 answered, -1. */
int member_form(struct visit *v, struct form *form, struct err *e);

/* An empty form or a foreign one is a scanner's, a prefetcher's or a mistake, and changes nothing
 * (W6). */
int member_bad_form(struct visit *v, struct err *e);

#endif
