/* clerk.h: a thread that has the database while a run lasts, and does one thing after the other. */
#ifndef DELIVER_CLERK_H
#define DELIVER_CLERK_H

#include <stdbool.h>

#include "store/db.h"

/*
 * The disk takes as long for a commit as the wire for a dozen messages; while one is made the loop
 * goes on with the others. Whatever the work touches is the clerk's until the job is done.
 */
struct clerk;

struct clerk_job {
	int (*work)(struct db *db, void *context, struct err *e);
	void *context;
	/* Set by the clerk. */
	int status;
	struct err e;
	bool done;
	struct clerk_job *next;
};

/* The database is the clerk's until clerk_stop, which waits for all that was given. */
struct clerk *clerk_start(struct db *db, struct err *e); /* NULL: there is no room for a thread */
void clerk_stop(struct clerk *c);                        /* NULL is fine */

/* An eventfd, readable when a job has been done. */
int clerk_fd(const struct clerk *c);

/* Not NULL are work and context; the job must stay where it is until it is done. In order. */
void clerk_give(struct clerk *c, struct clerk_job *job);
bool clerk_is_done(struct clerk *c, const struct clerk_job *job);
/* Give it, and wait. */
int clerk_do(struct clerk *c, int (*work)(struct db *, void *, struct err *), void *context,
	struct err *e);

#endif
