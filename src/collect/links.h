/* links.h: ask for the links of an issue: is there still something behind each? A few, one after the
 * other, with pauses, and none twice a day. */
#ifndef COLLECT_LINKS_H
#define COLLECT_LINKS_H

#include <stdbool.h>

#include "settings/settings.h"
#include "store/asked_link.h"

enum {
	LINKS_MOST = 200,        /* of one run; those behind them are not asked */
	LINKS_BYTES = 64 * 1024, /* of one answer: only its status is wanted */
	LINKS_SECONDS = 10,      /* for one link, redirects and the second try included */
	LINKS_RUN = 180,         /* for all of them */
	LINKS_SLOW = 5,          /* seconds after which an answer is called slow */
	LINKS_PAUSE = 1,         /* seconds between two of a host */
	LINKS_REDIRECTS = 3,
};

struct links_run {
	const struct settings_sources
		*sources; /* hosts that may be private: the operator named them */
	struct db *db;    /* where answers are kept for a day; NULL: nowhere */
	int64_t now;      /* the wall clock */
	void (*progress)(void *context, size_t done, size_t of, struct str url); /* or NULL */
	void *context;
};

struct link_answer {
	struct asked_link found;
	bool asked; /* false: its turn did not come, and nothing is known of it */
};

/*
 * Ask for n addresses, http: or https:, each once; answers[i] is about urls[i]. A host that asks us to
 * slow down is left alone for the rest. Strings live in the arena. -1: the database failed; a link
 * that fails is an answer.
 */
int links_ask(const struct links_run *run, const struct str *urls, size_t n, struct arena *a,
	struct link_answer *answers, struct err *e);

#endif
