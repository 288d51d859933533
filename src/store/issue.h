/* issue.h: issues that were begun to be sent. */
#ifndef STORE_ISSUE_H
#define STORE_ISSUE_H

#include "base/clock.h"
#include "store/db.h"

enum issue_state { ISSUE_PLANNING, ISSUE_SENDING, ISSUE_SENT, ISSUE_HELD, ISSUE_STALE };
const char *issue_state_name(enum issue_state s);

struct issue {
	int64_t id;
	struct day day;
	int64_t edition_id;
	enum issue_state state;
	struct str held_why;
	struct str bare_hash; /* of the letter without the day's figures; empty: not known */
	int64_t dated_at, last_moment, planned_to, started_at, finished_at;
};

/* 1 found, 0 not begun. */
int issue_find(struct db *db, struct day day, struct arena *a, struct issue *out, struct err *e);
/* The newest that was begun before that day. */
int issue_find_before(
	struct db *db, struct day day, struct arena *a, struct issue *out, struct err *e);
/* Begin: state planning. In the caller's transaction. */
int issue_insert(struct db *db, struct issue *i, struct err *e);
int issue_set_state(struct db *db, int64_t id, enum issue_state state, struct str why, int64_t now,
	struct err *e);
/* --new-edition: those not yet served get this one. */
int issue_set_edition(
	struct db *db, int64_t id, int64_t edition_id, struct str bare_hash, struct err *e);

/* Was one begun in this span, both ends of it included? 1 yes, 0 no. */
int issue_begun_between(struct db *db, int64_t from, int64_t until, struct err *e);

/* Plan again from the start of the list, for those who have no row yet (--tag, --only-missed). */
int issue_plan_again(struct db *db, struct issue *issue, struct err *e);

#endif
