/* spelling.h: what hunspell, where it is installed, says of an issue's words: one finding each. */
#ifndef CMD_SPELLING_H
#define CMD_SPELLING_H

#include "compose/check.h"

/*
 * Add to the findings. Words of the publication's spelling.txt and of its name are right. Without
 * hunspell, or a dictionary of the publication's language, nothing is added; a run that goes wrong is
 * logged. -1: spelling.txt cannot be read.
 */
int spelling_check(const struct publication *p, struct day day, const struct composed *c,
	struct arena *a, struct findings *out, struct err *e);

#endif
