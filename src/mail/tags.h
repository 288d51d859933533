/* tags.h: lists of NAME=VALUE; as DKIM's keys, DMARC's and their relatives' records have them (RFC 6376
 * 3.2). Pure. */
#ifndef MAIL_TAGS_H
#define MAIL_TAGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum { TAGS_MOST = 32 };

/* Borrowed from the text. */
struct tag {
	struct str name, value; /* trimmed */
};

struct tags {
	struct tag all[TAGS_MOST];
	size_t count;
};

/* False: no such list, a name twice, or more of them than anybody needs. */
bool tags_read(struct str text, struct tags *out);

/* The value of that name, or NULL: it is not there. */
const struct str *tags_find(const struct tags *t, const char *name);
/* Is it there with that value, in either case? */
bool tags_is(const struct tags *t, const char *name, const char *value);

/* Does a record begin with this version tag, as in "v=DMARC1", and nothing behind it but ';' or
 * blanks? */
bool tags_has_version(struct str record, const char *version);

#endif
