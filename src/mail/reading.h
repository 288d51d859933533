/* reading.h: from the bytes of a message that came back to a report. Reads; never opens a link or an
 * attachment, never answers. */
#ifndef MAIL_READING_H
#define MAIL_READING_H

#include "base/arena.h"
#include "base/err.h"
#include "mail/report.h"

/* What lies behind is not read (RELIABILITY L). */
enum { READING_MAX = 1000 * 1000 };

/* There is no message that cannot be read: what makes no sense is REPORT_OTHER without recipients.
 * What the report points to lives in the arena. */
void reading_report(struct str bytes, struct arena *a, struct report *out);

/*
 * The same in a child of its own, without network, files to write or much memory and time (X3); what
 * dies in there is a report that could not be made (ERR_DATA), and harms nobody else.
 */
int reading_report_apart(struct str bytes, struct arena *a, struct report *out, struct err *e);

#endif
