/* fields.h: "Name: value" lines as they stand in headers, status reports and, now and then, in the
 * middle of prose. Pure. */
#ifndef MAIL_FIELDS_H
#define MAIL_FIELDS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

struct field {
	struct str name, value; /* trimmed; the value unfolded (a fold is one blank) */
};

enum field_line {
	FIELD_GOT,   /* a field with all its folded lines */
	FIELD_BLANK, /* an empty line: in a status report, the next recipient's group */
	FIELD_ELSE,  /* a line that is no field */
	FIELD_END,
};

/* The next line of *rest. A value of one line is borrowed from it, others are in the arena. */
enum field_line fields_next(struct str *rest, struct arena *a, struct field *out);

/* The first of that name before an empty line; empty: none. */
struct str fields_find(struct str header, const char *name, struct arena *a);

#endif
