/* compose/edition.h: from an issue file to a frozen letter: the one road that preview, send and the
 * archive share. */
#ifndef COMPOSE_EDITION_H
#define COMPOSE_EDITION_H

#include "base/clock.h"
#include "mail/letter.h"
#include "settings/publication.h"

/* What was made of an issue file. Everything lives in the arena. */
struct composed {
	struct letter letter;
	char hash[65];
	struct str subject, preheader, title;
	struct str html, text; /* before encoding, with marks: for --format html|text with values
				  put in, and for checks */
	bool draft;            /* front matter says draft: true */
};

/*
 * Read issues/DAY.md and the templates of the publication, render and freeze. Changes no state.
 * Errors name file and line: ERR_NOINPUT without an issue, ERR_DATA when it cannot be composed.
 */
int edition_compose(const struct publication *p, struct day day, struct arena *a,
	struct composed *out, struct err *e);

#endif
