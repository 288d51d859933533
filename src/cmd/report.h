/* report.h: how far an issue is, as `status`, `send` and `daily` tell it. */
#ifndef CMD_REPORT_H
#define CMD_REPORT_H

#include "base/out.h"
#include "settings/publication.h"
#include "store/db.h"

/* Write the counts of one issue (CONTRACT, "status --json"): an object in JSON, lines in text. */
int report_issue(
	struct out *o, const struct publication *p, struct db *db, struct day day, struct err *e);

#endif
