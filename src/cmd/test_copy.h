/* test_copy.h: `send --to`: marked copies for those who want to see the issue, outside the ledger. */
#ifndef CMD_TEST_COPY_H
#define CMD_TEST_COPY_H

#include "cmd/sending.h"
#include "settings/keys.h"

/* The exit code, or -1 with e. */
int test_copy_send(struct context *c, const struct publication *p, const struct keys *keys,
	const struct sending *s, struct err *e);

#endif
