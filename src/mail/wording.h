/* wording.h: what the words of mail servers mean: a table (wording.def) from phrases to causes, and from
 * causes to an enhanced status and a kind. Pure. */
#ifndef MAIL_WORDING_H
#define MAIL_WORDING_H

#include "base/arena.h"
#include "base/str.h"
#include "mail/report.h"

/* Why a message was not delivered. */
enum cause {
	CAUSE_UNKNOWN,
	CAUSE_NO_USER,         /* there is nobody of that name */
	CAUSE_PERHAPS_NO_USER, /* words that some use for it and others for a full or closed mailbox */
	CAUSE_NO_HOST,         /* there is no such domain */
	CAUSE_MOVED,           /* gone elsewhere for good */
	CAUSE_NO_MAIL,         /* the domain says that it takes no mail (RFC 7505) */
	CAUSE_DISABLED,        /* the account is switched off, suspended, inactive */
	CAUSE_FULL,
	CAUSE_TOO_BIG,
	CAUSE_SENDER,  /* it is us, or our machine, that they do not want */
	CAUSE_POLICY,  /* spam, reputation, authentication, permission */
	CAUSE_CONTENT, /* what is in the message */
	CAUSE_RATE,    /* too much or too fast */
	CAUSE_LOOP,
	CAUSE_NETWORK, /* they cannot be reached */
	CAUSE_EXPIRED, /* it took too long */
	CAUSE_SYSTEM,  /* something of theirs is broken */
};
enum { CAUSES = 17 };

/* The first row of the table whose phrase occurs in the text; a single word within the name of a host, an
 * address or a URL does not count. */
enum cause wording_cause(struct str text, struct arena *a);

/* Is there any phrase for that cause in it? */
bool wording_says(struct str text, enum cause cause, struct arena *a);

/* What a cause means on its own, and the status (RFC 3463) that says the same; "" for none. */
enum report_kind wording_kind(enum cause cause);
const char *wording_status(enum cause cause);

/* A phrase occurs in folded text: lower case, white space as single blanks; '*' stands for up to 60
 * other characters. */
bool wording_has(struct str folded, const char *phrase);

/* Any of n phrases does. */
bool wording_has_any(struct str folded, const char *const *list, size_t n);

/* Text made ready for that. */
struct str wording_fold(struct str text, struct arena *a);

#endif
