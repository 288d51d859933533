/* bounce.h: what the parts of `morningpost bounce` share: reading what is given, and showing what was
 * read. */
#ifndef CMD_BOUNCE_H
#define CMD_BOUNCE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/out.h"
#include "mail/report.h"
#include "mail/webhook.h"

/* Whole standard input ("-") or a file, at most one byte more than `most`: who asks sees that it is too
 * long. */
int bounce_bytes(const char *file, size_t most, struct arena *a, struct str *out, struct err *e);

/* One line for each recipient: ADDRESS TAB KIND TAB STATUS TAB REASON, or the same as JSON. */
void bounce_show(struct out *o, const char *file, const struct report *r);

#endif
