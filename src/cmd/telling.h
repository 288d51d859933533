/* telling.h: what daily.alert is told of a morning that went wrong. */
#ifndef CMD_TELLING_H
#define CMD_TELLING_H

#include "settings/publication.h"

/* What went wrong: the code that the morning ends with, its words, and how far the issue had come. */
struct telling {
	struct day day;
	int code;
	struct str words;  /* a sentence, or lines */
	bool begun;        /* its sending */
	struct str so_far; /* "120 of 300 were served", or empty */
};

/*
 * Write to daily.alert, if it is set, and if it was not told of this reason today: once a morning
 * and reason, whatever the figures in it. What was told is kept in var/alerted, beside the
 * database, which may be what is broken. That the mail could not go out is said on standard error,
 * once a day, and tried again by the next call.
 */
void telling_alert(const struct publication *p, const struct telling *t, int64_t now);

/* The subject and the text of that mail, in the arena. `path` is the publication's, `host` this
 * machine's. */
void telling_write(const struct publication *p, const struct telling *t, const char *path,
	const char *host, struct arena *a, struct str *subject, struct str *text);

#endif
