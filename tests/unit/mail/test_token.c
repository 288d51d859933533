#include "mail/token.h"

#include <string.h>

#include "mail/message_id.h"
#include "mail/verp.h"
#include "test.h"

static const uint8_t seed[SIGN_SEED] = { 1, 2, 3 };
static uint8_t public[SIGN_PUBLIC], secret[SIGN_SECRET];

static bool
find(void *context, uint8_t id, uint8_t out[static SIGN_PUBLIC])
{
	(void)context;
	memcpy(out, public, SIGN_PUBLIC);
	return id == 7;
}

static void
make(enum token_kind kind, uint32_t expiry, char out[static TOKEN_CHARS + 1])
{
	const struct token t = { .kind = kind,
		.key_id = 7,
		.subscriber = 0x0102030405060708,
		.epoch = 9,
		.expiry = expiry };
	uint8_t signature[SIGN_BYTES];

	token_sign(&t, "post.example", secret, signature);
	token_print(&t, signature, out);
}

static enum token_verdict
check(struct str s, const char *list, int64_t now, struct token *t)
{
	return token_check(s, list, now, find, NULL, t);
}

static void
a_token_says_what_was_signed(void **state)
{
	char s[TOKEN_CHARS + 1];
	struct token t;

	(void)state;
	make(TOKEN_MEMBER, 0, s);
	assert_int_equal(strlen(s), TOKEN_CHARS);
	assert_int_equal(check(str_of(s), "post.example", 1000, &t), TOKEN_GOOD);
	assert_true(t.kind == TOKEN_MEMBER && t.subscriber == 0x0102030405060708 && t.epoch == 9);
	assert_int_equal(check(str_of(s), "other.example", 1000, &t), TOKEN_FORGED);
	make(TOKEN_CONFIRM, 2000, s);
	assert_int_equal(check(str_of(s), "post.example", 2000, &t), TOKEN_GOOD);
	assert_int_equal(check(str_of(s), "post.example", 2001, &t), TOKEN_EXPIRED);
}

static void
every_change_of_a_character_is_noticed(void **state)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=%. ";
	char s[TOKEN_CHARS + 1], bad[TOKEN_CHARS + 2];
	struct token t;

	(void)state;
	make(TOKEN_MEMBER, 0, s);
	for (size_t i = 0; i < TOKEN_CHARS; i++)
		for (size_t k = 0; k < sizeof alphabet; k += 5) {
			memcpy(bad, s, sizeof s);
			if (bad[i] == alphabet[k])
				continue;
			bad[i] = alphabet[k];
			assert_int_equal(
				check((struct str){ bad, TOKEN_CHARS }, "post.example", 0, &t),
				TOKEN_FORGED);
		}
	/* The last character has two spare bits: only one of four spellings is ours. */
	for (size_t k = 0; k < 64; k++) {
		memcpy(bad, s, sizeof s);
		bad[TOKEN_CHARS - 1] = alphabet[k];
		assert_true((check(str_of(bad), "post.example", 0, &t) == TOKEN_GOOD) ==
			    (strcmp(bad, s) == 0));
	}
	for (size_t n = 0; n < TOKEN_CHARS; n++)
		assert_int_equal(check((struct str){ s, n }, "post.example", 0, &t), TOKEN_FORGED);
	memcpy(bad, s, sizeof s);
	bad[TOKEN_CHARS] = 'A';
	assert_int_equal(
		check((struct str){ bad, TOKEN_CHARS + 1 }, "post.example", 0, &t), TOKEN_FORGED);
	assert_int_equal(
		check((struct str){ s, TOKEN_CHARS + 1 }, "post.example", 0, &t), TOKEN_FORGED);
}

static void
an_envelope_sender_is_known_again_and_cannot_be_made_up(void **state)
{
	static const uint8_t key[MAC_KEY] = { 4 }, other[MAC_KEY] = { 5 };
	struct str bounce = STR("bounce@post.example");
	char s[VERP_MAX + 1], upper[VERP_MAX + 1];
	uint64_t who;
	uint32_t issue;
	size_t n;

	(void)state;
	n = verp_make(bounce, 1234567890123, 4000000000, key, s);
	assert_true(n > 0 && strcspn(s, "@") <= 64);
	assert_true(verp_check(str_of(s), bounce, key, &who, &issue));
	assert_true(who == 1234567890123 && issue == 4000000000);
	for (size_t i = 0; i <= n; i++)
		upper[i] = s[i] >= 'a' && s[i] <= 'z' ? (char)(s[i] - 32) : s[i];
	assert_true(verp_check(str_of(upper), bounce, key, &who, &issue));
	assert_false(verp_check(str_of(s), bounce, other, &who, &issue));
	for (size_t i = 7; i < strcspn(s, "@"); i++) {
		char kept = s[i];

		s[i] = kept == 'q' ? 'r' : 'q';
		assert_false(verp_check(str_of(s), bounce, key, &who, &issue));
		s[i] = kept;
	}
	assert_int_equal(
		verp_make(STR("a-very-long-bounce-address-of-more-than-twenty@post.example"),
			UINT64_MAX, UINT32_MAX, key, s),
		0);
	assert_true(verp_make(STR("twenty-characters-xx@post.example"), UINT64_MAX, UINT32_MAX, key,
			    s) > 0);
}

static void
a_message_id_is_the_same_again_and_another_for_another(void **state)
{
	static const uint8_t key[MAC_KEY] = { 4 };
	char a[MESSAGE_ID_MAX], b[MESSAGE_ID_MAX], long_domain[MESSAGE_ID_MAX] = "";
	char what[MESSAGE_ID_WHAT];
	size_t n;

	(void)state;
	message_id_issue((struct day){ 2026, 2, 14 }, what);
	assert_string_equal(what, "issue/2026-02-14");
	n = message_id_make(STR("issue/2026-02-14"), 5, STR("post.example"), key, a);
	assert_int_equal(n, strlen(a));
	/* Made with Python's hashlib: what is in readers' mailboxes must stay true. */
	assert_string_equal(a, "<5b34ytwoqtmoxryyj7enp6btxew222mi@post.example>");
	memset(long_domain, 'a', sizeof long_domain - 1);
	assert_int_equal(message_id_make(STR("x"), 5, str_of(long_domain), key, b), 0);
	message_id_make(STR("issue/2026-02-14"), 5, STR("post.example"), key, b);
	assert_string_equal(a, b);
	message_id_make(STR("issue/2026-02-14"), 6, STR("post.example"), key, b);
	assert_string_not_equal(a, b);
	message_id_make(STR("issue/2026-02-15"), 5, STR("post.example"), key, b);
	assert_string_not_equal(a, b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_says_what_was_signed),
		cmocka_unit_test(every_change_of_a_character_is_noticed),
		cmocka_unit_test(an_envelope_sender_is_known_again_and_cannot_be_made_up),
		cmocka_unit_test(a_message_id_is_the_same_again_and_another_for_another),
	};

	sign_start();
	sign_pair(seed, public, secret);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
