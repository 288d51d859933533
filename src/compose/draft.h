/* draft.h: an issue as it can be written without an editor: front matter, the day's facts as the
 * lead, the data blocks in their places, and prompts where words are wanted. Pure. */
#ifndef COMPOSE_DRAFT_H
#define COMPOSE_DRAFT_H

#include "base/buf.h"
#include "base/err.h"
#include "compose/figures.h"

struct draft_input {
	struct str text; /* of the template, and what errors call it */
	const char *name;
	struct str publication; /* its name: the headline of a day without figures */
	const struct figures *figures;
	int number; /* 0: none */
};

/*
 * Write the file. The same input gives the same bytes. What strangers wrote (descriptions,
 * titles) can be no markup, no front matter and no end of a block in it. ERR_DATA: the template is
 * wrong, or what comes of it is no issue.
 */
int draft_write(const struct draft_input *in, struct arena *a, struct str *out, struct err *e);

/* Append one line of a stranger's text so that Markdown shows it as it is. */
void draft_markdown(struct str s, struct buf *out);
/* Append it as a YAML scalar in double quotes. */
void draft_yaml(struct str s, struct buf *out);

#endif
