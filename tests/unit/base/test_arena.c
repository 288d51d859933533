#include "base/arena.h"

#include <string.h>

#include "test.h"

static void
what_is_joined_lives_as_long_as_what_it_joined(void **state)
{
	/* Of nothing, of less than a block, of several. */
	static const size_t sizes[] = { 0, 10, 50000 };
	enum { N = COUNT(sizes) };

	(void)state;
	for (size_t i = 0; i < N * N; i++) {
		struct arena to = { 0 }, from = { 0 };
		size_t have = sizes[i / N], more = sizes[i % N];
		char *first = have ? arena_alloc(&to, have) : NULL;
		char *second = more ? arena_alloc(&from, more) : NULL;

		if (first)
			memset(first, 'a', have);
		if (second)
			memset(second, 'b', more);
		arena_join(&to, &from);
		assert_null(from.newest);
		arena_free(&from);
		assert_str(arena_str(&to, STR("later")), "later");
		assert_true(!first || (first[0] == 'a' && first[have - 1] == 'a'));
		assert_true(!second || (second[0] == 'b' && second[more - 1] == 'b'));
		arena_free(&to);
	}
}

static void
a_list_grows_and_keeps_what_is_in_it(void **state)
{
	struct arena a = { 0 };
	int *list = NULL;
	size_t room = 0;

	(void)state;
	for (size_t n = 0; n < 1000; n++) {
		list = arena_grow(&a, list, n, &room, sizeof *list);
		assert_true(room > n);
		list[n] = (int)n;
	}
	for (size_t n = 0; n < 1000; n++)
		assert_int_equal(list[n], n);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_joined_lives_as_long_as_what_it_joined),
		cmocka_unit_test(a_list_grows_and_keeps_what_is_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
