/* fill.c: one person's copy of the letter, and the sender that its bounces come back to. */
#include "deliver/run.h"

#include <assert.h>

#include "deliver/person.h"
#include "store/edition.h"

static const struct seal *
find_seal(const struct run *r, int64_t id)
{
	for (size_t i = 0; i < r->edition_count; i++)
		if (r->editions[i].id == id)
			return r->editions[i].seal;
	return NULL;
}

int
fill_prepare(struct run *r, struct db *db, int64_t id, struct err *e)
{
	struct loaded *l = &r->editions[r->edition_count];
	struct edition ed;
	int got;

	if (find_seal(r, id))
		return 0;
	if (r->edition_count == RUN_EDITIONS)
		return err_set(
			e, ERR_INTERNAL, "an issue with more than %d editions", RUN_EDITIONS);
	got = edition_get(db, id, &l->arena, &ed, e);
	if (got <= 0)
		return got < 0 ? -1
			       : err_set(e, ERR_CONFIG,
					 "the database has lost edition %lld; restore a backup",
					 (long long)id);
	if (letter_freeze(ed.bytes, &l->arena, &l->letter, e) < 0 ||
		seal_new(r->o->signers, &l->letter, &l->seal, e) < 0)
		return err_wrap(e, "edition %lld in the database", (long long)id);
	l->id = id;
	r->edition_count++;
	return 0;
}

int
fill_letter(const struct run *r, const struct hand *h, struct splice **body, struct err *e)
{
	const struct seal *seal = find_seal(r, h->d.edition_id);
	struct person person;
	struct arena a = { 0 };
	int status;

	assert(seal);
	person_values(r->o->publication, r->o->keys, r->what, &h->d, &a, &person);
	person.values.date = str_of(r->dated);
	status = seal_fill(seal, &person.values, r->issue->dated_at, body, e);
	arena_free(&a);
	return status;
}

struct str
fill_sender(const struct run *r, const struct hand *h, char verp[static VERP_MAX + 1])
{
	const struct settings_sender *s = &r->o->publication->settings.sender;

	if (s->bounce && verp_make(str_of(s->bounce), (uint64_t)h->d.subscriber,
				 (uint32_t)r->issue->id, r->o->keys->mac, verp))
		return str_of(verp);
	return str_of(s->from_email);
}
