/* page.h: rendered HTML read back: its elements and its words in their order, as a reader's program
 * would find them. Pure. */
#ifndef COMPOSE_PAGE_H
#define COMPOSE_PAGE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

/* An element, or (without a name) a piece of text. */
struct page_node {
	struct str name;       /* lower case as we write it; empty: text */
	struct str attributes; /* as they stand */
	struct str text;       /* of a text: decoded; of a <style>: the rules */
	int parent;            /* -1: none; else an earlier one */
	bool hidden;           /* nobody sees it: the head, display:none */
	bool code;             /* it stands in a <code> or <pre> */
};

struct page {
	struct page_node *nodes;
	size_t count;
};

/* Read it. What is no HTML is read somehow and in linear time. Comments (Outlook's too) are passed
 * over. Names and attributes are borrowed from `html`, the rest lives in the arena. */
void page_read(struct str html, struct arena *a, struct page *out);

/* The value of an attribute, decoded; false where the element has none. */
bool page_attribute(
	const struct page_node *n, const char *name, struct arena *a, struct str *value);

/* The next declaration of a style: its name and its value, trimmed. False at the end. */
bool page_declaration(struct str *rest, struct str *name, struct str *value);

/* Append what is to be read in the node and below it (node -1: the whole page), white space folded
 * to single blanks, and none at the beginning. */
void page_words(const struct page *p, int node, struct buf *out);

#endif
