#include "cmd/example.h"

#include <string.h>

#include "mail/address.h"
#include "mail/message_id.h"
#include "mail/token.h"
#include "settings/keys.h"

static int
sign(const struct publication *p, struct arena *a, struct letter_values *out, struct err *e)
{
	struct str domain = str_of(strchr(p->settings.sender.from_email, '@') + 1);
	struct token t = { .kind = TOKEN_TEST };
	char token[TOKEN_CHARS + 1], id[MESSAGE_ID_MAX];
	uint8_t signature[SIGN_BYTES];
	struct keys keys;

	if (keys_load(p->dir, false, &keys, e) < 0)
		return -1;
	t.key_id = keys_current(&keys)->id;
	token_sign(&t, p->settings.publication.list_id, keys_current(&keys)->secret, signature);
	token_print(&t, signature, token);
	message_id_make(STR("test"), 0, domain, keys.mac, id);
	keys_free(&keys);
	out->token = arena_str(a, str_of(token));
	out->message_id = arena_str(a, str_of(id));
	return 0;
}

int
example_values(const struct publication *p, struct day day, const char *to, struct arena *a,
	struct letter_values *out, struct err *e)
{
	const char *zone = p->settings.publication.timezone;
	struct address address;
	const char *why;
	char date[40];

	if (address_parse(str_of(to), a, &address, &why) == ADDRESS_BAD)
		return err_set(e, ERR_USAGE, "'%s' is not an address: %s", to, why);
	clock_rfc5322(clock_moment(day, 6, 0, zone), zone, date);
	*out = (struct letter_values){ .email = address.envelope,
		.email_shown = address.shown,
		.date = arena_str(a, str_of(date)) };
	return sign(p, a, out, e);
}
