#include "compose/share.h"

#include "test.h"

/* Candidates as letters: the owner of each, who is the organisation too; those taken are left. */
static void
nobody_has_more_than_a_share(void **state)
{
	static const struct {
		const char *rows;
		size_t top;
		const char *taken;
	} table[] = {
		{ "abcdef", 10, "abcdef" },
		{ "abcdef", 3, "abc" },
		{ "", 10, "" },
		{ "aaaabcdefghi", 10, "aabcdefghi" },
		/* Of five rows 40 % are two, of four one. */
		{ "aabcd", 5, "aabcd" },
		{ "aabc", 5, "abc" },
		{ "aaaa", 10, "a" },
		{ "ab", 0, "" },
		/* Nobody's rows are not counted. */
		{ "...aa.", 10, "...aa." },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct str rows = str_of(table[i].rows);
		struct share who[20] = { 0 };
		bool taken[20];
		char have[20] = "";
		size_t n, at = 0;

		for (size_t k = 0; k < rows.n; k++)
			if (rows.p[k] != '.')
				who[k] = (struct share){ str_sub(rows, k, 1), str_sub(rows, k, 1) };
		n = share_take(who, rows.n, table[i].top, taken);
		for (size_t k = 0; k < rows.n; k++)
			if (taken[k])
				have[at++] = rows.p[k];
		assert_string_equal(have, table[i].taken);
		assert_int_equal(n, at);
	}
}

static void
an_owner_has_two_where_an_organisation_may_have_more(void **state)
{
	const struct share who[] = { { STR("feed"), STR("host") }, { STR("FEED"), STR("host") },
		{ STR("feed"), STR("host") }, { STR("other"), STR("HOST") } };
	bool taken[COUNT(who)];

	(void)state;
	assert_int_equal(share_take(who, COUNT(who), 10, taken), 1);
	assert_true(taken[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_has_more_than_a_share),
		cmocka_unit_test(an_owner_has_two_where_an_organisation_may_have_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
