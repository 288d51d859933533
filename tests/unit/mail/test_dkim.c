#include "mail/dkim.h"

#include <string.h>

#include "mail/dkim_keys.h"
#include "test.h"

/* The hash 00 01 02 ... 1f, signed by openssl(1) with the keys of dkim_keys.h. */
static const struct {
	enum dkim_algorithm algorithm;
	const char *pem, *record, *signature;
} rows[] = {
	{ DKIM_RSA, RSA_PEM,
		"v=DKIM1; k=rsa; "
		"p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDPofS+PXPU7Tap4NWms14Waxrj"
		"KC+rwGcrmxkqLW13mLsnSV27O59qNOB9wvWWoLugpLQ838thKxR+GkIT0ZC31CaCr3Dc"
		"7trvSZFqCTY6CWF0ud3pffWARBTAGIkSSlOA8LgUDvtIfjIpnj8e1L/gh+wUATqBz8Ma"
		"soIinqEGbQIDAQAB",
		"LRggMdsu+CWgID6RyGe4SKfEwCJK88dyPxVK6Gj4/OHPaJ7ccZIUcUQTbD7HX/lmHC27"
		"ONKUuA5kjkrrQByPHvlPztCnrNS/Iqmzh1lIZyDPsusmjEnXoPiFGreVUlEK3n/t467C"
		"b6+AAQZKBKpcHzJNg49pTnpEMVl+Rvz469c=" },
	{ DKIM_ED25519, ED25519_PEM,
		"v=DKIM1; k=ed25519; p=rgk2l0PR3TkYsW6a5TU4GCgTMVhjlX/l64CmyTAsZmo=",
		"mKh33Hx63AzPWOTTF5WWqnZruDxBBjWfV2rS/pTxuAR+vnoZRi42BL7V5BBhXPjGRaek"
		"dnQJfu5HyabAWR0XCg==" },
};

static void
keys_sign_as_openssl_does(void **state)
{
	uint8_t hash[DKIM_HASH];

	(void)state;
	for (size_t i = 0; i < sizeof hash; i++)
		hash[i] = (uint8_t)i;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct dkim_key *k;
		struct err e = { 0 };
		struct buf b;

		if (dkim_key_read(str_of(rows[i].pem), rows[i].algorithm, &k, &e) < 0)
			fail_msg("row %zu: %s", i, e.text);
		buf_init(&b, 4096);
		dkim_key_record(k, &b);
		assert_str(buf_str(&b), rows[i].record);
		buf_clear(&b);
		assert_int_equal(dkim_key_sign(k, hash, &b, &e), 0);
		assert_str(buf_str(&b), rows[i].signature);
		buf_free(&b);
		dkim_key_free(k);
	}
}

static const struct {
	enum dkim_algorithm algorithm;
	const char *pem, *why;
} bad[] = {
	{ DKIM_RSA, "", "PEM" },
	{ DKIM_RSA, "hello", "PEM" },
	{ DKIM_RSA, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "PEM" },
	{ DKIM_RSA, ED25519_PEM, "not an RSA key" },
	{ DKIM_ED25519, RSA_PEM, "not an Ed25519 key" },
	{ DKIM_RSA, SHORT_PEM, "512 bits" },
};

static void
what_is_no_such_key_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct dkim_key *k;
		struct err e = { 0 };

		assert_int_equal(dkim_key_read(str_of(bad[i].pem), bad[i].algorithm, &k, &e), -1);
		assert_int_equal(e.code, ERR_CONFIG);
		if (!strstr(e.text, bad[i].why))
			fail_msg("row %zu: %s", i, e.text);
	}
}

static void
what_is_made_can_be_read(void **state)
{
	(void)state;
	for (int algorithm = DKIM_RSA; algorithm <= DKIM_ED25519; algorithm++) {
		struct dkim_key *k;
		struct err e = { 0 };
		struct buf pem;

		buf_init(&pem, DKIM_PEM);
		assert_int_equal(dkim_key_make((enum dkim_algorithm)algorithm, &pem, &e), 0);
		if (dkim_key_read(buf_str(&pem), (enum dkim_algorithm)algorithm, &k, &e) < 0)
			fail_msg("%s", e.text);
		assert_int_equal(dkim_key_algorithm(k), algorithm);
		if (algorithm == DKIM_RSA)
			assert_int_equal(dkim_key_bits(k), DKIM_RSA_BITS);
		dkim_key_free(k);
		buf_free(&pem);
	}
}

static void
a_hash_goes_on_from_where_another_stands(void **state)
{
	/* SHA-256 of "abc": FIPS 180-4. */
	static const uint8_t abc[DKIM_HASH] = { 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea,
		0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
		0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad };
	struct dkim_hash *saved = dkim_hash_new();
	uint8_t out[DKIM_HASH];

	(void)state;
	dkim_hash_add(saved, STR("ab"));
	for (int i = 0; i < 2; i++) {
		struct dkim_hash *h = dkim_hash_copy(saved);

		dkim_hash_add(h, STR("c"));
		dkim_hash_end(h, out);
		assert_memory_equal(out, abc, sizeof abc);
	}
	dkim_hash_free(saved);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_sign_as_openssl_does),
		cmocka_unit_test(what_is_no_such_key_is_refused),
		cmocka_unit_test(what_is_made_can_be_read),
		cmocka_unit_test(a_hash_goes_on_from_where_another_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
