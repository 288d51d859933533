#include "base/sign.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

/* RFC 8032 7.1, test 2. */
static void
signs_as_the_standard_does(void **state)
{
	static const char
		seed[] = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		key[] = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
		signature[] = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
			      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
	uint8_t s[SIGN_SEED], public[SIGN_PUBLIC], secret[SIGN_SECRET], sig[SIGN_BYTES];
	struct buf hex;

	(void)state;
	for (size_t i = 0; i < sizeof s; i++)
		assert_int_equal(sscanf(seed + 2 * i, "%2hhx", &s[i]), 1);
	sign_pair(s, public, secret);
	buf_init(&hex, 1000);
	sign_hex((struct str){ (const char *)public, sizeof public }, &hex);
	assert_str(buf_str(&hex), key);
	sign_make(STR("\x72"), secret, sig);
	buf_cut(&hex, 0);
	sign_hex((struct str){ (const char *)sig, sizeof sig }, &hex);
	assert_str(buf_str(&hex), signature);
	assert_true(sign_check(STR("\x72"), sig, public));
	assert_false(sign_check(STR("\x73"), sig, public));
	sig[63] ^= 1;
	assert_false(sign_check(STR("\x72"), sig, public));
	buf_free(&hex);
}

static void
only_the_secret_key_opens_what_is_sealed(void **state)
{
	uint8_t public[SEAL_PUBLIC], secret[SEAL_SECRET], other[SEAL_PUBLIC], its[SEAL_SECRET];
	const uint8_t none[SEAL_PUBLIC] = { 0 };
	struct buf sealed, again, text;

	(void)state;
	sign_seal_pair(public, secret);
	sign_seal_public(secret, other);
	assert_memory_equal(public, other, sizeof public);
	sign_seal_pair(other, its);
	buf_init(&sealed, 1000);
	buf_init(&again, 1000);
	buf_init(&text, 1000);
	assert_true(sign_seal(STR("ada@example.org"), public, &sealed));
	assert_true(sign_seal(STR("ada@example.org"), public, &again));
	assert_int_equal(sealed.n, 15 + SEAL_EXTRA);
	assert_false(str_eq(buf_str(&sealed), buf_str(&again)));
	assert_true(str_find_str(buf_str(&sealed), STR("ada")) < 0);
	assert_true(sign_unseal(buf_str(&sealed), public, secret, &text));
	assert_str(buf_str(&text), "ada@example.org");
	buf_cut(&text, 0);
	assert_false(sign_unseal(buf_str(&sealed), other, its, &text));
	sealed.p[sealed.n - 1] ^= 1;
	assert_false(sign_unseal(buf_str(&sealed), public, secret, &text));
	assert_false(sign_unseal(str_sub(buf_str(&again), 0, SEAL_EXTRA), public, secret, &text));
	assert_false(sign_unseal((struct str){ 0 }, public, secret, &text));
	assert_int_equal(text.n, 0);
	assert_false(sign_seal(STR("x"), none, &text));
	assert_int_equal(text.n, 0);
	buf_free(&sealed);
	buf_free(&again);
	buf_free(&text);
}

static void
each_use_has_a_key_of_its_own(void **state)
{
	const uint8_t key[MAC_KEY] = { 1 }, other[MAC_KEY] = { 2 };
	uint8_t a[16], b[16];

	(void)state;
	sign_mac(STR("x"), key, "verp", a, sizeof a);
	sign_mac(STR("x"), key, "verp", b, sizeof b);
	assert_true(sign_equal(a, b, sizeof a));
	sign_mac(STR("x"), key, "message-id", b, sizeof b);
	assert_false(sign_equal(a, b, sizeof a));
	sign_mac(STR("y"), key, "verp", b, sizeof b);
	assert_false(sign_equal(a, b, sizeof a));
	sign_mac(STR("x"), other, "verp", b, sizeof b);
	assert_false(sign_equal(a, b, sizeof a));
}

static void
encodings_have_one_form(void **state)
{
	static const struct {
		struct str bytes;
		const char *base64url, *base32, *base64;
	} rows[] = {
		{ STR_INIT(""), "", "", "" },
		{ STR_INIT("f"), "Zg", "my", "Zg==" },
		{ STR_INIT("fo"), "Zm8", "mzxq", "Zm8=" },
		{ STR_INIT("foo"), "Zm9v", "mzxw6", "Zm9v" },
		{ STR_INIT("foob"), "Zm9vYg", "mzxw6yq", "Zm9vYg==" },
		{ STR_INIT("fooba"), "Zm9vYmE", "mzxw6ytb", "Zm9vYmE=" },
		{ STR_INIT("foobar"), "Zm9vYmFy", "mzxw6ytboi", "Zm9vYmFy" },
		{ STR_INIT("\xff\xfb\xfe"), "__v-", "77574", "//v+" },
	};
	char back[8], open[16];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b;

		buf_init(&b, 100);
		sign_base64url(rows[i].bytes, &b);
		assert_str(buf_str(&b), rows[i].base64url);
		sign_base64url_open((const uint8_t *)rows[i].bytes.p, rows[i].bytes.n, open);
		assert_memory_equal(open, rows[i].base64url, strlen(rows[i].base64url));
		buf_cut(&b, 0);
		sign_base32(rows[i].bytes, &b);
		assert_str(buf_str(&b), rows[i].base32);
		buf_cut(&b, 0);
		sign_base64(rows[i].bytes, &b);
		assert_str(buf_str(&b), rows[i].base64);
		buf_free(&b);
		assert_true(sign_unbase64url(str_of(rows[i].base64url), back, rows[i].bytes.n));
		assert_memory_equal(back, rows[i].bytes.n ? rows[i].bytes.p : "", rows[i].bytes.n);
		assert_true(sign_unbase32(str_of(rows[i].base32), back, rows[i].bytes.n));
		assert_memory_equal(back, rows[i].bytes.n ? rows[i].bytes.p : "", rows[i].bytes.n);
	}
	assert_true(sign_unbase32(STR("MZXW6YQ"), back, 4));
}

static void
other_forms_are_refused(void **state)
{
	static const struct {
		const char *in;
		size_t n;
	} rows64[] = {
		{ "Zg==", 1 }, { "Zh", 1 },  { "Zm9", 2 }, { "Zm9v", 2 },    { "Zm9v", 4 }, { "Zm8 ", 2 },
		{ "Zm\n8", 2 }, { "//v+", 3 }, { "Zm9vY", 4 }, { "Zm9v\xc3", 3 }, { "", 1 },
	}, rows32[] = {
		{ "mz", 1 },   { "my======", 1 }, { "m1", 1 },    { "m", 1 },        { "mzxw6", 2 },
	};
	char back[8];

	(void)state;
	for (size_t i = 0; i < COUNT(rows64); i++)
		if (sign_unbase64url(str_of(rows64[i].in), back, rows64[i].n))
			fail_msg("base64url '%s'", rows64[i].in);
	for (int c = 0x80; c < 0x100; c++)
		if (sign_unbase64url(
			    (struct str){ (char[]){ 'Z', 'm', '9', (char)c }, 4 }, back, 3))
			fail_msg("base64url with 0x%02x", (unsigned)c);
	for (size_t i = 0; i < COUNT(rows32); i++)
		if (sign_unbase32(str_of(rows32[i].in), back, rows32[i].n))
			fail_msg("base32 '%s'", rows32[i].in);
}

static void
hashes_in_hex(void **state)
{
	char hex[SIGN_HEX];

	(void)state;
	sign_hash_hex(STR(""), hex); /* as b2sum -l 256 says */
	assert_string_equal(
		hex, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
}

static void
reads_hexadecimal_of_one_length(void **state)
{
	static const char *const bad[] = { "", "00ff7", "00ff7f0", "00ff7f00", "00ff7g", "0xff7f",
		" 0ff7f" };
	uint8_t got[3];

	(void)state;
	assert_true(sign_unhex(STR("00ff7F"), got, sizeof got));
	assert_memory_equal(got, "\x00\xff\x7f", 3);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(sign_unhex(str_of(bad[i]), got, sizeof got));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_in_hex),
		cmocka_unit_test(signs_as_the_standard_does),
		cmocka_unit_test(only_the_secret_key_opens_what_is_sealed),
		cmocka_unit_test(each_use_has_a_key_of_its_own),
		cmocka_unit_test(encodings_have_one_form),
		cmocka_unit_test(other_forms_are_refused),
		cmocka_unit_test(reads_hexadecimal_of_one_length),
	};

	sign_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
