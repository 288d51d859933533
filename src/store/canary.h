/* canary.h: those who get an issue first, and how it went with them. */
#ifndef STORE_CANARY_H
#define STORE_CANARY_H

#include "store/delivery.h"

/*
 * Choose `count` of those who are queued, once, before anybody has been sent to: spread evenly over
 * the list, so that old and new readers and all their providers have their share, and shifted by
 * the issue, so that it is not the same people every morning. 1 chosen; 0 not: they were chosen
 * before, somebody has been sent to already, or all are no more than `count`. Looks first, which
 * may take a while, and then writes in a short transaction of its own: one run at a time does so.
 */
int canary_choose(struct db *db, int64_t issue, uint32_t count, struct err *e);

struct canary_tally {
	int64_t all;
	int64_t failed;  /* refused, or bounced or complained since */
	int64_t going;   /* queued or sending: not offered yet, or on the wire */
	int64_t waiting; /* deferred */
	int64_t in_doubt;
	int64_t last;      /* when the last of them was heard of; 0: none was */
	int64_t passed_at; /* the rest may go since then; 0: not yet */
};
/* Counted from the ledger, each time. all 0: the issue has no canary. */
int canary_count(struct db *db, const struct issue *issue, struct canary_tally *out, struct err *e);
/* What most of those who were refused were refused with: 1, 0 none was. */
int canary_words(struct db *db, const struct issue *issue, struct arena *a, struct str *words,
	int *code, struct err *e);
/* Is this one of them? 1 yes, 0 no. */
int canary_has(struct db *db, int64_t issue, int64_t subscriber, struct err *e);
/* The rest may go. In the caller's transaction. */
int canary_pass(struct db *db, int64_t issue, int64_t now, struct err *e);

#endif
