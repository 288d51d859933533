/* copy.h: send a few messages outside the ledger: test copies. */
#ifndef DELIVER_COPY_H
#define DELIVER_COPY_H

#include "settings/publication.h"

struct copy {
	struct str to;      /* envelope form */
	struct str message; /* filled */
	bool smtputf8;
	bool sent;
	char words[1024]; /* the relay's */
};

/* Hand them all to the first relay that takes them; each says what came of it. -1 only when no
 * relay can be opened. */
int copy_send(const struct publication *p, struct copy *copies, size_t n, struct err *e);

#endif
