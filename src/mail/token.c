#include "mail/token.h"

#include <string.h>

#include "base/buf.h"

enum { VERSION = 1, LIST_ID = 300 };

static void
put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void
write_body(const struct token *t, uint8_t body[static TOKEN_BODY])
{
	body[0] = VERSION;
	body[1] = (uint8_t)t->kind;
	body[2] = t->key_id;
	put32(body + 3, (uint32_t)(t->subscriber >> 32));
	put32(body + 7, (uint32_t)t->subscriber);
	put32(body + 11, t->epoch);
	put32(body + 15, t->expiry);
}

static void
read_body(const uint8_t body[static TOKEN_BODY], struct token *t)
{
	t->kind = (enum token_kind)body[1];
	t->key_id = body[2];
	t->subscriber = (uint64_t)get32(body + 3) << 32 | get32(body + 7);
	t->epoch = get32(body + 11);
	t->expiry = get32(body + 15);
}

/* The list's name is part of what is signed: a token of one publication says nothing to another
 * with the same key. */
static void
write_signed(const char *list_id, const uint8_t body[static TOKEN_BODY], struct buf *out)
{
	buf_init(out, LIST_ID + TOKEN_BODY + 32);
	buf_printf(out, "morningpost/v1/%.*s", LIST_ID, list_id);
	buf_addc(out, '\0');
	buf_add(out, (struct str){ .p = (const char *)body, .n = TOKEN_BODY });
}

void
token_sign(const struct token *t, const char *list_id, const uint8_t secret[static SIGN_SECRET],
	uint8_t signature[static SIGN_BYTES])
{
	uint8_t body[TOKEN_BODY];
	struct buf text;

	write_body(t, body);
	write_signed(list_id, body, &text);
	sign_make(buf_str(&text), secret, signature);
	buf_free(&text);
}

void
token_print(const struct token *t, const uint8_t signature[static SIGN_BYTES],
	char out[static TOKEN_CHARS + 1])
{
	uint8_t raw[TOKEN_RAW];

	write_body(t, raw);
	memcpy(raw + TOKEN_BODY, signature, SIGN_BYTES);
	sign_base64url_open(raw, sizeof raw, out);
	out[TOKEN_CHARS] = '\0';
}

enum token_verdict
token_check(struct str s, const char *list_id, int64_t now, token_key_fn *key, void *context,
	struct token *out)
{
	uint8_t raw[TOKEN_RAW] = { 0 }, public[SIGN_PUBLIC] = { 0 };
	bool good = sign_unbase64url(s, raw, sizeof raw);
	struct buf text;

	read_body(raw, out);
	good = good && raw[0] == VERSION && out->kind >= TOKEN_MEMBER && out->kind <= TOKEN_TEST;
	good = key(context, out->key_id, public) && good;
	/* The signature is checked whatever is wrong already, so that every bad token costs the
	 * same. */
	write_signed(list_id, raw, &text);
	good = sign_check(buf_str(&text), raw + TOKEN_BODY, public) && good;
	buf_free(&text);
	if (!good)
		return TOKEN_FORGED;
	return out->expiry && (int64_t)out->expiry < now ? TOKEN_EXPIRED : TOKEN_GOOD;
}
