/* visit.h: one request on its way to an answer: what pages are given and what they fill in. */
#ifndef WEB_VISIT_H
#define WEB_VISIT_H

#include <time.h>

#include "people/spool.h"
#include "people/wish.h"
#include "web/archive.h"
#include "web/counter.h"
#include "web/limiter.h"
#include "web/request.h"
#include "web/response.h"
#include "web/site.h"

struct shelf;

/* What one thread answers with: a database and keys of its own. */
struct clerk {
	const struct site *site;
	struct db *db;             /* NULL on a public-only host, which has the spool instead: */
	int files;                 /* a folder of static pages; 0: none */
	const struct spool *spool; /* what is wished is written down there; NULL elsewhere */
	struct counter *counter;
	struct keys keys;        /* the public halves */
	struct timespec keys_at; /* the folder's time when they were read */
	struct limiter *limiter; /* of forms: one thread takes all of them */
	struct archive archive;
	struct shelf *shelf; /* of what was found in it, or in files */
	int64_t looked_at;   /* for news in it */
};

/* With a spool it works without a database. The counter is everybody's. All three outlive it. */
int clerk_open(struct clerk *k, const struct site *site, const struct spool *spool,
	struct counter *counter, struct err *e);
void clerk_close(struct clerk *k);

/* Lives for one request; all that pages make of it is in the arena. */
struct visit {
	struct clerk *clerk;
	const struct request *request;
	struct str path;         /* without the publication's own prefix */
	struct str token;        /* of a path that has one */
	struct client_ip client; /* who asks, behind the trusted proxies */
	int64_t now;
	struct arena *arena;

	bool spooled; /* what was wished is not done yet, whatever the page says */
	struct response response;
	int key_id;          /* of a good token, for the access log; 0: there was none */
	uint64_t subscriber; /* the same */
};

/*
 * Who comes with this token, of one of these kinds (a bit each, 1 << TOKEN_MEMBER)? One that is
 * forged, expired, of another kind or epoch, or whose owner was erased: nobody, with the same work
 * done, so that neither the answer nor its time tells which (RELIABILITY K3, W5). *t (may be NULL)
 * is what it says.
 */
enum visitor { VISITOR_NOBODY, VISITOR_MEMBER, VISITOR_TEST };
int visit_identify(struct visit *v, unsigned kinds, enum visitor *visitor, struct token *t,
	struct subscriber *who, struct err *e);

/* What would WISH_CONFIRM come to? As wish_foresee; where there is no database it is GRANTED, and
 * *note is zero. */
int visit_foresee(struct visit *v, const struct token *t, const struct subscriber *who,
	enum wish_outcome *outcome, struct owed *note, struct err *e);

/*
 * Grant what the page makes of a form, or, on a public-only host, have it granted later; pages change nothing in another way. The token, the time
 * and the visitor's address are filled in here; who and why (may be NULL) are wish_grant's.
 */
int visit_wish(struct visit *v, struct wish *w, enum wish_outcome *outcome, struct subscriber *who,
	const char **why, struct err *e);

/* Answer with a page; `who` may be NULL. */
int visit_page(
	struct visit *v, int status, const char *page, const struct subscriber *who, struct err *e);
/* Answer with a page that has values of its own (site_values). */
int visit_render(
	struct visit *v, int status, const char *page, const struct value *values, struct err *e);
/* Put a text among the values; an empty one is null, so that a section on it is left out. */
void visit_put_text(struct visit *v, struct value *values, const char *name, struct str text);
/* Answer with a line of text. */
void visit_text(struct visit *v, int status, const char *text);

/* "ada@example.org" as "a***@e***.org": enough to know one's own, too little to learn another's. */
struct str visit_mask(struct str email, struct arena *a);
/* "Ada" as "A***": its first character, and stars for however many there are. */
struct str visit_mask_name(struct str name, struct arena *a);

#endif
