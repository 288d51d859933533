#include "base/asset.h"

#include <string.h>

/* Written at build time by scripts/embed.cmake. */
extern const struct asset asset_table[];
extern const size_t asset_count;

const struct asset *
asset_all(size_t *n)
{
	*n = asset_count;
	return asset_table;
}

const struct asset *
asset_find(const char *name)
{
	for (size_t i = 0; i < asset_count; i++)
		if (strcmp(asset_table[i].name, name) == 0)
			return &asset_table[i];
	return NULL;
}
