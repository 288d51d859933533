#include "web/form_token.h"

#include <string.h>

#include "base/buf.h"

enum { TIME = 8, TAG = 16, RAW = TIME + TAG };

static void
write_raw(const uint8_t key[static MAC_KEY], uint64_t at, uint8_t raw[static RAW])
{
	for (int i = 0; i < TIME; i++)
		raw[i] = (uint8_t)(at >> (56 - 8 * i));
	sign_mac((struct str){ (const char *)raw, TIME }, key, "form", raw + TIME, TAG);
}

void
form_token_make(
	const uint8_t key[static MAC_KEY], int64_t now, char out[static FORM_TOKEN_CHARS + 1])
{
	uint8_t raw[RAW];
	struct buf b;

	write_raw(key, (uint64_t)now, raw);
	buf_init(&b, FORM_TOKEN_CHARS + 8);
	sign_base64url((struct str){ (const char *)raw, sizeof raw }, &b);
	memcpy(out, buf_z(&b), FORM_TOKEN_CHARS + 1);
	buf_free(&b);
}

enum form_token
form_token_check(const uint8_t key[static MAC_KEY], struct str token, int64_t now)
{
	uint8_t raw[RAW] = { 0 }, ours[RAW];
	uint64_t at = 0;
	bool good = sign_unbase64url(token, raw, sizeof raw);

	for (int i = 0; i < TIME; i++)
		at = at << 8 | raw[i];
	write_raw(key, at, ours);
	if (!sign_equal(raw, ours, RAW) || !good)
		return FORM_TOKEN_FORGED;
	if (now - (int64_t)at > FORM_TOKEN_MOST)
		return FORM_TOKEN_OLD;
	return now - (int64_t)at < FORM_TOKEN_LEAST ? FORM_TOKEN_EARLY : FORM_TOKEN_GOOD;
}
