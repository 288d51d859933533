/* options.h: what several commands read from their arguments in the same way. */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include "base/clock.h"
#include "base/err.h"
#include "settings/publication.h"

/* --date D, or (NULL) today in the publication's time zone. ERR_USAGE. */
int options_day(const char *command, const char *date, const struct publication *p, struct day *out,
	struct err *e);

#endif
