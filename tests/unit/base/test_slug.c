#include "base/slug.h"

#include <string.h>

#include "test.h"

static void
names_are_what_links_are_built_from(void **state)
{
	static const struct {
		const char *name;
		bool none, one; /* with at most one slash, with exactly one */
	} rows[] = {
		{ "org/name", true, true },
		{ "gpt2", true, false },
		{ "a.b-c_D/9", true, true },
		{ "", false, false },
		{ "/x", false, false },
		{ "x/", false, false },
		{ "a/b/c", false, false },
		{ "org/.", false, false },
		{ "../../etc/passwd", false, false },
		{ "org/...", true, true },
		{ "a b/c", false, false },
		{ "org/name\r\nX: y", false, false },
		{ "org/%2e%2e", false, false },
		{ "javascript:alert(1)/x", false, false },
		{ "org/\xf0\x9f\x98\x80", false, false },
		{ "org/name ", false, false },
	};
	char longest[102];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (slug_is_name(str_of(rows[i].name), 0, 1) != rows[i].none ||
			slug_is_name(str_of(rows[i].name), 1, 1) != rows[i].one)
			fail_msg("%s", rows[i].name);
	}
	memset(longest, 'n', sizeof longest);
	assert_true(slug_is_name((struct str){ longest, 100 }, 0, 1));
	assert_false(slug_is_name((struct str){ longest, 101 }, 0, 1));
	assert_false(slug_is_name((struct str){ "a\0b", 3 }, 0, 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_what_links_are_built_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
