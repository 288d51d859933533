/* arf.h: feedback reports (RFC 5965, 6591, 6650), and the complaints that come without one. Pure. */
#ifndef MAIL_ARF_H
#define MAIL_ARF_H

#include "base/arena.h"
#include "base/str.h"
#include "mail/report.h"
#include "mail/returned.h"

/*
 * Add the recipients of a feedback part: those it names, else those the returned message went to. Abuse,
 * fraud, opt-out and not named otherwise are complaints; authentication failures and the rest are none.
 */
void arf_read(
	struct str feedback, const struct returned *original, struct arena *a, struct report *out);

/* The same for a complaint that is one by its looks (Hotmail's, a mail program's "unsubscribe"). */
void arf_plain(const struct returned *original, struct str who, struct str reason, struct arena *a,
	struct report *out);

#endif
