#include "people/erase.h"

#include "store/event.h"
#include "store/person.h"
#include "store/suppression.h"

/* What the suppression list calls it. */
#define WHY "erased"

int
people_erase(struct db *db, const struct keys *keys, const struct subscriber *who, const char *why,
	int64_t now, struct err *e)
{
	uint8_t hash[KEYS_HASH];
	char detail[EVENT_BY];

	/* Removed first: an address that the operator suppressed by name goes from there too. */
	if (keys_hash_address(keys, who->email_key, hash, e) < 0 ||
		suppression_remove(db, hash, e) < 0 ||
		suppression_add(db, hash, (struct str){ 0 }, STR(WHY), now, e) < 0 ||
		person_erase(db, who->id, e) < 0)
		return -1;
	return event_add(db, now, "erased", who->id, 0,
		event_by(detail, why, "from", subscriber_state_name(who->state)), e);
}

/* -- after a restore -------------------------------------------------------------------------- */

struct again {
	struct db *db;
	const struct keys *keys;
	int64_t now, n;
};

static int
was_erased(const struct again *g, const struct subscriber *s, struct err *e)
{
	uint8_t hash[KEYS_HASH];
	struct arena a = { 0 };
	struct str why = { 0 };
	int status = keys_hash_address(g->keys, s->email_key, hash, e);

	if (status == 0)
		status = suppression_why(g->db, hash, &a, &why, e);
	if (status > 0)
		status = str_eqz(why, WHY);
	arena_free(&a);
	return status;
}

static int
look_at_one(void *context, const struct subscriber *s, struct err *e)
{
	struct again *g = context;
	int status = was_erased(g, s, e);

	if (status <= 0)
		return status;
	if (db_begin(g->db, e) == 0 && people_erase(g->db, g->keys, s, "restore", g->now, e) == 0 &&
		db_commit(g->db, e) == 0) {
		g->n++;
		return 0;
	}
	db_rollback(g->db);
	return -1;
}

int
people_erase_again(struct db *db, const struct keys *keys, int64_t now, int64_t *n, struct err *e)
{
	struct again g = { .db = db, .keys = keys, .now = now };
	int status = subscriber_each(db, -1, STR(""), look_at_one, &g, e);

	*n = g.n;
	return status;
}
