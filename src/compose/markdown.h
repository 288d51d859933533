/* markdown.h: cmark's door: an issue's Markdown as departments, each as HTML with inline styles and
 * as plain text. */
#ifndef COMPOSE_MARKDOWN_H
#define COMPOSE_MARKDOWN_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "compose/theme.h"

struct album;

/* What stands under one `##`, or, as the first one, the lead before any: its title is empty. */
struct department {
	struct str title;
	int line;
	bool empty; /* nothing in it, or all that an introduction leads to has nothing to show: left out
		       everywhere */
	bool prompted;         /* a prompt in it was left out */
	struct str html, text; /* without the title; the links of the text as notes below it */
};

/* Something that may not stand in an issue, or should not. */
struct markdown_fault {
	const char *code; /* "raw-html", "heading-level", "table", "todo", "unknown-block",
			     "image-alt", "picture-missing", "link-target", ... */
	bool fail;        /* else a warning */
	int line;
	struct str detail;
};

/* A link to the web, as it was written. */
struct markdown_link {
	struct str url, text;
	int line;
};

/* Words of the editor's own: no code, no data. */
struct markdown_words {
	struct str text;
	int line; /* of the paragraph's first line, at least */
};

struct markdown {
	struct department *departments;
	size_t count;
	struct markdown_fault *faults;
	size_t fault_count, fault_room;
	struct markdown_link *links;
	size_t link_count, link_room;
	struct markdown_words *words;
	size_t words_count, words_room;
};

/*
 * A fenced block whose info string is a data block's name: write its HTML and text, or neither where
 * it has nothing to show. 1 done, 0 it is no data block (shown as code), -1.
 */
typedef int markdown_block_fn(void *context, struct str name, struct str body, int line,
	struct buf *html, struct buf *text, struct err *e);

struct markdown_options {
	const struct theme *theme;
	markdown_block_fn *block;
	void *context;
	size_t columns;  /* of the text, 72 */
	bool no_prompts; /* leave out paragraphs that begin TODO:, and the departments they are in */
	struct album *album; /* takes in the publication's own pictures; NULL: none are */
};

/*
 * Parse and render. `line0`: lines of the file before the text. Raw HTML is left out (and a fault),
 * unsafe links lose their target (and a fault). ERR_DATA when it is nested more than 64 deep.
 */
int markdown_render(struct str text, const char *name, int line0, const struct markdown_options *o,
	struct arena *a, struct markdown *out, struct err *e);

#endif
