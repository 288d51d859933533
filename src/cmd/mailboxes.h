/* mailboxes.h: a mailbox that the settings name, opened. */
#ifndef CMD_MAILBOXES_H
#define CMD_MAILBOXES_H

#include "net/mailbox.h"
#include "settings/publication.h"

/* `what` names it in errors: "bounce.mailbox". ERR_CONFIG when it has no url or its password cannot be
 * read. */
int mailbox_of(const struct publication *p, const char *what, const struct settings_mailbox *s,
	struct mailbox **out, struct err *e);

#endif
