/* link.h: what is worth reading, as papers, feeds and stories name it. */
#ifndef STORE_LINK_H
#define STORE_LINK_H

#include "store/row.h"

/* row_keep for links. One is taken that has a title and an address with http or https, and the
 * first with an address is kept. */
int link_keep(struct db *db, const struct row_source *source, int64_t snapshot, struct day day,
	struct row_count *out, struct err *e);

struct link_row {
	struct str key, title, url, note, source;
	struct day day; /* published; unknown: that of the snapshot */
	double weight;  /* 0: unknown */
};

/* Those of the source's newest snapshot with rows, of the days from `from` to `to`: *n of them. */
int link_read(struct db *db, const char *source, struct day from, struct day to, struct arena *a,
	struct link_row **out, size_t *n, struct err *e);

#endif
