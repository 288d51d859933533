/* prose.h: who did not get it and why, from the words that mail servers write for people. Pure. */
#ifndef MAIL_PROSE_H
#define MAIL_PROSE_H

#include "base/arena.h"
#include "base/str.h"
#include "mail/report.h"
#include "mail/returned.h"

/*
 * Add the recipients that the notice names. `failed` is X-Failed-Recipients: if it names somebody, it is
 * those. Nobody is named: those that the returned message went to.
 */
void prose_read(struct str notice, struct str failed, const struct returned *original,
	struct arena *a, struct report *out);

#endif
