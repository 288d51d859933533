/* look.h: is what came an answer? What is wrong with it, and where its rows stand. */
#ifndef STORE_LOOK_H
#define STORE_LOOK_H

#include "store/row.h"
#include "store/snapshot.h"

/* What was found out about an answer before it is kept. */
struct look {
	char why[200];       /* it is no good: the reason */
	const char *rows_at; /* where its rows stand; "one" when it is one itself; "" */
	bool partial;        /* it says so */
};

/* Of what was asked for by its name: it is not there any more. */
bool look_is_gone(int status);

/* Reads nothing of the database: SQLite reads the JSON. -1 when it could not be asked. */
int look_at_answer(struct db *db, const struct row_source *source, const struct answer *answer,
	struct look *out, struct err *e);

#endif
