/* blocks.h: the data blocks of an issue (fenced, with YAML inside), each as HTML and as text. */
#ifndef COMPOSE_BLOCKS_H
#define COMPOSE_BLOCKS_H

#include "base/clock.h"
#include "compose/theme.h"
#include "settings/settings.h"

struct album;
struct figures;
struct shown;

/* Finds a template's text by its file name: the publication's own or the built-in one. 1, 0 or
 * -1. */
typedef int blocks_template_fn(void *context, struct str name, struct str *text, struct err *e);

/* Why a data block, or a part of one, was left out or labelled: what `check` tells. */
struct block_note {
	const char *code; /* "data-stale", "data-old", "data-partial", "data-jump", ... */
	int line;         /* of the block in the file */
	struct str what;
	const char *remedy;
};

/* What the blocks of an issue leave behind; in the arena. */
struct blocks_record {
	struct shown *shown; /* what they show, for the rules across issues */
	size_t shown_count, shown_room;
	struct block_note *notes;
	size_t note_count, note_room;
};

struct blocks {
	const struct settings *settings;
	const struct theme *theme;
	const char *file; /* the issue's, for errors */
	size_t columns;
	struct arena *arena;
	blocks_template_fn *find;
	void *context;
	struct day day;                /* the issue's */
	const struct figures *figures; /* NULL: nothing is known */
	struct blocks_record *record;  /* NULL: nobody asks */
	struct album *album;           /* for pictures that are made; NULL: none are */
};

/* A markdown_block_fn over a struct blocks. A block that has nothing honest to show writes nothing,
 * and a note says why. */
int blocks_render(void *blocks, struct str name, struct str body, int line, struct buf *html,
	struct buf *text, struct err *e);

/* Is it the name of a block? */
bool blocks_is_name(struct str name);

#endif
