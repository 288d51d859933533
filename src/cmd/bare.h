/* bare.h: a host that may be robbed, and what must not be found there. */
#ifndef CMD_BARE_H
#define CMD_BARE_H

#include "settings/publication.h"

/*
 * Is there nothing in the publication's folder that is worth stealing: no private key, no database,
 * no mail, no password? ERR_CONFIG, naming the first that there is and what to do.
 */
int bare_check(const struct publication *p, struct err *e);

#endif
