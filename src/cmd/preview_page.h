/* preview_page.h: the page around the frames: what is known of an edition, as HTML. */
#ifndef CMD_PREVIEW_PAGE_H
#define CMD_PREVIEW_PAGE_H

#include "cmd/preview.h"

/* Render templates/preview.html. It is not one that a publication may replace: a template that is
 * broken must not take the page away that says so. */
int preview_page(const struct preview *v, struct arena *a, struct str *out, struct err *e);

/* The style and the script, and the policy that lets in these two and no other. */
void preview_page_load(struct preview *v);

#endif
