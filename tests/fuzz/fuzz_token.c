/* No token but the ones that we made, written as we write them, is good (RELIABILITY K1, W5). */
#include <string.h>

#include "input.h"
#include "mail/token.h"

enum { KEY_ID = 3, NOW = 1000000 };

struct keys {
	uint8_t public[SIGN_PUBLIC], secret[SIGN_SECRET];
};

static const struct keys *
our_keys(void)
{
	static const uint8_t seed[SIGN_SEED] = { 7 };
	static struct keys keys;
	static bool made;

	if (!made)
		sign_pair(seed, keys.public, keys.secret);
	made = true;
	return &keys;
}

static bool
find_key(void *context, uint8_t id, uint8_t public[static SIGN_PUBLIC])
{
	(void)context;
	memcpy(public, our_keys()->public, SIGN_PUBLIC);
	return id == KEY_ID;
}

static enum token_verdict
ask(struct str s, const char *list, struct token *out)
{
	return token_check(s, list, NOW, find_key, NULL, out);
}

static void
make(struct str *in, struct token *t, char text[static TOKEN_CHARS + 1])
{
	uint8_t signature[SIGN_BYTES];

	t->kind = (enum token_kind)(TOKEN_MEMBER + input_byte(in) % TOKEN_TEST);
	t->key_id = KEY_ID;
	t->subscriber = (uint64_t)input_byte(in) << 56 | input_byte(in);
	t->epoch = input_byte(in);
	t->expiry = (uint32_t)input_byte(in) * 10000;
	token_sign(t, "list", our_keys()->secret, signature);
	token_print(t, signature, text);
}

/* A token of ours is good; what the input makes of it is not. */
static void
change(struct str in)
{
	struct token t, got;
	char text[TOKEN_CHARS + 1], other[TOKEN_CHARS + 1];
	enum token_verdict want;

	make(&in, &t, text);
	want = t.expiry && t.expiry < NOW ? TOKEN_EXPIRED : TOKEN_GOOD;
	assert(strlen(text) == TOKEN_CHARS && ask(str_of(text), "list", &got) == want);
	assert(got.kind == t.kind && got.subscriber == t.subscriber && got.epoch == t.epoch &&
		got.expiry == t.expiry && got.key_id == t.key_id);
	assert(ask(str_of(text), "other", &got) == TOKEN_FORGED);
	memcpy(other, text, sizeof other);
	while (in.n) {
		size_t at = input_byte(&in) % TOKEN_CHARS;

		other[at] = (char)input_byte(&in);
	}
	if (memcmp(other, text, TOKEN_CHARS) != 0)
		assert(ask((struct str){ other, TOKEN_CHARS }, "list", &got) == TOKEN_FORGED);
	assert(ask((struct str){ text, TOKEN_CHARS - 1 }, "list", &got) == TOKEN_FORGED);
	assert(ask((struct str){ text, TOKEN_CHARS + 1 }, "list", &got) == TOKEN_FORGED);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = input_of(data, size);
	struct token got;

	assert(ask(in, "list", &got) == TOKEN_FORGED);
	change(in);
	return 0;
}
