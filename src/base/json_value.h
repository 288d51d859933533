/* json_value.h: look into JSON that passed json_check: pieces of the text, read where they stand. Pure. */
#ifndef BASE_JSON_VALUE_H
#define BASE_JSON_VALUE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/* A value is its text: "{…}", "[…]", "\"…\"", "12", "true", "null"; empty: there is none. */

/* The value at a path of keys, "bounce.bouncedRecipients", from an object down. */
struct str json_at(struct str object, const char *path);

/* The next element of an array, from its text on: *rest begins as the array and moves on. */
bool json_each(struct str *rest, struct str *element);

/* A string without its quotes and escapes; numbers and words as they stand; null and what is no scalar
 * is empty. */
struct str json_text(struct str value, struct arena *a);

/* json_text(json_at()). */
struct str json_text_at(struct str object, const char *path, struct arena *a);

bool json_is_object(struct str value);
bool json_is_array(struct str value);

#endif
