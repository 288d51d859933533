/* lead.h: whom the lead of an issue is about, so that nobody leads twice in a fortnight. Pure. */
#ifndef COMPOSE_LEAD_H
#define COMPOSE_LEAD_H

#include "compose/figures.h"

struct lead {
	const char *source;
	const struct trend_entity *entity;
	/* Of the chart, that it leads or is a copy in; NULL: none. */
	const struct trend_folded *row;
	int rank;  /* FACTS_HEADLINE for who is in the headline, more for who is told of below it */
	size_t at; /* where in the text */
};

/*
 * Who is named in the text of the lead, whoever wrote it: by the whole name ("owner/name", as the
 * page's address has it), or by an owner's page, which stands for that owner's strongest. The
 * headline is of those whose name, or what is behind its slash, it has; where it has none, of the
 * first in the text.
 */
void lead_find(const struct figures *f, struct str title, struct str text, struct arena *a,
	struct lead **out, size_t *n);

/* As it is kept for later issues. */
struct shown lead_shown(const struct lead *l, struct day day);

#endif
