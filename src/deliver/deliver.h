/* deliver.h: carry one issue to everybody who is due: plan, fill, mark, hand over, record. */
#ifndef DELIVER_DELIVER_H
#define DELIVER_DELIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "mail/seal.h"
#include "settings/keys.h"
#include "settings/publication.h"
#include "store/delivery.h"

/* How far a run is; told about once a second. */
struct deliver_progress {
	int64_t planned, done, sent, failed, deferred;
	int64_t started; /* clock_steady */
};

typedef void deliver_progress_fn(void *context, const struct deliver_progress *p);

struct deliver_options {
	const struct publication *publication;
	const struct keys *keys;
	const struct seal_signers *signers; /* none in it: mail is not signed here */
	struct delivery_choice choice;
	int64_t most;     /* messages in this run; 0: no limit */
	int64_t wait;     /* microseconds to stay for the deferred */
	int64_t deadline; /* microseconds for the whole run; 0: none */
	bool force;       /* past the issue's last moment as well */
	deliver_progress_fn *progress;
	void *context;
	const volatile int *stop; /* set by a signal handler: drain */
};

enum deliver_end {
	DELIVER_DONE,        /* nobody is left to be served */
	DELIVER_LEFT,        /* some wait for another run */
	DELIVER_INTERRUPTED, /* SIGTERM, --deadline or --max */
	DELIVER_UNREACHABLE, /* no relay could be reached */
	DELIVER_REFUSED,     /* relays take nothing: `why`, and code says whose business it is */
	DELIVER_HELD,        /* the canary, or what came back, holds the rest: `why` */
	DELIVER_STALE,       /* the issue's last moment is past: the rest has failed as expired */
};

struct deliver_result {
	enum deliver_end end;
	enum err_code code;
	char why[1024];
	int64_t sent, failed, deferred, doubted; /* in this run */
};

/*
 * The issue's row is there (state planning or later) and the caller holds send.lock. What was
 * `sending` when an earlier run ended is in doubt now, and is sent again or held as send.in_doubt
 * says. -1 when the ledger cannot be written: nothing is sent that cannot be recorded.
 */
int deliver_issue(struct db *db, struct issue *issue, const struct deliver_options *o,
	struct deliver_result *out, struct err *e);

#endif
