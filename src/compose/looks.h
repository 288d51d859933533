/* looks.h: how the words of a page look: colour, ground, size and weight of each, in the light and in
 * the dark, by its inline styles and the rules of its <style>. Pure. */
#ifndef COMPOSE_LOOKS_H
#define COMPOSE_LOOKS_H

#include "compose/colour.h"
#include "compose/page.h"

struct look {
	struct colour ink, ground;
	bool known;    /* false: a colour that we cannot read was given on the way */
	double pixels; /* of the type */
	bool bold;
};

/*
 * A look for each of the page's nodes, in the arena. With `dark` the rules for
 * prefers-color-scheme: dark count too. Of selectors it knows elements and classes, and descendants;
 * rules with others, and those for widths, are left out.
 */
struct look *looks_of(const struct page *p, bool dark, struct arena *a);

#endif
