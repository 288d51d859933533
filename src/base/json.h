/* json.h: is it JSON that we may keep? A strict check; reading is SQLite's. Pure. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/err.h"
#include "base/str.h"

enum json_kind { JSON_ARRAY, JSON_OBJECT, JSON_OTHER };

enum { JSON_DEPTH = 32, JSON_NUMBER = 400 };

/*
 * One JSON value (RFC 8259) and nothing behind it: UTF-8, no NUL, no key twice in an object,
 * nesting of at most 32, numbers of at most 400 characters. SQLite's own check lets most of these
 * by. *text loses a BOM at its front. On failure e says what and at which byte (ERR_DATA).
 */
int json_check(struct str *text, enum json_kind *kind, struct err *e);

/*
 * Escapes that the grammar has and text has not, NULs and halves of surrogate pairs, in a text that
 * passed json_check: they become \ufffd, in place and no longer than they were. One string of one
 * stranger is no reason to refuse the rows of the others.
 */
void json_mend(char *text, size_t n);

#endif
