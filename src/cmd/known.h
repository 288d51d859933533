/* known.h: what the database knows of a day, for whoever composes its issue. */
#ifndef CMD_KNOWN_H
#define CMD_KNOWN_H

#include "compose/edition.h"
#include "compose/figures.h"
#include "settings/publication.h"

/* Who wrote the day's issue, as it stands there to the byte? */
enum known_hand {
	KNOWN_EDITOR, /* or there is none */
	KNOWN_DRAFT,
	KNOWN_SAMPLE, /* `init`, to show what an issue is: it is nobody's news */
};

/* One of enum known_hand, or -1. db NULL: no drafts are known. */
int known_hand(const struct publication *p, struct db *db, struct day day, struct err *e);

/* Why `daily` leaves the issue of that hand alone, behind "it is "; NULL: it may go out. */
const char *known_why_held(const struct publication *p, enum known_hand hand);

struct known {
	enum known_hand hand;
	struct figures figures;
	struct approval approval;
	struct edition_options options; /* for edition_compose and check_run; points into this */
};

/*
 * Read the day's figures, its newest approval, and who wrote its issue.
 * `db` NULL: it is opened for reading meanwhile; one that is not there knows nothing. Lives in the
 * arena.
 */
int known_read(const struct publication *p, struct db *db, struct day day, struct arena *a,
	struct known *out, struct err *e);

#endif
