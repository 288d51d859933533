/* front.h: an issue file cut into its front matter and its Markdown. Pure. */
#ifndef COMPOSE_FRONT_H
#define COMPOSE_FRONT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "compose/trouble.h"

struct front {
	struct str title, summary;
	struct str subject;   /* the title cut at a word to 78 where it was not given */
	struct str preheader; /* the summary cut at a word to 140 */
	struct str author;    /* empty: none */
	struct str number;
	bool draft;
	int title_line, summary_line, subject_line, preheader_line; /* 0: not given */
	struct str body; /* the Markdown behind it; borrowed from the text */
	int body_line;   /* lines of the file before it */
};

/*
 * Parse. `name` is the file's, for errors, which are ERR_DATA and name the line: no front matter,
 * not YAML, an unknown key, no title or summary, bytes that are no UTF-8, control characters.
 */
int front_parse(
	struct str text, const char *name, struct arena *a, struct front *out, struct err *e);

/*
 * The same, and what is wrong is noted in t (NULL: the first ends it) as long as there is a body: then
 * 0, title or summary are empty where they cannot be read, and what is no text stands as blanks.
 */
int front_read(struct str text, const char *name, struct troubles *t, struct arena *a,
	struct front *out, struct err *e);

#endif
