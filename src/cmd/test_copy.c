#include "cmd/test_copy.h"

#include <stdio.h>
#include <string.h>

#include "cmd/known.h"
#include "compose/edition.h"
#include "deliver/copy.h"
#include "mail/address.h"
#include "mail/message_id.h"
#include "mail/seal.h"
#include "mail/token.h"

enum { MESSAGE = 32 << 20 };

static int
fill(const struct publication *p, const struct keys *keys, const struct seal *seal, const char *to,
	struct arena *a, struct copy *out, struct err *e)
{
	const char *zone = p->settings.publication.timezone;
	int64_t now = clock_now();
	struct token t = { .kind = TOKEN_TEST, .key_id = keys_current(keys)->id };
	char token[TOKEN_CHARS + 1], id[MESSAGE_ID_MAX], date[40], what[64];
	uint8_t signature[SIGN_BYTES];
	struct letter_values v = { 0 };
	struct address address;
	struct splice *message;
	const char *why;
	struct buf b;

	if (address_parse(str_of(to), a, &address, &why) == ADDRESS_BAD)
		return err_set(e, ERR_USAGE, "send: --to: '%s' is not an address: %s", to, why);
	token_sign(&t, p->settings.publication.list_id, keys_current(keys)->secret, signature);
	token_print(&t, signature, token);
	/* Another id each time: a test copy is looked at again after every change. */
	snprintf(what, sizeof what, "test/%lld", (long long)now);
	message_id_make(str_of(what), 0, str_of(strchr(p->settings.sender.from_email, '@') + 1),
		keys->mac, id);
	clock_rfc5322(now, zone, date);
	v = (struct letter_values){ .email = address.envelope,
		.email_shown = address.shown,
		.message_id = str_of(id),
		.date = str_of(date),
		.token = str_of(token) };
	if (seal_fill(seal, &v, now, &message, e) < 0)
		return -1;
	buf_init(&b, MESSAGE);
	splice_add_to(message, &b);
	splice_free(message);
	*out = (struct copy){
		.to = address.envelope, .message = buf_keep(&b, a), .smtputf8 = address.smtputf8
	};
	return 0;
}

static int
fill_all(const struct publication *p, const struct keys *keys, const struct composed *c,
	const struct sending *s, struct arena *a, struct copy *copies, struct err *e)
{
	struct seal *seal = NULL;
	int status = seal_new(s->signers, &c->letter, &seal, e);

	for (size_t i = 0; status == 0 && i < s->to_count; i++)
		status = fill(p, keys, seal, s->to[i], a, &copies[i], e);
	seal_free(seal);
	return status;
}

int
test_copy_send(struct context *c, const struct publication *p, const struct keys *keys,
	const struct sending *s, struct err *e)
{
	struct composed edition, composed;
	struct known known;
	struct arena a = { 0 };
	struct copy *copies = arena_many(&a, s->to_count, struct copy);
	int status = known_read(p, NULL, s->day, &a, &known, e);

	if (status == 0)
		status = edition_compose(p, s->day, &known.options, &a, &edition, e);
	if (status == 0) {
		known.options.test = true;
		known.options.edition_hash = str_of(edition.hash);
		status = edition_compose(p, s->day, &known.options, &a, &composed, e);
	}
	if (status == 0)
		status = fill_all(p, keys, &composed, s, &a, copies, e);
	if (status == 0)
		status = copy_send(p, copies, s->to_count, e);
	if (status == 0)
		out_array(&c->out, NULL);
	for (size_t i = 0; status >= 0 && i < s->to_count; i++) {
		out_object(&c->out, NULL);
		out_str(&c->out, "to", copies[i].to);
		out_strz(&c->out, "edition", edition.hash);
		out_bool(&c->out, "sent", copies[i].sent);
		out_strz(&c->out, "words", copies[i].words);
		out_end(&c->out);
		out_line(&c->out, "%.*s: edition %.12s %s: %s", STR_ARG(copies[i].to), edition.hash,
			copies[i].sent ? "sent" : "not sent", copies[i].words);
		if (!copies[i].sent)
			status = ERR_UNAVAILABLE;
	}
	if (status >= 0)
		out_end(&c->out);
	arena_free(&a);
	return status;
}
