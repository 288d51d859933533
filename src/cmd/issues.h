/* issues.h: which days have an issue, by the names of their files. */
#ifndef CMD_ISSUES_H
#define CMD_ISSUES_H

#include "base/clock.h"
#include "settings/publication.h"

/* The days, newest first, in the arena. ERR_NOINPUT: there is no folder issues/. */
int issues_list(
	const struct publication *p, struct arena *a, struct day **out, size_t *n, struct err *e);

#endif
