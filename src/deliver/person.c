#include "deliver/person.h"

#include <string.h>

#include "mail/address.h"

/* A new key signs anew, so that the old one can be retired in time; but not for who may have this
 * issue already, whose copy shall be the same at every attempt. */
bool
person_is_unsigned(const struct keys *keys, const struct delivery *d)
{
	return d->token_key == 0 || !keys_has(keys, (uint8_t)d->token_key) ||
	       (d->token_key != keys_current(keys)->id && d->attempts == 0);
}

/* At first use, then it is kept with the row. */
bool
person_sign(const struct publication *p, const struct keys *keys, struct delivery *d)
{
	const struct key_pair *key = keys_current(keys);
	struct token t = { .kind = TOKEN_MEMBER,
		.key_id = key->id,
		.subscriber = (uint64_t)d->subscriber,
		.epoch = d->epoch };

	if (!person_is_unsigned(keys, d))
		return false;
	token_sign(&t, p->settings.publication.list_id, key->secret, d->signature);
	d->token_key = key->id;
	return true;
}

static void
make_token(const struct delivery *d, char out[static TOKEN_CHARS + 1])
{
	struct token t = { .kind = TOKEN_MEMBER,
		.key_id = (uint8_t)d->token_key,
		.subscriber = (uint64_t)d->subscriber,
		.epoch = d->epoch };
	token_print(&t, d->signature, out);
}

static void
make_message_id(const struct publication *p, const struct keys *keys, const char *what,
	const struct delivery *d, char out[static MESSAGE_ID_MAX])
{
	const char *from = p->settings.sender.from_email;

	message_id_make(str_of(what), (uint64_t)d->subscriber, str_of(strchr(from, '@') + 1),
		keys->mac, out);
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

void
person_values(const struct publication *p, const struct keys *keys, const char *what,
	const struct delivery *d, struct arena *a, struct person *out)
{
	make_token(d, out->token);
	make_message_id(p, keys, what, d, out->message_id);
	out->values = (struct letter_values){ .name = d->name,
		.email = d->email,
		.email_shown = shown(d->email, a),
		.message_id = str_of(out->message_id),
		.token = str_of(out->token) };
}
