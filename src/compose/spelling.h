/* spelling.h: the words of an issue that a dictionary can be asked for, and what Ispell's pipe says of
 * them. Pure. */
#ifndef COMPOSE_SPELLING_H
#define COMPOSE_SPELLING_H

#include "compose/edition.h"

struct spelling_word {
	struct str word;
	int line; /* where it stands first */
	bool unknown;
	struct str suggestions; /* "receive, deceive", or empty */
};

/*
 * The words of the headline, the standfirst and the editor's own paragraphs, each once, in their order.
 * Left out are code, data, addresses, names by their form (GPT, PyTorch, v2, owner/name), what is
 * shorter than three letters or in a script that the language (BCP 47) is not written in, and the words
 * of `known`: a line each, # begins a comment, case does not matter. In the arena.
 */
void spelling_words(const struct composed *c, struct str language, struct str known,
	struct arena *a, struct spelling_word **out, size_t *n);

/* What the pipe is asked: a line for each word. */
void spelling_ask(const struct spelling_word *words, size_t n, struct buf *out);

/* Its answers, in the same order. ERR_DATA: they are not what the pipe's protocol says. */
int spelling_read(
	struct str answers, struct spelling_word *words, size_t n, struct arena *a, struct err *e);

#endif
