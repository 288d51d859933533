/* dkim.h: OpenSSL's door: the keys that sign mail (RFC 6376, 8463), their records, and SHA-256 that
 * can go on from a saved state. Pure: keys come in as text. */
#ifndef MAIL_DKIM_H
#define MAIL_DKIM_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum dkim_algorithm { DKIM_RSA, DKIM_ED25519 };

enum {
	DKIM_HASH = 32,
	DKIM_RSA_BITS = 2048, /* of the keys that are made; less than 1024 is refused (RFC 8301) */
	DKIM_RSA_LEAST = 1024,
	DKIM_RSA_MOST = 4096, /* longer ones do not fit everywhere */
	DKIM_PEM = 16 << 10,  /* a key file's ceiling */
};

/* The tag a= of a signature. */
const char *dkim_algorithm_name(enum dkim_algorithm algorithm);

/* Never changed once it is read: threads share one. */
struct dkim_key;

/* A new private key as PEM (PKCS #8); the caller wipes it. */
int dkim_key_make(enum dkim_algorithm algorithm, struct buf *pem, struct err *e);
/* ERR_CONFIG when it is not such a key, or too short; the error names no byte of it. */
int dkim_key_read(
	struct str pem, enum dkim_algorithm algorithm, struct dkim_key **out, struct err *e);
void dkim_key_free(struct dkim_key *k);

enum dkim_algorithm dkim_key_algorithm(const struct dkim_key *k);
unsigned dkim_key_bits(const struct dkim_key *k);
/* What the tag p= of the record says, base64. */
void dkim_key_public(const struct dkim_key *k, struct buf *out);
/* The text of the TXT record that publishes it. */
void dkim_key_record(const struct dkim_key *k, struct buf *out);

/* Append the signature of a hash, base64. The same hash gives the same signature, always. */
int dkim_key_sign(const struct dkim_key *k, const uint8_t hash[static DKIM_HASH], struct buf *out,
	struct err *e);

/* SHA-256, by the processor's own instructions where it has some (libsodium's has none). */
struct dkim_hash;
struct dkim_hash *dkim_hash_new(void);
/* One that goes on from where h stands; h is not changed, and threads may do so at once. */
struct dkim_hash *dkim_hash_copy(const struct dkim_hash *h);
void dkim_hash_add(struct dkim_hash *h, struct str bytes);
/* The hash; h is freed. */
void dkim_hash_end(struct dkim_hash *h, uint8_t out[static DKIM_HASH]);
void dkim_hash_free(struct dkim_hash *h);

#endif
