/* check.h: an editor's preflight: what is wrong with an issue and its message, and what to do about
 * it. */
#ifndef COMPOSE_CHECK_H
#define COMPOSE_CHECK_H

#include "compose/edition.h"

enum check_level { CHECK_WARN, CHECK_FAIL };

struct check_finding {
	enum check_level level;
	const char *code;
	struct str where; /* "issues/2026-02-14.md:12" */
	struct str what;
	const char *remedy;
};

/* Findings of more than one hand. Zeroed is ready; in the arena. */
struct findings {
	struct check_finding *p;
	size_t n, room;
};

void findings_add(struct findings *f, struct arena *a, const struct check_finding *more);

/*
 * Compose the issue and look at it from all sides. 0 with the findings in *list; -1 only where nothing
 * can be said: no issue (ERR_NOINPUT), no publication. What stops composition are findings of the code
 * "composition", before the others that can be found all the same; out->letter is empty then.
 */
int check_run(const struct publication *p, struct day day, const struct edition_options *o,
	struct arena *a, struct composed *out, struct check_finding **list, size_t *n,
	struct err *e);

/* Must it not go out? */
bool check_fails(const struct check_finding *list, size_t n);

/* A link of the message that can be asked for, and its place in the issue. */
struct check_link {
	struct str url, where;
};

/* Those to other places than the publication, each once. In the arena. */
void check_list_links(const struct publication *p, struct day day, const struct composed *c,
	struct arena *a, struct check_link **out, size_t *n);

#endif
