/* headline.h: what stands at the top of an edition, and which issues everybody may read. */
#ifndef STORE_HEADLINE_H
#define STORE_HEADLINE_H

#include "base/clock.h"
#include "store/db.h"

struct headline {
	int64_t edition_id;
	struct day day;
	struct str hash; /* of the edition */
	struct str title, summary, author, number;
	int64_t published_at; /* when its sending began */
	int64_t updated_at;   /* when this edition of it was chosen: later with --new-edition */
};

/* Keep the front matter of an edition that is about to be sent; one that was kept stays. In the
 * caller's transaction. Of `h` the last two and day and hash do not matter. */
int headline_keep(struct db *db, const struct headline *h, int64_t now, struct err *e);

/*
 * The issues that are public, newest first: those that are being sent or were sent, each with its newest
 * edition, and of those that ended in another way the ones that somebody has. One that is held is not
 * public: something may be wrong with it. Issues of before headlines were kept have their subject for a
 * title, and no summary.
 */
int headline_list(
	struct db *db, struct arena *a, struct headline **out, size_t *count, struct err *e);

/* Changes when anybody else has written into the database. */
int headline_stamp(struct db *db, int64_t *out, struct err *e);

#endif
