/* fill.c: one person's copy of the letter, and the sender that its bounces come back to. */
#include "deliver/run.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mail/address.h"
#include "mail/message_id.h"
#include "mail/token.h"
#include "store/edition.h"

static const struct letter *
find_letter(const struct run *r, int64_t id)
{
	for (size_t i = 0; i < r->edition_count; i++)
		if (r->editions[i].id == id)
			return &r->editions[i].letter;
	return NULL;
}

static int
load_edition(struct run *r, struct db *db, int64_t id, struct err *e)
{
	struct loaded *l = &r->editions[r->edition_count];
	struct edition ed;
	int got;

	if (find_letter(r, id))
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
	if (letter_freeze(ed.bytes, &l->arena, &l->letter, e) < 0)
		return err_wrap(e, "edition %lld in the database", (long long)id);
	l->id = id;
	r->edition_count++;
	return 0;
}

/* The member token: signed at first use, then kept with the row. A new key signs anew, so that the
 * old one can be retired in time; but not for who may have this issue already, whose copy shall be
 * the same at every attempt. */
static void
sign(const struct run *r, struct delivery *d, bool *signed_now)
{
	const struct key_pair *key = keys_current(r->o->keys);
	struct token t = { .kind = TOKEN_MEMBER,
		.key_id = key->id,
		.subscriber = (uint64_t)d->subscriber,
		.epoch = d->epoch };

	*signed_now = d->token_key == 0 || !keys_has(r->o->keys, (uint8_t)d->token_key) ||
		      (d->token_key != key->id && d->attempts == 0);
	if (!*signed_now)
		return;
	token_sign(&t, r->o->publication->settings.publication.list_id, key->secret, d->signature);
	d->token_key = key->id;
}

int
fill_prepare(struct run *r, struct db *db, struct delivery *d, bool *signed_now, struct err *e)
{
	sign(r, d, signed_now);
	return load_edition(r, db, d->edition_id, e);
}

static void
make_token(const struct hand *h, char out[static TOKEN_CHARS + 1])
{
	struct token t = { .kind = TOKEN_MEMBER,
		.key_id = (uint8_t)h->d.token_key,
		.subscriber = (uint64_t)h->d.subscriber,
		.epoch = h->d.epoch };

	token_print(&t, h->d.signature, out);
}

static void
make_message_id(const struct run *r, const struct hand *h, char out[static MESSAGE_ID_MAX])
{
	const char *from = r->o->publication->settings.sender.from_email;
	char what[32], day[11];

	clock_print_day(r->issue->day, day);
	snprintf(what, sizeof what, "issue/%s", day);
	message_id_make(str_of(what), (uint64_t)h->d.subscriber, str_of(strchr(from, '@') + 1),
		r->o->keys->mac, out);
}

/* U-labels for the eye; most domains have none. */
static struct str
shown(struct str email, struct arena *a)
{
	struct address address;
	const char *why;

	if (str_find_str(email, STR("xn--")) < 0 ||
		address_parse(email, a, &address, &why) == ADDRESS_BAD)
		return email;
	return address.shown;
}

int
fill_letter(struct run *r, const struct hand *h, struct splice **body, struct err *e)
{
	char token[TOKEN_CHARS + 1], id[MESSAGE_ID_MAX];
	const struct letter *letter = find_letter(r, h->d.edition_id);
	struct letter_values v = { .name = h->d.name, .email = h->d.email };
	struct arena a = { 0 };
	int status;

	assert(letter);
	if (!*r->dated)
		clock_rfc5322(r->issue->dated_at, r->o->publication->settings.publication.timezone,
			r->dated);
	make_token(h, token);
	make_message_id(r, h, id);
	v.email_shown = shown(h->d.email, &a);
	v.message_id = str_of(id);
	v.date = str_of(r->dated);
	v.token = str_of(token);
	status = letter_splice(letter, &v, body, e);
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
