#include "base/hash.h"

#include "test.h"

/* Of the authors' own list (draft-eastlake-fnv, appendix C). */
static void
is_fnv_1a(void **state)
{
	static const struct {
		const char *in;
		uint64_t want;
	} rows[] = {
		{ "", UINT64_C(0xcbf29ce484222325) },
		{ "a", UINT64_C(0xaf63dc4c8601ec8c) },
		{ "foobar", UINT64_C(0x85944171f73967e8) },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_true(hash_add(HASH_SEED, str_of(rows[i].in)) == rows[i].want);
	assert_true(hash_add(hash_add(HASH_SEED, STR("foo")), STR("bar")) == rows[2].want);
	assert_true(hash_add_number(HASH_SEED, 'a') == rows[1].want);
}

static void
neighbours_lie_apart_and_in_the_table(void **state)
{
	bool used[1024] = { 0 };
	size_t met = 0;

	(void)state;
	for (int64_t id = 1; id <= 512; id++) {
		size_t at = hash_place(id, COUNT(used));

		assert_true(at < COUNT(used));
		met += used[at];
		used[at] = true;
	}
	assert_true(met < 256);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_fnv_1a),
		cmocka_unit_test(neighbours_lie_apart_and_in_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
