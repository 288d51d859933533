/* select_links.h: which papers, posts and tools are printed: nothing twice within a month, nobody too
 * often. Pure. */
#ifndef COMPOSE_SELECT_LINKS_H
#define COMPOSE_SELECT_LINKS_H

#include "compose/figures.h"

/*
 * Worth reading: at most `top` of one kind ("paper", "feed", "story"), or, with NULL, of all kinds in
 * turn, the weightiest and then the newest first. No address that an issue of the last 30 days had,
 * no title twice (four words of five the same), at most two of a feed. `feeds`: the names of those
 * that are wanted; none: all.
 */
void select_links(const struct figures *f, const char *kind, const struct str *feeds,
	size_t feed_count, size_t top, struct arena *a, const struct figures_link ***out,
	size_t *n);

/*
 * Tools to look at: repositories that gain, say what they are and stand in no list of today's issue,
 * as links with their description as the note. The rules of select_links hold.
 */
void select_tools(const struct figures *f, size_t top, struct arena *a,
	const struct figures_link ***out, size_t *n);

/*
 * An address as it is compared: scheme and host in lower case, https for http, no "www.", no
 * fragment, no utm_*, ref, source and the like, no slash at the end, arXiv's and HuggingFace's pages
 * of one paper as one, without its version. Empty when it is no web address.
 */
struct str select_canonical_url(struct str url, struct arena *a);

/* The share of words that two titles have in common: 1 are the same. */
double select_likeness(struct str a, struct str b, struct arena *arena);

#endif
