#include "mail/dkim.h"

#include <assert.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/sign.h"

enum { SIGNATURE = DKIM_RSA_MOST / 8 };

struct dkim_key {
	enum dkim_algorithm algorithm;
	EVP_PKEY *pkey;
	uint8_t secret[SIGN_SECRET], public[SIGN_PUBLIC]; /* of Ed25519 */
};

static const struct {
	const char *tag, *record;
	int type;
} algorithms[] = {
	[DKIM_RSA] = { "rsa-sha256", "v=DKIM1; k=rsa; p=", EVP_PKEY_RSA },
	[DKIM_ED25519] = { "ed25519-sha256", "v=DKIM1; k=ed25519; p=", EVP_PKEY_ED25519 },
};

const char *
dkim_algorithm_name(enum dkim_algorithm algorithm)
{
	return algorithms[algorithm].tag;
}

static struct str
bytes_of(const unsigned char *p, size_t n)
{
	return (struct str){ .p = (const char *)p, .n = n };
}

/* -- making ----------------------------------------------------------------------------------- */

int
dkim_key_make(enum dkim_algorithm algorithm, struct buf *pem, struct err *e)
{
	EVP_PKEY *pkey = algorithm == DKIM_RSA ? EVP_RSA_gen(DKIM_RSA_BITS)
					       : EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	BIO *bio = BIO_new(BIO_s_secmem());
	char *text;
	long n;
	int status = 0;

	if (!bio)
		mem_out();
	if (!pkey || PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL) != 1)
		status = err_set(e, ERR_INTERNAL, "OpenSSL cannot make a key: %s",
			ERR_reason_error_string(ERR_peek_last_error()));
	n = BIO_get_mem_data(bio, &text);
	if (status == 0)
		buf_add(pem, (struct str){ .p = text, .n = (size_t)n });
	BIO_free(bio);
	EVP_PKEY_free(pkey);
	return status;
}

/* -- reading ---------------------------------------------------------------------------------- */

/* A key file with a passphrase is refused: nobody is there to be asked. */
static int
no_passphrase(char *to, int room, int writing, void *context)
{
	(void)to;
	(void)room;
	(void)writing;
	(void)context;
	return -1;
}

static EVP_PKEY *
read_pem(struct str pem)
{
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	EVP_PKEY *pkey;

	if (!bio)
		mem_out();
	pkey = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	ERR_clear_error();
	return pkey;
}

static int
check(const struct dkim_key *k, struct err *e)
{
	if (!k->pkey)
		return err_set(e, ERR_CONFIG,
			"not a private key in PEM without a passphrase; 'morningpost keys dkim' "
			"makes one");
	if (EVP_PKEY_get_base_id(k->pkey) != algorithms[k->algorithm].type)
		return err_set(e, ERR_CONFIG,
			"not an %s key; say so with algorithm, or make one with 'morningpost keys "
			"dkim'",
			k->algorithm == DKIM_RSA ? "RSA" : "Ed25519");
	if (k->algorithm == DKIM_RSA &&
		(dkim_key_bits(k) < DKIM_RSA_LEAST || dkim_key_bits(k) > DKIM_RSA_MOST))
		return err_set(e, ERR_CONFIG,
			"an RSA key of %u bits, which nobody takes; make one of %d with "
			"'morningpost keys dkim'",
			dkim_key_bits(k), DKIM_RSA_BITS);
	return 0;
}

/* libsodium signs with it: OpenSSL only reads the file. */
static void
take_seed(struct dkim_key *k)
{
	uint8_t seed[SIGN_SEED];
	size_t n = sizeof seed;

	if (EVP_PKEY_get_raw_private_key(k->pkey, seed, &n) != 1 || n != sizeof seed)
		assert(false && "an Ed25519 key without a seed");
	sign_pair(seed, k->public, k->secret);
	sign_wipe(seed, sizeof seed);
}

int
dkim_key_read(struct str pem, enum dkim_algorithm algorithm, struct dkim_key **out, struct err *e)
{
	struct dkim_key *k = mem_zeroed(1, sizeof *k);

	k->algorithm = algorithm;
	k->pkey = pem.n && pem.n <= DKIM_PEM ? read_pem(pem) : NULL;
	if (check(k, e) < 0) {
		dkim_key_free(k);
		return -1;
	}
	if (algorithm == DKIM_ED25519)
		take_seed(k);
	*out = k;
	return 0;
}

void
dkim_key_free(struct dkim_key *k)
{
	if (!k)
		return;
	EVP_PKEY_free(k->pkey);
	sign_wipe(k, sizeof *k);
	free(k);
}

enum dkim_algorithm
dkim_key_algorithm(const struct dkim_key *k)
{
	return k->algorithm;
}

unsigned
dkim_key_bits(const struct dkim_key *k)
{
	return (unsigned)EVP_PKEY_get_bits(k->pkey);
}

/* RSA as a SubjectPublicKeyInfo, Ed25519 as its bare 32 octets (RFC 8463 4). */
void
dkim_key_public(const struct dkim_key *k, struct buf *out)
{
	unsigned char *der = NULL;
	int n;

	if (k->algorithm == DKIM_ED25519) {
		sign_base64(bytes_of(k->public, sizeof k->public), out);
		return;
	}
	n = i2d_PUBKEY(k->pkey, &der);
	if (n <= 0)
		mem_out();
	sign_base64(bytes_of(der, (size_t)n), out);
	OPENSSL_free(der);
}

void
dkim_key_record(const struct dkim_key *k, struct buf *out)
{
	buf_addz(out, algorithms[k->algorithm].record);
	dkim_key_public(k, out);
}

/* -- signing ---------------------------------------------------------------------------------- */

static int
sign_rsa(const struct dkim_key *k, const uint8_t hash[static DKIM_HASH], struct buf *out,
	struct err *e)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(k->pkey, NULL);
	unsigned char signature[SIGNATURE];
	size_t n = sizeof signature;
	bool good = ctx && EVP_PKEY_sign_init(ctx) == 1 &&
		    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1 &&
		    EVP_PKEY_sign(ctx, signature, &n, hash, DKIM_HASH) == 1;

	EVP_PKEY_CTX_free(ctx);
	if (!good)
		return err_set(e, ERR_INTERNAL, "OpenSSL cannot sign: %s",
			ERR_reason_error_string(ERR_peek_last_error()));
	sign_base64(bytes_of(signature, n), out);
	return 0;
}

int
dkim_key_sign(const struct dkim_key *k, const uint8_t hash[static DKIM_HASH], struct buf *out,
	struct err *e)
{
	uint8_t signature[SIGN_BYTES];

	if (k->algorithm == DKIM_RSA)
		return sign_rsa(k, hash, out, e);
	sign_make(bytes_of(hash, DKIM_HASH), k->secret, signature);
	sign_base64(bytes_of(signature, sizeof signature), out);
	return 0;
}

/* -- hashing ---------------------------------------------------------------------------------- */

struct dkim_hash {
	EVP_MD_CTX *ctx;
};

static struct dkim_hash *
make_hash(void)
{
	struct dkim_hash *h = mem_alloc(sizeof *h);

	h->ctx = EVP_MD_CTX_new();
	if (!h->ctx)
		mem_out();
	return h;
}

struct dkim_hash *
dkim_hash_new(void)
{
	struct dkim_hash *h = make_hash();

	if (EVP_DigestInit_ex(h->ctx, EVP_sha256(), NULL) != 1)
		mem_out();
	return h;
}

struct dkim_hash *
dkim_hash_copy(const struct dkim_hash *h)
{
	struct dkim_hash *copy = make_hash();

	if (EVP_MD_CTX_copy_ex(copy->ctx, h->ctx) != 1)
		mem_out();
	return copy;
}

void
dkim_hash_add(struct dkim_hash *h, struct str bytes)
{
	if (bytes.n && EVP_DigestUpdate(h->ctx, bytes.p, bytes.n) != 1)
		mem_out();
}

void
dkim_hash_end(struct dkim_hash *h, uint8_t out[static DKIM_HASH])
{
	if (EVP_DigestFinal_ex(h->ctx, out, NULL) != 1)
		mem_out();
	dkim_hash_free(h);
}

void
dkim_hash_free(struct dkim_hash *h)
{
	if (!h)
		return;
	EVP_MD_CTX_free(h->ctx);
	free(h);
}
