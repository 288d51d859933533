/* outline.h: what an issue consists of, read out of its HTML: headings and links; and what two
 * of them do not share. Pure. */
#ifndef CMD_OUTLINE_H
#define CMD_OUTLINE_H

#include "base/arena.h"
#include "base/str.h"

struct outline {
	struct str *headings; /* of h1 to h3, as text */
	size_t heading_count;
	struct str *links; /* http: and https:, each once */
	size_t link_count;
};

/* Links that begin with `own` are left out: they are the publication's, and a day's or a person's.
 * Lives in the arena. */
void outline_read(struct str html, struct str own, struct arena *a, struct outline *out);

/* Is it one of these? */
bool outline_has(const struct str *list, size_t n, struct str s);

#endif
