#include "base/sign.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/err.h"

static_assert(SIGN_PUBLIC == crypto_sign_PUBLICKEYBYTES, "Ed25519 public key");
static_assert(SIGN_SECRET == crypto_sign_SECRETKEYBYTES, "Ed25519 secret key");
static_assert(SIGN_BYTES == crypto_sign_BYTES, "Ed25519 signature");
static_assert(SEAL_PUBLIC == crypto_box_PUBLICKEYBYTES, "X25519 public key");
static_assert(SEAL_SECRET == crypto_box_SECRETKEYBYTES, "X25519 secret key");
static_assert(SEAL_EXTRA == crypto_box_SEALBYTES, "a public key and a tag");
static_assert(SIGN_SEED == crypto_sign_SEEDBYTES, "Ed25519 seed");

void
sign_start(void)
{
	struct rlimit none = { 0, 0 };

	if (sodium_init() < 0 || setrlimit(RLIMIT_CORE, &none) < 0 ||
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) {
		fputs("morningpost: error: the machine's random source or process limits are not "
		      "available\n",
			stderr);
		exit(ERR_INTERNAL);
	}
}

void
sign_random(void *to, size_t n)
{
	randombytes_buf(to, n);
}

void
sign_wipe(void *p, size_t n)
{
	sodium_memzero(p, n);
}

void
sign_pair(const uint8_t seed[static SIGN_SEED], uint8_t public[static SIGN_PUBLIC],
	uint8_t secret[static SIGN_SECRET])
{
	crypto_sign_seed_keypair(public, secret, seed);
}

static const unsigned char *
octets(struct str s)
{
	return (const unsigned char *)(s.n ? s.p : "");
}

void
sign_make(struct str text, const uint8_t secret[static SIGN_SECRET], uint8_t out[static SIGN_BYTES])
{
	crypto_sign_detached(out, NULL, octets(text), text.n, secret);
}

bool
sign_check(struct str text, const uint8_t sig[static SIGN_BYTES],
	const uint8_t public[static SIGN_PUBLIC])
{
	return crypto_sign_verify_detached(sig, octets(text), text.n, public) == 0;
}

void
sign_seal_pair(uint8_t public[static SEAL_PUBLIC], uint8_t secret[static SEAL_SECRET])
{
	crypto_box_keypair(public, secret);
}

void
sign_seal_public(const uint8_t secret[static SEAL_SECRET], uint8_t public[static SEAL_PUBLIC])
{
	crypto_scalarmult_base(public, secret);
}

static unsigned char *
octets_room(struct buf *b, size_t n)
{
	return (unsigned char *)buf_room(b, n);
}

bool
sign_seal(struct str text, const uint8_t public[static SEAL_PUBLIC], struct buf *out)
{
	unsigned char *to = octets_room(out, text.n + SEAL_EXTRA);

	if (!to || crypto_box_seal(to, octets(text), text.n, public) != 0)
		return false;
	buf_took(out, text.n + SEAL_EXTRA);
	return true;
}

bool
sign_unseal(struct str sealed, const uint8_t public[static SEAL_PUBLIC],
	const uint8_t secret[static SEAL_SECRET], struct buf *out)
{
	unsigned char *to = sealed.n > SEAL_EXTRA ? octets_room(out, sealed.n - SEAL_EXTRA) : NULL;

	if (!to || crypto_box_seal_open(to, octets(sealed), sealed.n, public, secret) != 0)
		return false;
	buf_took(out, sealed.n - SEAL_EXTRA);
	return true;
}

void
sign_mac(
	struct str text, const uint8_t key[static MAC_KEY], const char *use, uint8_t *out, size_t n)
{
	uint8_t sub[MAC_KEY];

	assert(n >= 16 && n <= 64);
	crypto_generichash(sub, sizeof sub, (const unsigned char *)use, strlen(use), key, MAC_KEY);
	crypto_generichash(out, n, octets(text), text.n, sub, sizeof sub);
	sodium_memzero(sub, sizeof sub);
}

void
sign_hash(struct str bytes, uint8_t *out, size_t n)
{
	crypto_generichash(out, n, octets(bytes), bytes.n, NULL, 0);
}

void
sign_hash_hex(struct str bytes, char out[static SIGN_HEX])
{
	uint8_t hash[(SIGN_HEX - 1) / 2];

	sign_hash(bytes, hash, sizeof hash);
	sodium_bin2hex(out, SIGN_HEX, hash, sizeof hash);
}

void
sign_sha256(struct str bytes, uint8_t out[static SIGN_SHA256])
{
	crypto_hash_sha256(out, octets(bytes), bytes.n);
}

bool
sign_equal(const void *a, const void *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}

static void
base64(struct str bytes, int variant, struct buf *out)
{
	size_t n = sodium_base64_encoded_len(bytes.n, variant);
	char *to = buf_room(out, n);

	if (!to)
		return;
	sodium_bin2base64(to, n, octets(bytes), bytes.n, variant);
	buf_took(out, n - 1);
}

void
sign_base64url(struct str bytes, struct buf *out)
{
	base64(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING, out);
}

void
sign_base64url_open(const uint8_t *bytes, size_t n, char *out)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	uint32_t group = 0;
	unsigned left = (unsigned)(n % 3);

	for (; n >= 3; n -= 3, bytes += 3) {
		group = (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];
		for (unsigned shift = 24; shift;)
			*out++ = digits[group >> (shift -= 6) & 63];
	}
	if (left == 0)
		return;
	group = (uint32_t)bytes[0] << 16 | (left == 2 ? (uint32_t)bytes[1] << 8 : 0);
	for (unsigned i = 0; i <= left; i++)
		*out++ = digits[group >> (18 - 6 * i) & 63];
}

void
sign_base64(struct str bytes, struct buf *out)
{
	base64(bytes, sodium_base64_VARIANT_ORIGINAL, out);
}

size_t
sign_unbase64url_size(size_t chars)
{
	return chars / 4 * 3 + chars % 4 * 3 / 4;
}

bool
sign_unbase64url(struct str s, void *to, size_t n)
{
	size_t got = 0;
	const char *end = NULL;

	if (s.n == 0 || s.n != (n * 8 + 5) / 6)
		return n == 0 && s.n == 0;
	/* libsodium (1.0.18) takes octets above ASCII for letters: a token would have many
	 * spellings. */
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] > 0x7f)
			return false;
	/* libsodium refuses spare bits that are not zero and, with `end`, tells where it
	 * stopped. */
	if (sodium_base642bin(to, n, s.p, s.n, NULL, &got, &end,
		    sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
		return false;
	return got == n && end == s.p + s.n;
}

void
sign_base32(struct str bytes, struct buf *out)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	size_t n = (bytes.n * 8 + 4) / 5;
	char *to = buf_room(out, n);
	unsigned bits = 0, have = 0;

	if (!to)
		return;
	for (size_t i = 0; i < bytes.n; i++) {
		bits = (bits << 8 | (unsigned char)bytes.p[i]) & 0xfffU;
		for (have += 8; have >= 5; have -= 5)
			*to++ = digits[bits >> (have - 5) & 31];
	}
	if (have)
		*to = digits[bits << (5 - have) & 31];
	buf_took(out, n);
}

bool
sign_unbase32(struct str s, void *to, size_t n)
{
	uint8_t *out = to;
	unsigned bits = 0, have = 0;
	size_t got = 0;

	if (s.n != (n * 8 + 4) / 5)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		unsigned v;

		if (c >= 'a' && c <= 'z')
			v = (unsigned)(c - 'a');
		else if (c >= 'A' && c <= 'Z')
			v = (unsigned)(c - 'A');
		else if (c >= '2' && c <= '7')
			v = (unsigned)(c - '2') + 26;
		else
			return false;
		bits = (bits << 5 | v) & 0xfffU;
		have += 5;
		if (have >= 8) {
			have -= 8;
			out[got++] = (uint8_t)(bits >> have);
		}
	}
	return got == n && (bits & ((1U << have) - 1)) == 0;
}

void
sign_hex(struct str bytes, struct buf *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < bytes.n; i++) {
		buf_addc(out, digits[(unsigned char)bytes.p[i] >> 4]);
		buf_addc(out, digits[bytes.p[i] & 15]);
	}
}

bool
sign_unhex(struct str s, void *to, size_t n)
{
	uint8_t *out = to;

	if (s.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int high = str_hex_digit(s.p[2 * i]), low = str_hex_digit(s.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}
