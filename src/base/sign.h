/* sign.h: libsodium's door: signatures, keyed hashes, random bytes, base64url, base32, wiping. */
#ifndef BASE_SIGN_H
#define BASE_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

enum { SIGN_PUBLIC = 32, SIGN_SECRET = 64, SIGN_BYTES = 64, SIGN_SEED = 32, MAC_KEY = 32 };

/* Once, first thing in main (and in tests); ends the program when the library cannot start. Also
 * RLIMIT_CORE 0 and not dumpable (K7). */
void sign_start(void);

void sign_random(void *to, size_t n);
void sign_wipe(void *p, size_t n);

/* An Ed25519 pair from a 32-byte seed. */
void sign_pair(const uint8_t seed[static SIGN_SEED], uint8_t public[static SIGN_PUBLIC],
	uint8_t secret[static SIGN_SECRET]);
void sign_make(
	struct str text, const uint8_t secret[static SIGN_SECRET], uint8_t out[static SIGN_BYTES]);
bool sign_check(struct str text, const uint8_t sig[static SIGN_BYTES],
	const uint8_t public[static SIGN_PUBLIC]);

/*
 * Sealing (libsodium's crypto_box_seal: X25519 and XSalsa20-Poly1305 with a pair made for the
 * occasion): who knows the public key can write what only the secret one reads, not even the writer
 * again. What is sealed is SEAL_EXTRA longer.
 */
enum { SEAL_PUBLIC = 32, SEAL_SECRET = 32, SEAL_EXTRA = 48 };
void sign_seal_pair(uint8_t public[static SEAL_PUBLIC], uint8_t secret[static SEAL_SECRET]);
/* The public half of a secret one. */
void sign_seal_public(const uint8_t secret[static SEAL_SECRET], uint8_t public[static SEAL_PUBLIC]);
/* False, and nothing written, when that is no public key, or past the ceiling. */
bool sign_seal(struct str text, const uint8_t public[static SEAL_PUBLIC], struct buf *out);
/* False, and nothing written, when it was not sealed to this pair or was changed. */
bool sign_unseal(struct str sealed, const uint8_t public[static SEAL_PUBLIC],
	const uint8_t secret[static SEAL_SECRET], struct buf *out);

/* Keyed BLAKE2b, n of 16 to 64 bytes. `use` names the purpose and makes a sub-key of its own
 * ("verp", "message-id"). */
void sign_mac(struct str text, const uint8_t key[static MAC_KEY], const char *use, uint8_t *out,
	size_t n);
/* Unkeyed BLAKE2b. */
void sign_hash(struct str bytes, uint8_t *out, size_t n);
/* The same of 32 bytes, in hex: the name that editions and drafts have. */
enum { SIGN_HEX = 65 };
void sign_hash_hex(struct str bytes, char out[static SIGN_HEX]);
/* SHA-256, where others expect it. */
enum { SIGN_SHA256 = 32 };
void sign_sha256(struct str bytes, uint8_t out[static SIGN_SHA256]);
bool sign_equal(const void *a, const void *b, size_t n);

/* base64url without padding (RFC 4648 5); reading refuses padding, other characters and spare bits
 * that are not zero. */
void sign_base64url(struct str bytes, struct buf *out);
bool sign_unbase64url(struct str s, void *to, size_t n);
/* The same of what is no secret before it is printed, as a link in a mail: not in constant time,
 * and ten times as fast. Writes no NUL; out has room for (n * 8 + 5) / 6 letters. */
void sign_base64url_open(const uint8_t *bytes, size_t n, char *out);
/* So many bytes does a text of this length stand for. */
size_t sign_unbase64url_size(size_t chars);
/* base64 with padding, no line breaks. */
void sign_base64(struct str bytes, struct buf *out);
/* base32 (RFC 4648 6) in lower case without padding; reading takes either case. */
void sign_base32(struct str bytes, struct buf *out);
bool sign_unbase32(struct str s, void *to, size_t n);
/* Hexadecimal in lower case; reading takes either case, and n bytes exactly. */
void sign_hex(struct str bytes, struct buf *out);
bool sign_unhex(struct str s, void *to, size_t n);

#endif
