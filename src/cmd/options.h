/* options.h: what several commands read from their arguments in the same way. */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include "base/clock.h"
#include "base/err.h"
#include "settings/publication.h"

/* --date D, or (NULL) today in the publication's time zone. ERR_USAGE. */
int options_day(const char *command, const char *date, const struct publication *p, struct day *out,
	struct err *e);

/* All options of a command that has --date and no other: *date is the word, or NULL. What it was
 * given besides stands from optind on. */
int options_only_date(const char *command, int argc, char **argv, const char **date, struct err *e);

/* Behind the options stands nothing more. */
int options_no_argument(const char *command, int argc, char **argv, struct err *e);

#endif
