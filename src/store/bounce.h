/* bounce.h: what came back for whom: refusals at SMTP time, delivery reports, complaints. */
#ifndef STORE_BOUNCE_H
#define STORE_BOUNCE_H

#include "store/db.h"

enum bounce_kind { BOUNCE_SOFT, BOUNCE_HARD, BOUNCE_COMPLAINT };
enum { BOUNCE_KINDS = 3 };
const char *bounce_kind_name(enum bounce_kind kind);

enum bounce_source { BOUNCE_SMTP, BOUNCE_MAIL, BOUNCE_WEBHOOK };
const char *bounce_source_name(enum bounce_source source);

struct bounce {
	int64_t id, subscriber;
	int64_t issue; /* 0: a note, or not known */
	int64_t at;
	enum bounce_kind kind;
	enum bounce_source source;
	struct str report; /* names it for good */
	int code;          /* 0: none */
	struct str status; /* "5.1.1" or empty */
	struct str words;  /* escaped, at most 1,000 bytes */
	int64_t judged_at; /* 0: nothing has followed from it yet */
};

/* Record one; at is `now`, and it is not judged. 1 it is new, 0 it was recorded before, or they were
 * erased. In the caller's transaction, like all below that write. */
int bounce_add(struct db *db, const struct bounce *b, int64_t now, struct err *e);

/* The next that are not judged, behind `after` and in order: *n of them, at most `most`. */
int bounce_take_open(struct db *db, int64_t after, size_t most, struct arena *a, struct bounce *out,
	size_t *n, struct err *e);
int bounce_judged(struct db *db, int64_t id, int64_t now, struct err *e);

/* Is a refusal of this enhanced status about the address at all? Not what is the sender's or the
 * content's fault (RELIABILITY S3): 5.7.x, 5.6.x, 5.3.4, 5.1.7, 5.1.8. */
bool bounce_blames_address(struct str status);

/*
 * One person's latest run of soft bounces that blame the address: those about issues that were sent since a moment, until
 * one that was more than `gap` days before the next. Issues count by their day and not by when a report was read: a month's
 * reports may be read at once.
 */
struct bounce_run {
	int64_t count;
	int64_t issues; /* that they are about */
	int64_t days;   /* between the first of those issues and the last */
};
int bounce_soft_run(struct db *db, int64_t subscriber, int64_t since, int64_t gap,
	struct bounce_run *out, struct err *e);

/* What one person was sent, by the names that Message-IDs are made of ("issue/2026-02-14",
 * "owed/17"), the newest first: *n of them, at most `most`. */
struct bounce_copy {
	char what[32];
	int64_t issue; /* 0: a note */
};
int bounce_copies(struct db *db, int64_t subscriber, struct bounce_copy *out, size_t most,
	size_t *n, struct err *e);

/* When was this issue sent to them? 1 and the moment; 0 it was not. */
int bounce_sent_at(struct db *db, int64_t issue, int64_t subscriber, int64_t *at, struct err *e);

/* Calls fn for each of one person, oldest first; it must not write. Return -1 to stop. */
typedef int bounce_fn(void *context, const struct bounce *b, struct err *e);
int bounce_each(struct db *db, int64_t subscriber, bounce_fn *fn, void *context, struct err *e);

/* Messages of a mailbox that were looked at and left there. 1 seen before, 0 not. */
int bounce_seen(struct db *db, struct str mailbox, struct str id, struct err *e);
int bounce_set_seen(struct db *db, struct str mailbox, struct str id, int64_t now, struct err *e);
/* Forget those that were last found there before `now`: they are gone. */
int bounce_forget_seen(struct db *db, struct str mailbox, int64_t now, struct err *e);

#endif
