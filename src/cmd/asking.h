/* asking.h: `check --links`: the links that compose lists, asked for by collect, and what that means for
 * the issue. */
#ifndef CMD_ASKING_H
#define CMD_ASKING_H

#include "compose/check.h"

/* Add to the findings; `progress`: tell on standard error how far it is. Answers are kept in the
 * database, where there is one. */
int asking_check(const struct publication *p, struct day day, const struct composed *c,
	bool progress, struct arena *a, struct findings *out, struct err *e);

#endif
