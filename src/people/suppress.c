#include "people/suppress.h"

#include <assert.h>
#include <stdio.h>

#include "base/sign.h"
#include "mail/address.h"
#include "people/subscribe.h"
#include "store/event.h"

static_assert((int)SUPPRESSION_HASH == (int)KEYS_HASH, "the table holds what the keys make");

/* Kept as state_why and told in the event. */
#define WHY "suppressed"

int
people_suppressed(struct db *db, const struct keys *keys, struct str email_key, struct err *e)
{
	uint8_t hash[SUPPRESSION_HASH];

	if (keys_hash_address(keys, email_key, hash, e) < 0)
		return -1;
	return suppression_has(db, hash, e);
}

/* Whom it is about */

int
suppress_read(const struct keys *keys, struct str text, struct arena *a,
	struct suppress_target *out, const char **why, struct err *e)
{
	uint8_t digest[SIGN_SHA256];
	struct address address;

	*out = (struct suppress_target){ 0 };
	if (str_starts(text, STR(SUPPRESS_KEYED))) {
		*why = "behind keyed: there are not 64 hexadecimal digits";
		return sign_unhex(
			str_from(text, sizeof SUPPRESS_KEYED - 1), out->hash, SUPPRESSION_HASH);
	}
	if (sign_unhex(text, digest, sizeof digest))
		return keys_hash_digest(keys, digest, out->hash, e) < 0 ? -1 : 1;
	if (address_parse(text, a, &address, why) == ADDRESS_BAD)
		return 0;
	out->email = address.envelope;
	out->email_key = address.key;
	return keys_hash_address(keys, address.key, out->hash, e) < 0 ? -1 : 1;
}

/* Adding and removing */

/* 1 they were on the list. */
static int
take_off(struct db *db, const struct subscriber *s, int64_t now, struct err *e)
{
	enum people_leaving leaving;

	/* Bounced and complained stay what they are; people_leave would make the first unsubscribed. */
	if (s->state == SUBSCRIBER_PENDING || s->state == SUBSCRIBER_ACTIVE)
		return people_leave(db, s->id, WHY, now, &leaving, e) < 0 ? -1
									  : leaving == PEOPLE_LEFT;
	/* Changed all the same: undoing an import that took them off must not bring them back. */
	return subscriber_update(db, s, now, e);
}

static int
take_off_by_key(struct db *db, struct str email_key, int64_t now, struct err *e)
{
	struct arena a = { 0 };
	struct subscriber s;
	int status = subscriber_find(db, email_key, &a, &s, e);

	if (status > 0)
		status = take_off(db, &s, now, e);
	arena_free(&a);
	return status;
}

int
people_suppress(struct db *db, const struct suppress_target *target, struct str why, int64_t now,
	enum suppress_outcome *outcome, struct err *e)
{
	int there = suppression_has(db, target->hash, e), off = 0;

	if (there < 0 || suppression_add(db, target->hash, target->email, why, now, e) < 0)
		return -1;
	if (target->email_key.n)
		off = take_off_by_key(db, target->email_key, now, e);
	*outcome = off > 0 ? SUPPRESS_TAKEN_OFF : there ? SUPPRESS_WAS_THERE : SUPPRESS_ADDED;
	return off < 0 ? -1 : 0;
}

int
people_unsuppress(struct db *db, const struct suppress_target *target, int64_t now, struct err *e)
{
	int removed = suppression_remove(db, target->hash, e);

	/* Whose it was is not in the record: it may be somebody who was erased. */
	if (removed > 0 && event_add(db, now, "unsuppressed", 0, 0, (struct str){ 0 }, e) < 0)
		return -1;
	return removed;
}

/* Sweeping */

struct sweep {
	struct db *db;
	const struct keys *keys;
	int64_t now, off;
};

static int
sweep_one(void *context, const struct subscriber *s, struct err *e)
{
	struct sweep *w = context;
	int status = people_suppressed(w->db, w->keys, s->email_key, e);

	if (status <= 0)
		return status;
	if (db_begin(w->db, e) < 0)
		return -1;
	status = take_off_by_key(w->db, s->email_key, w->now, e);
	if (status >= 0 && db_commit(w->db, e) == 0) {
		w->off += status;
		return 0;
	}
	db_rollback(w->db);
	return -1;
}

int
suppress_sweep(struct db *db, const struct keys *keys, int64_t now, int64_t *off, struct err *e)
{
	static const enum subscriber_state states[] = { SUBSCRIBER_PENDING, SUBSCRIBER_ACTIVE };
	struct sweep w = { .db = db, .keys = keys, .now = now };
	int status = 0;

	for (size_t i = 0; i < sizeof states / sizeof states[0] && status == 0; i++)
		status = subscriber_each(db, (int)states[i], STR(""), sweep_one, &w, e);
	*off = w.off;
	return status;
}
