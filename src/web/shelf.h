/* shelf.h: documents that were made before, at hand for whoever asks next, and squeezed already. */
#ifndef WEB_SHELF_H
#define WEB_SHELF_H

#include "web/archive.h"

struct shelf;

struct shelved {
	struct document document;
	const char *tag; /* ETag: weak, since it is the same for either coding (RFC 9110 8.8.1) */
	struct str squeezed; /* by gzip; empty: it does not pay */
};

/* One thread's own; shelf_free takes NULL. */
struct shelf *shelf_new(void);
void shelf_free(struct shelf *s);

/* What stands at the path, or NULL. Good until the next call that changes the shelf. */
const struct shelved *shelf_find(const struct shelf *s, struct str path);

/* Put a copy there. Others may have to go: the shelf has room for some hundred documents and for 32 MiB,
 * and whatever comes finds room. */
const struct shelved *shelf_put(struct shelf *s, struct str path, const struct document *d);

void shelf_clear(struct shelf *s);

#endif
