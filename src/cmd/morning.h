/* morning.h: the steps of `daily` before the send: none of them may cost the readers their paper. */
#ifndef CMD_MORNING_H
#define CMD_MORNING_H

#include "settings/publication.h"
#include "store/db.h"

/*
 * Ask the sources whose snapshots of today are missing or not whole, and not more often than is
 * polite. What fails is told; the issue is made of what there is.
 *
 * Figures have UTC's day. Where that turns between noon and midnight the new one is the next
 * issue's, and is asked for in its morning: what is asked for in the evening still counts as of
 * the issue's day, and a day is not begun once the issue has `begun` to go out.
 */
void morning_collect(const struct publication *p, struct db *db, struct day issue, bool begun);

/*
 * May it be said? Once a day is enough: cron turns each line into mail, and calls again in ten
 * minutes. A word that differs is another thing. What cannot be remembered is said.
 */
bool morning_is_news(struct db *db, struct day day, int code, struct str words);

#endif
