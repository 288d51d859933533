/* kind.h: one reader for each kind of value that settings have. */
#ifndef SETTINGS_KIND_H
#define SETTINGS_KIND_H

#include "settings/reader.h"

/* Is it one value, or several below it? */
bool kind_is_single(enum kind kind);

/* Put a single value into its place in the struct at `base`, or say what was found and what is
 * wanted. It goes nowhere where `base` is NULL or the key's place is NONE, and is checked all the
 * same. */
int kind_read_single(const struct reader *r, const struct yaml *y, const char *path,
	const struct key *k, void *base);

/* A list of single values. */
int kind_read_names(
	const struct reader *r, const struct yaml *y, const char *path, struct settings_list *to);
int kind_read_networks(const struct reader *r, const struct yaml *y, const char *path,
	struct settings_networks *to);

#endif
