#include "settings/keys.h"

#include "base/file.h"
#include "scratch.h"

static int
load(struct scratch *s, bool public_only, struct keys *k)
{
	int status = keys_load(s->dir, public_only, k, &s->e);

	if (status < 0 && s->e.code != ERR_CONFIG)
		fail_msg("%d: %s", (int)s->e.code, s->e.text);
	return status;
}

static int
keys_setup(void **state)
{
	struct scratch *s;

	scratch_setup(state);
	s = *state;
	assert_done(s, keys_create(s->dir, &s->e));
	return 0;
}

static void
the_first_pair_signs_and_is_not_made_twice(void **state)
{
	struct scratch *s = *state;
	uint8_t signature[SIGN_BYTES];
	struct keys k;

	assert_int_equal(load(s, false, &k), 0);
	assert_int_equal(k.count, 1);
	assert_int_equal(keys_current(&k)->id, 1);
	sign_make(STR("x"), keys_current(&k)->secret, signature);
	assert_true(sign_check(STR("x"), signature, keys_current(&k)->public));
	keys_free(&k);
	assert_int_equal(keys_create(s->dir, &s->e), -1);
	assert_int_equal(load(s, false, &k), 0);
	assert_true(sign_check(STR("x"), signature, keys_current(&k)->public));
	keys_free(&k);
}

static void
a_new_pair_signs_and_old_ones_are_read_until_retired(void **state)
{
	struct scratch *s = *state;
	uint8_t public[SIGN_PUBLIC];
	struct keys k;
	int id;

	assert_done(s, keys_rotate(s->dir, &id, &s->e));
	assert_int_equal(id, 2);
	assert_int_equal(keys_retire(s->dir, 2, &s->e), -1);
	assert_int_equal(load(s, false, &k), 0);
	assert_int_equal(keys_current(&k)->id, 2);
	assert_true(keys_has(&k, 1) && keys_find_public(&k, 1, public));
	keys_free(&k);
	assert_done(s, keys_retire(s->dir, 1, &s->e));
	assert_int_equal(keys_retire(s->dir, 1, &s->e), -1);
	assert_int_equal(load(s, false, &k), 0);
	assert_false(keys_has(&k, 1) || keys_find_public(&k, 1, public));
	assert_true(keys_has(&k, 2));
	keys_free(&k);
	assert_done(s, keys_rotate(s->dir, &id, &s->e));
	assert_int_equal(id, 3); /* a retired number is given to nobody else */
}

static void
the_spools_pair_is_made_once_and_mended(void **state)
{
	struct scratch *s = *state;
	uint8_t public[SEAL_PUBLIC];
	struct spool_pair pair, same;

	assert_done(s, keys_spool_load(s->dir, &pair, &s->e));
	assert_done(s, keys_spool_public(s->dir, public, &s->e));
	assert_memory_equal(public, pair.public, sizeof public);
	assert_int_equal(unlinkat(s->dir, "var/keys/spool.pub", 0), 0);
	assert_int_equal(keys_spool_public(s->dir, public, &s->e), -1);
	assert_int_equal(s->e.code, ERR_CONFIG);
	assert_done(s, keys_spool_create(s->dir, &s->e));
	assert_done(s, keys_spool_public(s->dir, public, &s->e));
	assert_memory_equal(public, pair.public, sizeof public);
	assert_done(s, keys_spool_create(s->dir, &s->e));
	assert_done(s, keys_spool_load(s->dir, &same, &s->e));
	assert_memory_equal(&same, &pair, sizeof pair);
	/* What cannot be sealed to is no key. */
	assert_done(s, file_write(s->dir, "var/keys/spool.pub",
			       STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"), 0600, &s->e));
	assert_int_equal(keys_spool_public(s->dir, public, &s->e), -1);
	assert_int_equal(s->e.code, ERR_CONFIG);
}

static void
a_public_only_host_has_no_other_file(void **state)
{
	static const char *const secrets[] = { "var/keys/sign-1", "var/keys/mac",
		"var/keys/spool" };
	struct scratch *s = *state;

	for (size_t i = 0; i < COUNT(secrets); i++) {
		assert_int_equal(keys_only_public(s->dir, &s->e), -1);
		assert_int_equal(s->e.code, ERR_CONFIG);
		assert_int_equal(unlinkat(s->dir, secrets[i], 0), 0);
	}
	assert_done(s, keys_only_public(s->dir, &s->e));
}

static void
the_web_reads_no_secret(void **state)
{
	static const uint8_t nothing[SIGN_SECRET];
	struct scratch *s = *state;
	struct keys k;

	assert_int_equal(unlinkat(s->dir, "var/keys/sign-1", 0), 0);
	assert_int_equal(unlinkat(s->dir, "var/keys/mac", 0), 0);
	assert_int_equal(load(s, true, &k), 0);
	assert_false(k.has_secrets);
	assert_memory_equal(k.pairs[0].secret, nothing, sizeof nothing);
	keys_free(&k);
	assert_int_equal(load(s, false, &k), -1);
}

static void
addresses_are_hashed_by_the_web_too(void **state)
{
	static const uint8_t nothing[MAC_KEY];
	struct scratch *s = *state;
	uint8_t full[KEYS_HASH], web[KEYS_HASH], digest[SIGN_SHA256];
	struct keys k;

	assert_int_equal(load(s, false, &k), 0);
	assert_done(s, keys_hash_address(&k, STR("ada@example.org"), full, &s->e));
	sign_sha256(STR("ada@example.org"), digest);
	assert_done(s, keys_hash_digest(&k, digest, web, &s->e));
	assert_memory_equal(full, web, sizeof full);
	keys_free(&k);
	assert_int_equal(load(s, true, &k), 0);
	assert_memory_equal(k.mac, nothing, sizeof nothing);
	assert_done(s, keys_hash_address(&k, STR("ada@example.org"), web, &s->e));
	assert_memory_equal(full, web, sizeof full);
	assert_done(s, keys_hash_address(&k, STR("bob@example.org"), web, &s->e));
	assert_memory_not_equal(full, web, sizeof full);
	keys_free(&k);
	assert_int_equal(unlinkat(s->dir, "var/keys/mac", 0), 0);
	assert_int_equal(load(s, true, &k), 0);
	assert_int_equal(keys_hash_address(&k, STR("ada@example.org"), web, &s->e), -1);
	assert_int_equal(s->e.code, ERR_CONFIG);
	keys_free(&k);
}

static void
other_seed(struct scratch *s)
{
	assert_done(s, file_write(s->dir, "var/keys/sign-1",
			       STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"), 0600, &s->e));
}

static void
no_key(struct scratch *s)
{
	assert_done(s, file_write(s->dir, "var/keys/sign-1", STR("key\n"), 0600, &s->e));
}

static void
readable_seed(struct scratch *s)
{
	assert_int_equal(fchmodat(s->dir, "var/keys/sign-1", 0640, 0), 0);
}

static void
readable_mac(struct scratch *s)
{
	assert_int_equal(fchmodat(s->dir, "var/keys/mac", 0604, 0), 0);
}

static void
no_public_half(struct scratch *s)
{
	assert_int_equal(unlinkat(s->dir, "var/keys/sign-1.pub", 0), 0);
}

static void
a_link(struct scratch *s)
{
	assert_int_equal(renameat(s->dir, "var/keys/sign-1", s->dir, "var/seed"), 0);
	assert_int_equal(symlinkat("../seed", s->dir, "var/keys/sign-1"), 0);
}

static void
what_is_not_right_is_refused(void **state)
{
	static void (*const harms[])(struct scratch *) = { other_seed, no_key, readable_seed,
		readable_mac, no_public_half, a_link };

	(void)state;
	for (size_t i = 0; i < COUNT(harms); i++) {
		void *fresh;
		struct scratch *s;
		struct keys k;

		keys_setup(&fresh);
		s = fresh;
		harms[i](s);
		if (load(s, false, &k) == 0)
			fail_msg("harm %zu was not noticed", i);
		assert_non_null(strstr(s->e.text, "var/keys"));
		scratch_teardown(&fresh);
	}
}

/* RELIABILITY K5, though it reads no signing key. */
static void
the_web_refuses_what_others_can_read(void **state)
{
	static void (*const harms[])(struct scratch *) = { readable_seed, readable_mac, a_link };

	(void)state;
	for (size_t i = 0; i < COUNT(harms); i++) {
		void *fresh;
		struct scratch *s;
		struct keys k;

		keys_setup(&fresh);
		s = fresh;
		harms[i](s);
		if (load(s, true, &k) == 0)
			fail_msg("harm %zu was not noticed", i);
		assert_non_null(strstr(s->e.text, "var/keys"));
		scratch_teardown(&fresh);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_first_pair_signs_and_is_not_made_twice, keys_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			a_new_pair_signs_and_old_ones_are_read_until_retired, keys_setup,
			scratch_teardown),
		cmocka_unit_test_setup_teardown(
			the_spools_pair_is_made_once_and_mended, keys_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			a_public_only_host_has_no_other_file, keys_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			the_web_reads_no_secret, keys_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			addresses_are_hashed_by_the_web_too, keys_setup, scratch_teardown),
		cmocka_unit_test(what_is_not_right_is_refused),
		cmocka_unit_test(the_web_refuses_what_others_can_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
