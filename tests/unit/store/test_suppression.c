#include "store/suppression.h"

#include "scratch.h"

/* A hash that stands for the number. */
static const uint8_t *
hash(struct scratch *s, int i)
{
	char *h = arena_alloc(&s->a, SUPPRESSION_HASH);

	memset(h, 0, SUPPRESSION_HASH);
	memcpy(h, (char[]){ (char)(i >> 8), (char)i }, 2);
	return (const uint8_t *)h;
}

static void
add(struct scratch *s, int i, const char *email)
{
	assert_done(s, suppression_add(
			       s->db, hash(s, i), str_of(email), STR("operator"), 1000 + i, &s->e));
}

static void
what_was_added_is_there_until_it_is_removed(void **state)
{
	struct scratch *s = *state;

	add(s, 1, "ada@example.org");
	assert_int_equal(suppression_has(s->db, hash(s, 1), &s->e), 1);
	assert_int_equal(suppression_has(s->db, hash(s, 2), &s->e), 0);
	assert_int_equal(suppression_remove(s->db, hash(s, 2), &s->e), 0);
	assert_int_equal(suppression_remove(s->db, hash(s, 1), &s->e), 1);
	assert_int_equal(suppression_has(s->db, hash(s, 1), &s->e), 0);
}

static void
an_address_is_learned_and_never_lost(void **state)
{
	struct scratch *s = *state;

	add(s, 1, "");
	assert_int_equal(scratch_number(s, "SELECT email IS NULL FROM suppression"), 1);
	add(s, 1, "ada@example.org");
	add(s, 1, "");
	assert_int_equal(scratch_number(s,
				 "SELECT email = 'ada@example.org' AND at = 1001 FROM suppression"),
		1);
}

static int
count(void *context, const struct suppression *one, struct err *e)
{
	int *n = context;

	(void)e;
	assert_int_equal(one->hash[0] << 8 | one->hash[1], ++*n);
	assert_int_equal(one->at, 1000 + *n);
	return 0;
}

static void
each_of_them_is_told_once(void **state)
{
	struct scratch *s = *state;
	int n = 0;

	assert_done(s, db_begin(s->db, &s->e));
	for (int i = 1; i <= 1003; i++)
		add(s, i, "");
	assert_done(s, db_commit(s->db, &s->e));
	assert_done(s, suppression_each(s->db, count, &n, &s->e));
	assert_int_equal(n, 1003);
}

#define DB(test) cmocka_unit_test_setup_teardown(test, scratch_setup_db, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DB(what_was_added_is_there_until_it_is_removed),
		DB(an_address_is_learned_and_never_lost),
		DB(each_of_them_is_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
