/* keys_dkim.h: `keys dkim`: keys that sign the mail, and the DNS records that publish them. */
#ifndef CMD_KEYS_DKIM_H
#define CMD_KEYS_DKIM_H

#include "cmd/command.h"
#include "settings/publication.h"

/* argv[0] is "dkim"; its options stand behind it. */
int keys_dkim(struct context *c, const struct publication *p, int argc, char **argv, struct err *e);

#endif
