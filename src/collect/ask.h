/* ask.h: put questions to a source, with its limits obeyed, its failures borne and its answers
 * gathered. */
#ifndef COLLECT_ASK_H
#define COLLECT_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "collect/patience.h"
#include "settings/settings.h"
#include "store/snapshot.h"

enum {
	ASK_BODY = 4 << 20,    /* one answer (RELIABILITY N3) */
	ASK_BODIES = 10 << 20, /* all of a source: they are in memory together */
	ASK_SECONDS = 30,      /* one question */
	/* Questions left to a host's allowance when what is tracked is asked for. */
	ASK_RESERVE = 10,
};

/* Of a whole run: connections, and what was learnt of each host. */
struct ask_run;

/* One source's morning. What stands above the empty line is for the source to read. */
struct asking {
	const struct settings_sources *settings;
	const char *source; /* its name */
	const char *token;  /* or NULL */
	struct day day;
	struct db *db;
	struct arena *arena; /* the source's; its answers are in it */

	/* What came last, until the next comes: it may yet be rejected. Whoever ends the asking frees
	 * it. */
	struct arena last;
	struct patience_rules rules;
	struct answer *answers;
	size_t count, room, size; /* size: of the bodies together */
	unsigned calls, failed;   /* failed: questions in a row */
	uint64_t bytes;
	bool partial;  /* something is missing that was asked for */
	bool over;     /* not to be asked further */
	char why[256]; /* the first thing that went wrong; empty */
	int64_t until; /* clock_steady() */
	struct ask_run *run;
};

/* The hosts and connections of a run; ask_run_free ends them. NULL is fine there. */
struct ask_run *ask_run_new(void);
void ask_run_free(struct ask_run *run);

struct question {
	const char *url;
	const char *accept, *extra; /* a media type; one more header line; or NULL */
	unsigned pages;             /* how many may be read by Link, 0 as 1 */
	const char *pool;           /* the allowance it counts against; NULL: the host's only one */
	int64_t pace; /* microseconds between two of the pool, where the host names no limit */
	bool tracked; /* see struct answer; a failure makes nothing partial */
	bool abroad;  /* redirects may lead to another host (feeds) */
	bool unkept;  /* it leads to other questions, and is no answer to keep */
};

enum asked {
	ASKED_GOOD, /* one answer more, or several */
	ASKED_GONE, /* noted as well */
	ASKED_NOT, /* nothing came of it: it is said in `why`, and another question may do better */
	ASKED_OVER, /* the source is over */
};

/* Ask; *out is the first answer (good or gone), there until the source's end. May be NULL. */
enum asked ask(struct asking *a, const struct question *q, struct answer **out);

/* Something about an answer is not as it must be: as if it had not come. It must be the last, and is
 * freed. */
void ask_reject(struct asking *a, const char *why);

/* The last answer is none to keep, and no fault of anybody's. */
void ask_drop(struct asking *a);

/* Another source asks for more of the same chart: what today's answers have need not be asked for
 * by ask_tracked in `chart` later. `key`: as there. */
void ask_leave_names(struct asking *a, const char *chart, const char *key);

/*
 * Ask for each that is tracked and that today's answers do not have: BASE followed by its name and
 * `query`, at most `most` of them. `key` is the JSON key that names stand behind.
 */
void ask_tracked(struct asking *a, const struct question *q, const char *base, const char *query,
	const char *key, size_t most);

#endif
