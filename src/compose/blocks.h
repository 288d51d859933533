/* blocks.h: the data blocks of an issue (fenced, with YAML inside), each as HTML and as text. */
#ifndef COMPOSE_BLOCKS_H
#define COMPOSE_BLOCKS_H

#include "compose/theme.h"
#include "settings/settings.h"

/* Finds a template's text by its file name: the publication's own or the built-in one. 1, 0 or
 * -1. */
typedef int blocks_template_fn(void *context, struct str name, struct str *text, struct err *e);

struct blocks {
	const struct settings *settings;
	const struct theme *theme;
	const char *file; /* the issue's, for errors */
	size_t columns;
	struct arena *arena;
	blocks_template_fn *find;
	void *context;
};

/* A markdown_block_fn over a struct blocks. A block of the data desk that has no data yet is left
 * out. */
int blocks_render(void *blocks, struct str name, struct str body, int line, struct buf *html,
	struct buf *text, struct err *e);

/* Is it the name of a block? */
bool blocks_is_name(struct str name);

#endif
