#include "mail/wording.h"

#include <string.h>

#include "test.h"

static const char *const phrases[] = {
#define PHRASE(text, cause) text,
#include "mail/wording.def"
#undef PHRASE
};

/* A phrase that folding changes could never be found. */
static void
every_phrase_can_be_found(void **state)
{
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(phrases); i++) {
		struct str folded = wording_fold(str_of(phrases[i]), &a);

		assert_str(folded, phrases[i]);
		assert_true(wording_has(folded, phrases[i]));
	}
	arena_free(&a);
}

static void
no_phrase_is_there_twice(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(phrases); i++)
		for (size_t k = i + 1; k < COUNT(phrases); k++)
			if (strcmp(phrases[i], phrases[k]) == 0)
				fail_msg("'%s' is there twice", phrases[i]);
}

static void
a_star_is_a_gap(void **state)
{
	(void)state;
	assert_true(wording_has(STR("the mailbox of ann is full"), "mailbox * is full"));
	assert_false(wording_has(STR("mailbox, and very much later, after more words than anybody "
				     "would put between, it is full"),
		"mailbox * is full"));
	assert_true(wording_has(STR("mailbox mailbox of ann is full"), "mailbox * is full"));
	assert_false(wording_has(STR("is full, this mailbox"), "mailbox * is full"));
	assert_false(wording_has(STR(""), "x"));
}

static void
what_excuses_comes_before_what_condemns(void **state)
{
	static const struct {
		const char *in;
		enum cause want;
	} rows[] = {
		{ "User  Unknown", CAUSE_NO_USER },
		{ "Sender address rejected: User unknown", CAUSE_SENDER },
		{ "no such user: mailbox is full", CAUSE_FULL },
		{ "550 blocked; unknown user", CAUSE_POLICY },
		{ "Domain does not accept mail (nullMX)", CAUSE_NO_MAIL },
		{ "NXDOMAIN", CAUSE_NO_HOST },
		{ "Connection refused", CAUSE_NETWORK },
		{ "Hop count exceeded - possible mail loop", CAUSE_LOOP },
		{ "spam.example.net said: unknown user", CAUSE_NO_USER },
		{ "host junk-filter7.example.com[192.0.2.1]: no such user", CAUSE_NO_USER },
		{ "see https://spf.example.org/x?policy", CAUSE_UNKNOWN },
		{ "marble garbled", CAUSE_UNKNOWN },
		{ "listed by an RBL.", CAUSE_POLICY },
		{ "RESOLVER.ADR.RecipNotFound; not found", CAUSE_NO_USER },
		{ "this is spam.", CAUSE_POLICY },
		{ "lorem ipsum", CAUSE_UNKNOWN },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(wording_cause(str_of(rows[i].in), &a), rows[i].want);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_phrase_can_be_found),
		cmocka_unit_test(no_phrase_is_there_twice),
		cmocka_unit_test(a_star_is_a_gap),
		cmocka_unit_test(what_excuses_comes_before_what_condemns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
