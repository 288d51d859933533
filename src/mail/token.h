/* token.h: the signed links: made by who holds the private key, checked by who holds only the
 * public one. Pure. */
#ifndef MAIL_TOKEN_H
#define MAIL_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/sign.h"
#include "base/str.h"

/* The kinds never stand in for each other (DESIGN, "Tokens and keys"). */
enum token_kind {
	TOKEN_MEMBER = 1,  /* /u, /r, /p: never expires */
	TOKEN_CONFIRM = 2, /* 7 days */
	TOKEN_EXPORT = 3,
	TOKEN_ERASE = 4,
	TOKEN_ADDRESS = 5, /* 24 h */
	TOKEN_TEST = 6,    /* test copies: its page says so and changes nothing */
};

/* version, kind, key id, subscriber, epoch, expiry, signature: 1+1+1+8+4+4+64 octets, big-endian,
 * as base64url. */
enum { TOKEN_BODY = 19, TOKEN_RAW = TOKEN_BODY + SIGN_BYTES, TOKEN_CHARS = 111 };

struct token {
	enum token_kind kind;
	uint8_t key_id;
	uint64_t subscriber;
	uint32_t epoch;
	uint32_t expiry; /* seconds since 1970, 0: never */
};

/* Sign; the signed text is "morningpost/v1/" list_id, a NUL and the body. Only the signature: the
 * row keeps it. */
void token_sign(const struct token *t, const char *list_id,
	const uint8_t secret[static SIGN_SECRET], uint8_t signature[static SIGN_BYTES]);
/* Write a token of a signature made before: TOKEN_CHARS characters and a NUL. */
void token_print(const struct token *t, const uint8_t signature[static SIGN_BYTES],
	char out[static TOKEN_CHARS + 1]);

/* Finds a public key by its id; false when it is unknown or retired. */
typedef bool token_key_fn(void *context, uint8_t key_id, uint8_t public[static SIGN_PUBLIC]);

enum token_verdict { TOKEN_GOOD, TOKEN_FORGED, TOKEN_EXPIRED };

/*
 * Is this a token of ours, canonically written, of a known kind? `now` in seconds. The caller still
 * compares kind, subscriber and epoch. All that is wrong is TOKEN_FORGED, with the same work done,
 * so that time tells nothing (K3).
 */
enum token_verdict token_check(struct str s, const char *list_id, int64_t now, token_key_fn *key,
	void *context, struct token *out);

#endif
