#include "deliver/notes_hand.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mail/address.h"
#include "mail/message_id.h"
#include "mail/token.h"
#include "store/suppression.h"

static const struct {
	enum token_kind token; /* of its own link; 0: it has none but the member's */
} kinds[OWED_KINDS] = {
	[OWED_CONFIRM] = { TOKEN_CONFIRM },
	[OWED_EXPORT] = { TOKEN_EXPORT },
	[OWED_ERASE] = { TOKEN_ERASE },
	[OWED_ADDRESS] = { TOKEN_ADDRESS },
};

/* -- may they have it? ------------------------------------------------------------------------ */

static bool
is_theirs(const struct owed *o, const struct subscriber *who)
{
	bool left = who->state == SUBSCRIBER_UNSUBSCRIBED;

	if (who->state == SUBSCRIBER_BOUNCED || who->state == SUBSCRIBER_COMPLAINED)
		return false;
	switch (o->kind) {
	case OWED_CONFIRM:
		return who->state == SUBSCRIBER_PENDING || (left && who->state_at <= o->owed_at);
	case OWED_LEFT:
		return left;
	case OWED_CHANGED:
		return who->state == SUBSCRIBER_ACTIVE;
	case OWED_EXPORT:
	case OWED_ERASE:
	case OWED_ADDRESS:
		break;
	}
	return true;
}

static bool
is_over(const struct owed *o, int64_t now)
{
	uint32_t expiry = owed_expiry(o->kind, o->owed_at);

	return o->done_at || (expiry && (int64_t)expiry * CLOCK_SECOND <= now);
}

/* 1 it is. What is no address is not looked for: the send layer refuses it in words. */
static int
is_suppressed(struct note_hand *h, struct db *db, const struct keys *keys, struct err *e)
{
	uint8_t hash[SUPPRESSION_HASH];
	struct address address;
	const char *why;

	if (address_parse(h->to, &h->arena, &address, &why) == ADDRESS_BAD)
		return 0;
	if (keys_hash_address(keys, address.key, hash, e) < 0)
		return -1;
	return suppression_has(db, hash, e);
}

static void
set_target(struct note_hand *h)
{
	struct address address;
	const char *why;

	h->to = h->owed.email.n ? h->owed.email : h->who.email;
	h->smtputf8 = h->who.smtputf8;
	if (h->owed.email.n && address_parse(h->to, &h->arena, &address, &why) != ADDRESS_BAD)
		h->smtputf8 = address.smtputf8;
}

int
note_hand_look(
	struct note_hand *h, struct db *db, const struct keys *keys, int64_t now, struct err *e)
{
	int got = subscriber_get(db, h->owed.subscriber, &h->arena, &h->who, e);

	if (got <= 0)
		return got;
	set_target(h);
	if (!is_theirs(&h->owed, &h->who) || is_over(&h->owed, now))
		return 0;
	got = is_suppressed(h, db, keys, e);
	return got < 0 ? -1 : !got;
}

/* -- their copy ------------------------------------------------------------------------------- */

static void
sign(const struct note_hand *h, const struct notes_options *o, enum token_kind kind,
	uint32_t expiry, char out[static TOKEN_CHARS + 1])
{
	const struct key_pair *key = keys_current(o->keys);
	const struct token t = { .kind = kind,
		.key_id = key->id,
		.subscriber = (uint64_t)h->owed.subscriber,
		.epoch = h->who.epoch,
		.expiry = expiry };
	uint8_t signature[SIGN_BYTES];

	token_sign(&t, o->publication->settings.publication.list_id, key->secret, signature);
	token_print(&t, signature, out);
}

static struct str
shown(struct str email, struct arena *a)
{
	struct address address;
	const char *why;

	return address_parse(email, a, &address, &why) == ADDRESS_BAD ? email : address.shown;
}

int
note_hand_fill(const struct note_hand *h, const struct notes_options *o, const struct seal *seal,
	struct splice **out, struct err *e)
{
	const struct settings *s = &o->publication->settings;
	char member[TOKEN_CHARS + 1], confirm[TOKEN_CHARS + 1] = "", id[MESSAGE_ID_MAX], what[32],
							    date[40];
	struct letter_values v = { 0 };
	struct arena a = { 0 };
	int status;

	sign(h, o, TOKEN_MEMBER, 0, member);
	if (kinds[h->owed.kind].token)
		sign(h, o, kinds[h->owed.kind].token, owed_expiry(h->owed.kind, h->owed.owed_at),
			confirm);
	snprintf(what, sizeof what, "owed/%lld", (long long)h->owed.id);
	message_id_make(str_of(what), (uint64_t)h->owed.subscriber,
		str_of(strchr(s->sender.from_email, '@') + 1), o->keys->mac, id);
	clock_rfc5322(h->owed.owed_at, s->publication.timezone, date);
	/* No name, not even in To: a stranger may have made it up (RELIABILITY O4). */
	v.email = h->to;
	v.email_shown = shown(h->to, &a);
	v.message_id = str_of(id);
	v.date = str_of(date);
	v.token = str_of(member);
	v.confirm = str_of(confirm);
	status = seal_fill(seal, &v, h->owed.owed_at, out, e);
	arena_free(&a);
	return status;
}

struct str
note_hand_sender(
	const struct note_hand *h, const struct notes_options *o, char verp[static VERP_MAX + 1])
{
	const struct settings_sender *s = &o->publication->settings.sender;

	if (s->bounce &&
		verp_make(str_of(s->bounce), (uint64_t)h->owed.subscriber, 0, o->keys->mac, verp))
		return str_of(verp);
	return str_of(s->from_email);
}
