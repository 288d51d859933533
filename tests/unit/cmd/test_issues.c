#include "cmd/issues.h"

#include "scratch.h"

static void
names_tell_the_days_newest_first(void **state)
{
	static const char *const files[] = { "2026-02-14.md", "2026-02-15.md", "2025-12-31.md",
		"2026-02-16.md~", "2026-02-30.md", "notes.md", ".md", "2026-02-17.txt" };
	const struct scratch *s = *state;
	struct publication p = { .dir = s->dir };
	struct arena a = { 0 };
	struct day *days;
	struct err e;
	char day[11];
	size_t n;

	assert_int_equal(issues_list(&p, &a, &days, &n, &e), -1);
	assert_int_equal(e.code, ERR_NOINPUT);
	assert_int_equal(mkdirat(p.dir, "issues", 0700), 0);
	assert_int_equal(issues_list(&p, &a, &days, &n, &e), 0);
	assert_int_equal(n, 0);
	for (size_t i = 0; i < COUNT(files); i++) {
		const char *path = arena_printf(&a, "issues/%s", files[i]);

		close(openat(p.dir, path, O_WRONLY | O_CREAT, 0600));
	}
	assert_int_equal(issues_list(&p, &a, &days, &n, &e), 0);
	assert_int_equal(n, 3);
	for (size_t i = 0; i < n; i++) {
		static const char *const want[] = { "2026-02-15", "2026-02-14", "2025-12-31" };

		clock_print_day(days[i], day);
		assert_string_equal(day, want[i]);
	}
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			names_tell_the_days_newest_first, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
