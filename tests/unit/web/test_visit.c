#include "web/visit.h"

#include "test.h"

static void
an_address_is_known_to_its_owner_only(void **state)
{
	/* clang-format off */
	static const struct {
		const char *email, *masked;
	} rows[] = {
		{ "ada@example.org", "a***@e***.org" },
		{ "a@b.co.uk", "a***@b***.uk" },
		{ "\xc3\xa4rger@example.org", "\xc3\xa4***@e***.org" },
		{ "ada@xn--bcher-kva.example", "a***@b***.example" },
		/* What somebody wrote into the database by hand is masked all the same. */
		{ "nonsense", "n***" },
		{ "a@b", "a***@b***" },
		{ "", "***" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };

		assert_str(visit_mask(str_of(rows[i].email), &a), rows[i].masked);
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_known_to_its_owner_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
