/* link_notes.h: the numbers that links have in the text part, and the list of them below a department. */
#ifndef COMPOSE_LINK_NOTES_H
#define COMPOSE_LINK_NOTES_H

#include "base/buf.h"
#include "base/str.h"

struct link_note {
	int number;
	struct str url;
	size_t slot; /* where the table has it */
};

/* Zeroed it is empty. Numbers run through the whole issue, links are told once a department. */
struct link_notes {
	int last;
	struct link_note *list; /* of the department */
	size_t count, room;
	size_t *slots; /* an open table: a place in the list + 1 */
	size_t slot_count;
};

/* The number of the link; a new one where the department does not have it. The url is borrowed. */
int link_notes_number(struct link_notes *n, struct str url);

/* Write them, "[7] https://..." a line, an empty line before the first; the next department begins. */
void link_notes_write(struct link_notes *n, struct buf *out);

void link_notes_free(struct link_notes *n);

#endif
