#include "cmd/manifest.h"

#include "scratch.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
paths_of_the_archive_are_known_by_their_form(void **state)
{
	/* clang-format off */
	static const struct {
		const char *path;
		bool ok;
	} rows[] = {
		{ "index.html", true },
		{ "issues/2026-02-14/index.html", true },
		{ "issues/2026-02-14/0123abcd.png", true },
		{ "qr/telegram.svg", true },
		{ "", false },
		{ "/", false },
		{ "/index.html", false },
		{ "issues/", false },
		{ "issues//index.html", false },
		{ "../index.html", false },
		{ "issues/../index.html", false },
		{ "./index.html", false },
		{ ".morningpost-files", false },
		{ "a.b.c", false },
		{ "Index.html", false },
		{ "a b.html", false },
		{ "a\\b.html", false },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("%s\n", rows[i].path);
		assert_int_equal(manifest_path_ok(str_of(rows[i].path)), rows[i].ok);
	}
}

static void
a_list_is_read_or_it_is_none_of_ours(void **state)
{
	/* clang-format off */
	static const struct {
		const char *text;
		size_t count;
		const char *why; /* NULL: it is read */
	} rows[] = {
		{ "", 0, NULL },
		{ HASH "  index.html\n", 1, NULL },
		{ HASH "  issues/2026/index.html\n" HASH "  feed.xml\n", 2, NULL },
		{ HASH "  index.html", 1, NULL },
		{ HASH "  feed.xml\n" HASH "  ../../etc/passwd\n", 0, ":2: no line of ours" },
		{ HASH "  /etc/passwd\n", 0, ":1: no line of ours" },
		{ HASH " index.html\n", 0, ":1: no line of ours" },
		{ HASH " *index.html\n", 0, ":1: no line of ours" },
		{ HASH "0  index.html\n", 0, ":1: no line of ours" },
		{ HASH "  \n", 0, ":1: no line of ours" },
		{ "012345  index.html\n", 0, ":1: no line of ours" },
		{ "index.html\n", 0, ":1: no line of ours" },
		{ "\n", 0, ":1: no line of ours" },
		{ "x" HASH " index.html\n", 0, ":1: no line of ours" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct manifest m = { .arena = &a };
		struct err e = { 0 };
		int status = manifest_parse(str_of(rows[i].text), &m, &e);

		print_message("%s\n", rows[i].text);
		assert_int_equal(status, rows[i].why ? -1 : 0);
		assert_int_equal(m.count, rows[i].count);
		if (rows[i].why)
			assert_non_null(strstr(e.text, rows[i].why));
		arena_free(&a);
	}
}

static void
what_was_written_is_read_again(void **state)
{
	struct scratch *s = *state;
	struct manifest m = { .arena = &s->a }, again = { .arena = &s->a };
	char path[32];

	assert_done(s, manifest_read(s->dir, &again, &s->e));
	assert_int_equal(again.count, 0);
	for (int i = 99; i >= 0; i--) {
		snprintf(path, sizeof path, "issues/%d/index.html", i);
		manifest_add(&m, path, HASH);
	}
	manifest_sort(&m);
	assert_done(s, manifest_write(s->dir, &m, &s->e));
	assert_done(s, manifest_read(s->dir, &again, &s->e));
	assert_int_equal(again.count, 100);
	assert_true(manifest_has(&again, "issues/0/index.html"));
	assert_true(manifest_has(&again, "issues/99/index.html"));
	assert_false(manifest_has(&again, "issues/100/index.html"));
	assert_string_equal(again.entries[7].hash, HASH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_of_the_archive_are_known_by_their_form),
		cmocka_unit_test(a_list_is_read_or_it_is_none_of_ours),
		cmocka_unit_test_setup_teardown(
			what_was_written_is_read_again, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
