#include "mail/report.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

static struct report *
sample(struct arena *a)
{
	struct report *r = arena_new(a, struct report);
	struct report_recipient *to = report_recipient_for(r, STR("ann@example.net"));

	r->sort = REPORT_ABUSE;
	r->is_signed = true;
	r->id = STR("id@example.net");
	report_add_clue(&r->envelopes, STR("news+a.b.c@example.org"));
	to->kind = REPORT_COMPLAINT;
	to->status = STR("5.1.1");
	to->code = 550;
	to->reason = STR("words");
	to->how = REPORT_BY_HEADER;
	return r;
}

static void
one_recipient_is_one_by_either_address(void **state)
{
	struct arena a = { 0 };
	struct report *r = arena_new(&a, struct report);
	struct report_recipient *ann = report_recipient_for(r, STR("ann@store.example"));

	(void)state;
	ann->original = STR("ann@example.net");
	assert_ptr_equal(report_recipient_for(r, STR("ANN@example.net")), ann);
	assert_ptr_equal(report_recipient_for(r, STR("ann@store.example")), ann);
	assert_ptr_not_equal(report_recipient_for(r, STR("bob@example.net")), ann);
	for (size_t i = 2; i < REPORT_RECIPIENTS; i++)
		assert_non_null(
			report_recipient_for(r, str_of(arena_printf(&a, "p%zu@example.net", i))));
	assert_null(report_recipient_for(r, STR("one.too.many@example.net")));
	assert_int_equal(r->left_out, 1);
	arena_free(&a);
}

static void
clues_are_kept_once(void **state)
{
	struct report_clues c = { 0 };

	(void)state;
	report_add_clue(&c, STR("a"));
	report_add_clue(&c, STR("A"));
	report_add_clue(&c, STR(""));
	assert_int_equal(c.n, 1);
	for (size_t i = 0; i < 26; i++)
		report_add_clue(&c, str_sub(STR("abcdefghijklmnopqrstuvwxyz"), i, 1));
	assert_int_equal(c.n, REPORT_CLUES);
}

static void
what_is_packed_comes_back(void **state)
{
	struct arena a = { 0 };
	struct report *r = sample(&a), *back = arena_new(&a, struct report);
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 20);
	report_pack(r, &b);
	assert_true(report_unpack(buf_str(&b), &a, back));
	assert_int_equal(back->sort, REPORT_ABUSE);
	assert_true(back->is_signed);
	assert_str(back->id, "id@example.net");
	assert_str(back->envelopes.p[0], "news+a.b.c@example.org");
	assert_str(back->recipients[0].address, "ann@example.net");
	assert_int_equal(back->recipients[0].kind, REPORT_COMPLAINT);
	assert_int_equal(back->recipients[0].code, 550);
	buf_free(&b);
	arena_free(&a);
}

/* Cut anywhere, it is none, and no recipient is left in it. */
static void
half_of_it_is_nothing(void **state)
{
	struct arena a = { 0 };
	struct report *r = sample(&a), *back = arena_new(&a, struct report);
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 20);
	report_pack(r, &b);
	for (size_t n = 0; n < b.n; n++) {
		char *exact = malloc(n + !n);

		memcpy(exact, b.p, n);
		assert_false(report_unpack((struct str){ exact, n }, &a, back));
		assert_int_equal(back->recipient_count, 0);
		free(exact);
	}
	buf_addc(&b, 'x');
	assert_false(report_unpack(buf_str(&b), &a, back));
	buf_free(&b);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_recipient_is_one_by_either_address),
		cmocka_unit_test(clues_are_kept_once),
		cmocka_unit_test(what_is_packed_comes_back),
		cmocka_unit_test(half_of_it_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
