/* form.h: what a form or a mail program posts, as names and values. Pure. */
#ifndef WEB_FORM_H
#define WEB_FORM_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

enum { FORM_FIELDS_LIMIT = 64 };

struct form_field {
	struct str name, value;
};

struct form {
	struct form_field fields[FORM_FIELDS_LIMIT];
	size_t count;
};

enum form_verdict { FORM_OK, FORM_OTHER_TYPE, FORM_BROKEN };

/*
 * Read a body of application/x-www-form-urlencoded or (RFC 8058 allows both) multipart/form-data;
 * `type` is the Content-Type, empty when there was none. Values live in the arena or in the body.
 * What mail programs write differently and nobody can misread is taken as it is meant: a line end
 * behind the last value, a pair that is empty or has no value, lines that end with LF alone. Nothing
 * is repaired: a broken escape, a NUL or a part without an end is FORM_BROKEN.
 */
enum form_verdict form_parse(struct str type, struct str body, struct arena *a, struct form *out);

/* The value of the one field of this name: 1 got it, 0 there is none, -1 there are several. */
int form_value(const struct form *f, const char *name, struct str *out);

/* Is there exactly one field of this name, and does it say this? */
bool form_says(const struct form *f, const char *name, const char *value);

#endif
