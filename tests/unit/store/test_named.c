#include "store/named.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

struct counted {
	int n;
	char name[16];
};

static int
by_count(const void *x, const void *y)
{
	const struct counted *a = x, *b = y;

	return a->n != b->n ? b->n - a->n : strcmp(a->name, b->name);
}

static void
counts_by_name_whatever_the_names(void **state)
{
	struct named t = { 0 };
	struct arena a = { 0 };
	struct counted *ranked;
	size_t n;

	(void)state;
	for (int i = 0; i < 50000; i++) {
		struct counted *c;
		char name[16];

		snprintf(name, sizeof name, "d%d", i % 1000);
		c = named_get(&t, str_of(name), sizeof *c, &a);
		c->n += 1 + (i % 1000 == 7);
		memcpy(c->name, name, sizeof name);
	}
	assert_int_equal(t.count, 1000);
	n = named_ranked(&t, sizeof *ranked, 3, by_count, &a, &ranked);
	assert_int_equal(n, 3);
	assert_string_equal(ranked[0].name, "d7");
	assert_int_equal(ranked[0].n, 100);
	assert_string_equal(ranked[1].name, "d0");
	assert_int_equal(ranked[2].n, 50);
	named_free(&t);
	assert_int_equal(named_ranked(&t, sizeof *ranked, 3, by_count, &a, &ranked), 0);
	arena_free(&a);
}

static void
an_empty_name_is_a_name(void **state)
{
	struct named t = { 0 };
	struct arena a = { 0 };
	int *one, *other;

	(void)state;
	one = named_get(&t, STR(""), sizeof *one, &a);
	assert_int_equal(*one, 0);
	*one = 5;
	other = named_get(&t, STR("x"), sizeof *other, &a);
	assert_int_equal(*other, 0);
	assert_ptr_equal(named_get(&t, STR(""), sizeof *one, &a), one);
	named_free(&t);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_by_name_whatever_the_names),
		cmocka_unit_test(an_empty_name_is_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
