#include "compose/link_notes.h"

#include "base/arena.h"
#include "test.h"

static void
a_link_is_told_once_a_department_and_numbers_run_on(void **state)
{
	struct link_notes n = { 0 };
	struct buf out;

	(void)state;
	buf_init(&out, 1000);
	assert_int_equal(link_notes_number(&n, STR("https://a.example/")), 1);
	assert_int_equal(link_notes_number(&n, STR("https://b.example/")), 2);
	assert_int_equal(link_notes_number(&n, STR("https://a.example/")), 1);
	link_notes_write(&n, &out);
	assert_str(buf_str(&out), "\n[1] https://a.example/\n[2] https://b.example/\n");
	buf_clear(&out);
	link_notes_write(&n, &out);
	assert_str(buf_str(&out), "");
	assert_int_equal(link_notes_number(&n, STR("https://b.example/")), 3);
	assert_int_equal(link_notes_number(&n, STR("https://a.example/")), 4);
	assert_int_equal(link_notes_number(&n, STR("https://b.example/")), 3);
	link_notes_free(&n);
	buf_free(&out);
}

/* As many as an issue can hold, in departments of every size. */
static void
many_links_keep_their_numbers(void **state)
{
	enum { MOST = 100000 };
	struct link_notes n = { 0 };
	struct arena a = { 0 };
	struct buf out;
	int first = 0;

	(void)state;
	buf_init(&out, 16 << 20);
	for (int size = 1; size <= MOST; size *= 10) {
		for (int twice = 0; twice < 2; twice++)
			for (int i = 0; i < size; i++)
				assert_int_equal(
					link_notes_number(&n,
						str_of(arena_printf(&a, "https://%d.example/", i))),
					first + i + 1);
		link_notes_write(&n, &out);
		first += size;
	}
	link_notes_free(&n);
	buf_free(&out);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_is_told_once_a_department_and_numbers_run_on),
		cmocka_unit_test(many_links_keep_their_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
