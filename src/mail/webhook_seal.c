#include "mail/webhook_seal.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "base/sign.h"

enum { BYTES = 4096, HMAC_BYTES = 32 };

static bool
is_base64(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '+' || c == '/' || c == '=';
}

/* Decode; white space and PEM's lines are passed over. Returns how many bytes, 0: it is none. */
static size_t
unbase64(struct str s, unsigned char *to)
{
	struct str line;
	struct buf b;
	int n = -1;

	buf_init(&b, BYTES);
	while (str_line(&s, &line)) {
		line = str_trim(line);
		if (str_starts(line, STR("-----")))
			continue;
		for (size_t i = 0; i < line.n; i++)
			if (is_base64(line.p[i]))
				buf_addc(&b, line.p[i]);
	}
	if (!b.over && b.n && b.n % 4 == 0)
		n = EVP_DecodeBlock(to, (const unsigned char *)b.p, (int)b.n);
	for (size_t i = b.n; n > 0 && i > 0 && b.p[i - 1] == '='; i--)
		n--;
	buf_free(&b);
	return n > 0 ? (size_t)n : 0;
}

bool
webhook_seal_hmac(struct str text, struct str hex, struct str key)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	struct buf b;
	bool good;

	if (!HMAC(EVP_sha256(), key.p, (int)key.n, (const unsigned char *)text.p, text.n, mac, &n))
		return false;
	buf_init(&b, sizeof(char[2 * HMAC_BYTES]));
	sign_hex((struct str){ (const char *)mac, n }, &b);
	good = n == HMAC_BYTES && hex.n == b.n && sign_equal(hex.p, b.p, b.n);
	buf_free(&b);
	return good;
}

static bool
verify(EVP_PKEY *key, const EVP_MD *digest, struct str text, struct str signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char raw[BYTES];
	size_t n = unbase64(signature, raw);
	bool good = n && ctx && EVP_DigestVerifyInit(ctx, NULL, digest, NULL, key) == 1 &&
		    EVP_DigestVerify(ctx, raw, n, (const unsigned char *)text.p, text.n) == 1;

	EVP_MD_CTX_free(ctx);
	return good;
}

static EVP_PKEY *
read_key(struct str s)
{
	unsigned char raw[BYTES];
	const unsigned char *p = raw;
	size_t n = unbase64(s, raw);
	EVP_PKEY *key = n ? d2i_PUBKEY(NULL, &p, (long)n) : NULL;

	if (key && EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

bool
webhook_seal_is_key(struct str s)
{
	EVP_PKEY *key = read_key(s);

	EVP_PKEY_free(key);
	return key != NULL;
}

bool
webhook_seal_ecdsa(struct str text, struct str signature, struct str key)
{
	EVP_PKEY *pkey = read_key(key);
	bool good = pkey && verify(pkey, EVP_sha256(), text, signature);

	EVP_PKEY_free(pkey);
	return good;
}

static X509 *
read_certificate(struct str pem)
{
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	X509 *x = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	return x;
}

bool
webhook_seal_is_certificate(struct str pem)
{
	X509 *x = read_certificate(pem);

	X509_free(x);
	return x != NULL;
}

bool
webhook_seal_certificate(
	struct str text, struct str signature, struct str version, struct str certificate)
{
	X509 *x = read_certificate(certificate);
	const EVP_MD *digest = str_eqz(version, "2") ? EVP_sha256() : EVP_sha1();
	bool good = x && (str_eqz(version, "1") || str_eqz(version, "2")) &&
		    X509_cmp_current_time(X509_get0_notAfter(x)) > 0 &&
		    verify(X509_get0_pubkey(x), digest, text, signature);

	X509_free(x);
	return good;
}
