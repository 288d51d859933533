/* known.h: what the database knows of a day, for whoever composes its issue. */
#ifndef CMD_KNOWN_H
#define CMD_KNOWN_H

#include "compose/edition.h"
#include "compose/figures.h"
#include "settings/publication.h"

/* Does the day's issue stand as `draft` wrote it? 1 yes, 0 no, or there is none. */
int known_is_unedited(const struct publication *p, struct db *db, struct day day, struct err *e);

struct known {
	struct figures figures;
	struct approval approval;
	struct edition_options options; /* for edition_compose and check_run; points into this */
};

/*
 * Read the day's figures, its newest approval, and whether its issue stands as `draft` wrote it.
 * `db` NULL: it is opened for reading meanwhile; one that is not there knows nothing. Lives in the
 * arena.
 */
int known_read(const struct publication *p, struct db *db, struct day day, struct arena *a,
	struct known *out, struct err *e);

#endif
