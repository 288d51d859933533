#include "web/page_static.h"

#include <string.h>

#include "base/file.h"
#include "scratch.h"

#define TWENTY "aaaaaaaaaaaaaaaaaaaa"

static int
serve(struct scratch *s, const char *path, struct visit *v)
{
	struct clerk *clerk = arena_new(&s->a, struct clerk);
	int status;

	*clerk = (struct clerk){ .files = openat(s->dir, "web", O_RDONLY | O_DIRECTORY) };
	*v = (struct visit){ .clerk = clerk, .arena = &s->a, .path = str_of(path) };
	assert_true(clerk->files >= 0);
	status = page_static(v, &s->e);
	close(clerk->files);
	return status;
}

static void
make_archive(struct scratch *s)
{
	static const char *const folders[] = { "web", "web/issues", "web/issues/2026-02-14",
		"web/.git", "web/index.html.d", "secret" };

	for (size_t i = 0; i < COUNT(folders); i++)
		assert_done(s, file_mkdir(s->dir, folders[i], 0700, &s->e));
	scratch_write(s, "web/index.html", STR("front"));
	scratch_write(s, "web/feed.xml", STR("<feed/>"));
	scratch_write(s, "web/issues/2026-02-14/index.html", STR("issue"));
	scratch_write(s, "web/issues/2026-02-14/a.png", STR("png"));
	scratch_write(s, "web/.git/config.txt", STR("hidden"));
	scratch_write(s, "web/notes.db", STR("no type"));
	scratch_write(s, "secret/key.txt", STR("secret"));
	assert_int_equal(symlinkat("../secret/key.txt", s->dir, "web/link.txt"), 0);
	assert_int_equal(symlinkat("../secret", s->dir, "web/linked"), 0);
	assert_int_equal(mkfifoat(s->dir, "web/pipe.txt", 0600), 0);
}

static void
files_are_served_and_folders_by_their_index(void **state)
{
	static const struct {
		const char *path, *body, *type;
	} rows[] = {
		{ "/", "front", "text/html; charset=utf-8" },
		{ "/index.html", "front", "text/html; charset=utf-8" },
		{ "/feed.xml", "<feed/>", "application/atom+xml; charset=utf-8" },
		{ "/issues/2026-02-14", "issue", "text/html; charset=utf-8" },
		{ "/issues/2026-02-14/", "issue", "text/html; charset=utf-8" },
		{ "/issues/2026-02-14/a.png", "png", "image/png" },
	};
	struct scratch *s = *state;

	make_archive(s);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct visit v;

		print_message("%s\n", rows[i].path);
		assert_int_equal(serve(s, rows[i].path, &v), 1);
		assert_str(v.response.body, rows[i].body);
		assert_string_equal(v.response.type, rows[i].type);
		assert_true(v.response.public && v.response.status == 200 && v.response.etag);
	}
}

static void
nothing_else_is(void **state)
{
	static const char *const paths[] = { "/nothing", "/issues", "/issues/", "/feed.xml/",
		"/feed.xml/x", "//", "//feed.xml", "/./feed.xml", "/../secret/key.txt",
		"/issues/../feed.xml", "/issues/../../secret/key.txt", "/.git/config.txt", "/.git",
		"/link.txt", "/linked/key.txt", "/linked", "/pipe.txt", "/notes.db", "/%66eed.xml",
		"/feed.xml%00", "/feed.xml%2f", "/issues\\..\\feed.xml", "/index.html.d",
		"/a/b/c/d/e/f/g/h", ("/" TWENTY TWENTY TWENTY TWENTY TWENTY TWENTY ".html") };
	struct scratch *s = *state;

	make_archive(s);
	for (size_t i = 0; i < COUNT(paths); i++) {
		struct visit v;

		print_message("%s\n", paths[i]);
		assert_int_equal(serve(s, paths[i], &v), 0);
		assert_int_equal(v.response.body.n, 0);
	}
}

static void
a_file_that_changes_has_another_tag(void **state)
{
	struct scratch *s = *state;
	struct visit before, same, after;

	make_archive(s);
	assert_int_equal(serve(s, "/feed.xml", &before), 1);
	assert_int_equal(serve(s, "/feed.xml", &same), 1);
	assert_done(s, file_write(s->dir, "web/feed.xml", STR("<food/>"), 0600, &s->e));
	assert_int_equal(serve(s, "/feed.xml", &after), 1);
	assert_string_equal(before.response.etag, same.response.etag);
	assert_string_not_equal(before.response.etag, after.response.etag);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(files_are_served_and_folders_by_their_index,
			scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(nothing_else_is, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			a_file_that_changes_has_another_tag, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
