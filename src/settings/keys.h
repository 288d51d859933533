/* keys.h: the publication's keys in var/keys: signing pairs by id, and the secret of the keyed
 * hashes. */
#ifndef SETTINGS_KEYS_H
#define SETTINGS_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/sign.h"

enum { KEYS_MAX = 64, KEYS_HASH = 32 };

struct key_pair {
	uint8_t id; /* from 1 */
	uint8_t public[SIGN_PUBLIC];
	uint8_t secret[SIGN_SECRET]; /* zero when only the public half was read */
};

/* Whoever loads them frees them: the secrets are wiped. */
struct keys {
	struct key_pair pairs[KEYS_MAX]; /* ascending; the last one signs */
	size_t count;
	uint8_t mac[MAC_KEY];
	uint8_t addresses[MAC_KEY]; /* sub-key of mac: hashes of addresses, and nothing else */
	bool has_secrets, has_addresses;
};

/*
 * var/keys/sign-N (seed, base64url, 0600), sign-N.pub, and mac. All take the descriptor of the
 * publication's folder. Files of a wrong mode, owner or form are ERR_CONFIG.
 */

/* Make the folder and the first keys; fails when there are some. */
int keys_create(int dir, struct err *e);
/* Take away what keys_create has made, or begun to make. */
void keys_remove(int dir);
/* Read them all, or (public_only) just the halves that may be known, and, where mac is, the sub-key
 * `addresses`: what the web process gets. */
int keys_load(int dir, bool public_only, struct keys *out, struct err *e);
void keys_free(struct keys *k);

/* Make a new pair; from now on it signs. The old ones are still read. *id is the new one's. */
int keys_rotate(int dir, int *id, struct err *e);
/* Until when a pair signed: when the next one was made (wall clock). ERR_NOINPUT: there is no such
 * pair; ERR_USAGE: it is the one that signs. */
int keys_signed_until(int dir, int id, int64_t *until, struct err *e);
/* Remove a pair for good: its links die. Fails as keys_signed_until does. */
int keys_retire(int dir, int id, struct err *e);

/*
 * The keyed hash by which an address is known that must not be kept (store/suppression.h). It is
 * made of the SHA-256 of the lower-cased address, so that lists which hold nothing but that can be
 * taken over. -1 (ERR_CONFIG): there is no var/keys/mac.
 */
int keys_hash_address(
	const struct keys *k, struct str email_key, uint8_t out[static KEYS_HASH], struct err *e);
int keys_hash_digest(const struct keys *k, const uint8_t sha256[static SIGN_SHA256],
	uint8_t out[static KEYS_HASH], struct err *e);

/*
 * The pair that the wishes of a public-only host are sealed to (people/spool.h): var/keys/spool
 * (0600), which the sender alone has, and spool.pub. keys_create makes it too;
 * keys_spool_create makes it for a publication that is older, and is harmless where it is there.
 */
struct spool_pair {
	uint8_t public[SEAL_PUBLIC];
	uint8_t secret[SEAL_SECRET]; /* who loads it wipes it */
};
int keys_spool_create(int dir, struct err *e);
int keys_spool_load(int dir, struct spool_pair *out, struct err *e);
int keys_spool_public(int dir, uint8_t public[static SEAL_PUBLIC], struct err *e);

/* Is there nothing but public halves? ERR_CONFIG, naming what has no business there, when not. */
int keys_only_public(int dir, struct err *e);

/* The pair that signs. */
const struct key_pair *keys_current(const struct keys *k);
/* Is there a pair of that id? */
bool keys_has(const struct keys *k, uint8_t id);
/* The public half of that pair; false when there is none. */
bool keys_public(const struct keys *k, uint8_t id, uint8_t public[static SIGN_PUBLIC]);
/* A token_key_fn over a struct keys. */
bool keys_find_public(void *keys, uint8_t id, uint8_t public[static SIGN_PUBLIC]);

#endif
