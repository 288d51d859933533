/* fill.c: one person's copy of the letter, and the sender that its bounces come back to. */
#include "deliver/run.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mail/address.h"
#include "mail/message_id.h"
#include "mail/token.h"
#include "store/edition.h"

static int
load_edition(struct run *r, int64_t id, const struct letter **out)
{
	struct loaded *l;
	struct edition ed;
	int got;

	for (size_t i = 0; i < r->edition_count; i++)
		if (r->editions[i].id == id) {
			*out = &r->editions[i].letter;
			return 0;
		}
	if (r->edition_count == RUN_EDITIONS)
		return err_set(
			r->e, ERR_INTERNAL, "an issue with more than %d editions", RUN_EDITIONS);
	l = &r->editions[r->edition_count];
	got = edition_get(r->db, id, &l->arena, &ed, r->e);
	if (got <= 0)
		return got < 0 ? -1
			       : err_set(r->e, ERR_CONFIG,
					 "the database has lost edition %lld; restore a backup",
					 (long long)id);
	if (letter_freeze(ed.bytes, &l->arena, &l->letter, r->e) < 0)
		return err_wrap(r->e, "edition %lld in the database", (long long)id);
	l->id = id;
	r->edition_count++;
	*out = &l->letter;
	return 0;
}

/* The member token: signed at first use, then kept with the row. */
static void
make_token(struct run *r, struct hand *h, char out[static TOKEN_CHARS + 1])
{
	const struct key_pair *key = keys_current(r->o->keys);
	struct token t = {
		.kind = TOKEN_MEMBER, .subscriber = (uint64_t)h->d.subscriber, .epoch = h->d.epoch
	};

	if (h->d.token_key == 0 || !keys_has(r->o->keys, (uint8_t)h->d.token_key)) {
		t.key_id = key->id;
		token_sign(&t, r->o->publication->settings.publication.list_id, key->secret,
			h->d.signature);
		h->d.token_key = key->id;
		h->signed_now = true;
	}
	t.key_id = (uint8_t)h->d.token_key;
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
fill_letter(struct run *r, struct hand *h, struct buf *body)
{
	char token[TOKEN_CHARS + 1], id[MESSAGE_ID_MAX], date[40];
	const struct letter *letter;
	struct letter_values v = { .name = h->d.name, .email = h->d.email };
	struct arena a = { 0 };
	int status;

	if (load_edition(r, h->d.edition_id, &letter) < 0)
		return -1;
	make_token(r, h, token);
	make_message_id(r, h, id);
	clock_rfc5322(r->issue->dated_at, r->o->publication->settings.publication.timezone, date);
	v.email_shown = shown(h->d.email, &a);
	v.message_id = str_of(id);
	v.date = str_of(date);
	v.token = str_of(token);
	status = letter_fill(letter, &v, body, r->e);
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
