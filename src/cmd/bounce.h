/* bounce.h: reports on standard output. */
#ifndef CMD_BOUNCE_H
#define CMD_BOUNCE_H

#include "base/out.h"
#include "mail/report.h"

/* One line for each recipient: ADDRESS TAB KIND TAB STATUS TAB REASON, or the report as JSON. */
void bounce_show(struct out *o, const char *file, const struct report *r);

#endif
