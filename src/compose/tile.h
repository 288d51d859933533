/* tile.h: the figures of "By the Numbers", each with its unit and its window. Pure. */
#ifndef COMPOSE_TILE_H
#define COMPOSE_TILE_H

#include "compose/figures.h"

/* One figure in the words that both parts of a message print. */
struct tile {
	const char *key;    /* "stars_gained", ... */
	const char *source; /* of the chart it is from */
	struct str value, label;
	struct str name, url; /* of whom it tells, behind the label; empty: nobody */
	int share;            /* percent of a whole, for a bar; 0: it is no share */
	double number;
};

/* What they are made from; NULL: may not be printed. */
struct tile_charts {
	const struct figures_chart *github, *models;
	struct arena *a;
};

/* All of them, in the order in which the first that are known are shown. */
enum { TILES = 9 };
#define TILE_KEYS                                                                                  \
	"stars_gained, biggest_gain, hf_likes, top_author, typical_growth, new_top, "              \
	"most_downloaded, top_task, rising"

/* The place of that key, TILES for none; whether the tile is from that chart. */
size_t tile_find(struct str key);
bool tile_is_from(size_t which, const char *source);

/* False where it is not known, or not believed: it is left out, never 0. */
bool tile_make(const struct tile_charts *d, size_t which, struct tile *out);

#endif
