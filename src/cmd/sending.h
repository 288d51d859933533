/* sending.h: one run of sending an issue, from the lock to the exit code: what `send` and `daily`
 * share. */
#ifndef CMD_SENDING_H
#define CMD_SENDING_H

#include "cmd/command.h"
#include "mail/seal.h"
#include "settings/publication.h"

struct sending {
	struct day day;
	const char **to; /* test copies, outside the ledger */
	size_t to_count;
	struct str *tags;
	size_t tag_count;
	bool dry_run, no_wait, force, only_missed, new_edition;
	bool quiet_when_done; /* daily: a finished day says nothing */
	int64_t most, deadline;
	const struct seal_signers *signers; /* sending_run's to fill in */
};

/* The exit code, or -1 with e. */
int sending_run(
	struct context *c, const struct publication *p, const struct sending *s, struct err *e);

#endif
