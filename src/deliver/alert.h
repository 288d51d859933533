/* alert.h: one plain mail to who runs the paper (daily.alert), by the paper's own relays. */
#ifndef DELIVER_ALERT_H
#define DELIVER_ALERT_H

#include "settings/publication.h"

/*
 * Send it: 1 a relay has taken it, 0 none would, and *words (in the arena) says why; -1 when no
 * relay can be opened. It needs neither the database nor a key, since these may be what is amiss.
 * The settings have daily.alert.
 */
int alert_send(const struct publication *p, struct str subject, struct str text, int64_t now,
	struct arena *a, struct str *words, struct err *e);

#endif
