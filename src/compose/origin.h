/* origin.h: where a chart's entities live: what readers call the place, and the links that checked
 * names make. Pure. */
#ifndef COMPOSE_ORIGIN_H
#define COMPOSE_ORIGIN_H

#include "trend/momentum.h"

struct origin {
	const char *source; /* "github", ... */
	enum trend_kind kind;
	const char *place;      /* "GitHub" */
	const char *one, *many; /* "repository", "repositories" */
	const char *unit;       /* what is counted: "stars" */
	const char *base;       /* what a link begins with */
};

/* NULL: there is no such source. The names of all, ", " between them, are ORIGIN_NAMES. */
const struct origin *origin_find(struct str source);
#define ORIGIN_NAMES "github, hf_models, hf_datasets, hf_spaces"

/* The entity's page; empty where the name is none that a link may be built from. */
struct str origin_url(const struct origin *o, struct str name, struct arena *a);
/* The page of an owner: the part of a name before its slash. */
struct str origin_owner_url(const struct origin *o, struct str owner, struct arena *a);

#endif
