/* exhibit.h: an issue as the archive shows it: the frozen edition, filled for nobody. */
#ifndef WEB_EXHIBIT_H
#define WEB_EXHIBIT_H

#include "store/headline.h"
#include "web/site.h"

struct exhibit_picture {
	struct str name; /* the digits of its bytes' hash and an ending: "3f2a….png" */
	const char *type;
	struct str bytes;
};

struct exhibit {
	struct str style; /* the issue's own rules */
	struct str body;  /* fit for a page: reprint.h */
	struct exhibit_picture *pictures;
	size_t picture_count;
};

/* The path of an issue's page, or of what is below it: "/issues/2026-02-14". */
const char *exhibit_path(const struct site *site, struct day day, struct arena *a);

/* Read the edition and make it ready; all of it lives in the arena. ERR_DATA: its bytes are not those
 * that its hash is of. */
int exhibit_make(const struct site *site, struct db *db, const struct headline *h, struct arena *a,
	struct exhibit *out, struct err *e);

/* The same for feed readers: what was written for that day, without a look; pictures have their whole
 * addresses. */
int exhibit_plain(const struct site *site, struct db *db, const struct headline *h, struct arena *a,
	struct str *out, struct err *e);

#endif
