/* page_preferences.h: /p/TOKEN: what a reader may set, ask for and have done by their own link. */
#ifndef WEB_PAGE_PREFERENCES_H
#define WEB_PAGE_PREFERENCES_H

#include "web/visit.h"

/*
 * The link stands in every issue, and issues are forwarded: whoever opens this page may be a
 * stranger. So it shows what is of use and tells no more of its owner than the issue does. The
 * frequency, the pause and the time zone (a country at most) are there, because nobody can change
 * what they do not see; they are harmless and can be set back. The address is masked, the name is
 * its first letter and is never put into its field; tags, dates and what was sent are left to the
 * export. What gives something away for good or destroys it (the export, erasing, another address)
 * is only asked for here: a mail to the owner comes first.
 */
int page_preferences_ask(struct visit *v, struct err *e);

/* POST: saves, or asks for one of those; also says why somebody left, from the page after it. */
int page_preferences_do(struct visit *v, struct err *e);

#endif
