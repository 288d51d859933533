/* templates.h: the publication's templates, found and rendered: what issues and notes share. */
#ifndef COMPOSE_TEMPLATES_H
#define COMPOSE_TEMPLATES_H

#include "compose/theme.h"
#include "mail/letter.h"
#include "settings/publication.h"
#include "settings/words.h"

/* One that was looked for; `got` is what came of it. */
struct template_found {
	struct str name, text;
	int got;
};

struct templates {
	const struct publication *publication;
	struct arena *arena; /* all that is found and rendered lives there */
	const char *ending;  /* of those now being rendered: ".html" or ".txt" */
	struct theme theme;
	const struct words *words; /* NULL: the templates use none */
	/* All that were looked for, so that each row of a chart is rendered from the same file. */
	struct template_found *found;
	size_t found_count, found_room;
};

/* Find templates/NAME: a file in the publication's folder replaces the built-in one. 1 got it, 0
 * there is none. It is looked for once. A template_partial_fn but for the ending. */
int templates_find(void *templates, struct str name, struct str *text, struct err *e);
/* The same, and there must be one. */
int templates_need(struct templates *t, const char *name, struct str *text, struct err *e);

/* Read templates/theme.yaml into t->theme. */
int templates_load_theme(struct templates *t, struct err *e);

/* Render NAME; a partial's ending is the name's. */
int templates_render(struct templates *t, const char *name, const struct value *data,
	enum template_escape escape, struct str *out, struct err *e);
/* Render a text that stands in no file; `name` is what errors call it. */
int templates_render_text(struct templates *t, struct str text, const char *name,
	const struct value *data, enum template_escape escape, struct str *out, struct err *e);

/* Put a text, or null when it is empty. */
void templates_put(struct templates *t, struct value *o, const char *name, struct str text);
/* Put publication (name, tagline, url, postal_address), language and direction. */
void templates_put_publication(struct templates *t, struct value *data);
/* Put link.NAME: publication.url, the path and a slot behind it. */
void templates_put_link(struct templates *t, struct value *link, const char *name, const char *path,
	enum letter_slot slot);
/* A postal address of several lines as one. */
struct str templates_one_line(struct arena *a, const char *lines);

#endif
