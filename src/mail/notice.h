/* notice.h: what a mail server says, apart from the message that it gives back. Pure. */
#ifndef MAIL_NOTICE_H
#define MAIL_NOTICE_H

#include "base/arena.h"
#include "base/str.h"

/*
 * The text up to where the returned message begins: by a line that says so, or by its header. *returned is
 * that rest, maybe empty. Of a text without end the first lines are enough.
 */
struct str notice_end(struct str text, struct arena *a, struct str *returned);

#endif
