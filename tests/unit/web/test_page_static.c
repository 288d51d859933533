#include "web/page_static.h"

#include <string.h>

#include "base/file.h"
#include "base/gzip.h"
#include "scratch.h"
#include "web/shelf.h"

#define TWENTY "aaaaaaaaaaaaaaaaaaaa"

/* Looked for by somebody who takes this coding; the answer's body is kept. */
static int
serve_coded(struct scratch *s, struct shelf *shelf, const char *path, const char *coding,
	struct visit *v)
{
	struct clerk *clerk = arena_new(&s->a, struct clerk);
	struct request *r = arena_new(&s->a, struct request);
	int status;

	*clerk = (struct clerk){ .files = openat(s->dir, "web", O_RDONLY | O_DIRECTORY),
		.shelf = shelf };
	*r = (struct request){ .fields = { [REQUEST_ACCEPT_ENCODING] = str_of(coding) } };
	*v = (struct visit){ .clerk = clerk, .arena = &s->a, .path = str_of(path), .request = r };
	assert_true(clerk->files >= 0);
	status = page_static(v, &s->e);
	v->response.body = arena_str(&s->a, v->response.body);
	if (v->response.etag)
		v->response.etag = arena_strz(&s->a, str_of(v->response.etag));
	close(clerk->files);
	return status;
}

static int
serve(struct scratch *s, const char *path, struct visit *v)
{
	struct shelf *shelf = shelf_new();
	int status = serve_coded(s, shelf, path, "", v);

	shelf_free(shelf);
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

/* Squeezed once, for who asks; and never what is no longer there. */
static void
a_file_is_squeezed_for_who_asks(void **state)
{
	struct scratch *s = *state;
	struct shelf *shelf = shelf_new();
	struct visit plain, small, picture, after;
	char text[2000];
	struct buf b;

	make_archive(s);
	memset(text, 'a', sizeof text);
	scratch_write(s, "web/feed.xml", (struct str){ text, sizeof text });
	scratch_write(s, "web/issues/2026-02-14/a.png", (struct str){ text, sizeof text });
	for (int i = 0; i < 2; i++) {
		assert_int_equal(serve_coded(s, shelf, "/feed.xml", "", &plain), 1);
		assert_int_equal(serve_coded(s, shelf, "/feed.xml", "br, gzip", &small), 1);
		assert_null(plain.response.encoding);
		assert_int_equal(plain.response.body.n, sizeof text);
		assert_string_equal(small.response.encoding, "gzip");
		assert_string_equal(small.response.etag, plain.response.etag);
		buf_init(&b, sizeof text);
		assert_true(gzip_unpack(small.response.body, &b));
		assert_true(str_eq(buf_str(&b), plain.response.body));
		buf_free(&b);
	}
	assert_int_equal(serve_coded(s, shelf, "/issues/2026-02-14/a.png", "gzip", &picture), 1);
	assert_null(picture.response.encoding);
	assert_done(s, file_write(s->dir, "web/feed.xml", STR("<food/>"), 0600, &s->e));
	assert_int_equal(serve_coded(s, shelf, "/feed.xml", "gzip", &after), 1);
	assert_str(after.response.body, "<food/>");
	shelf_free(shelf);
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
		cmocka_unit_test_setup_teardown(
			a_file_is_squeezed_for_who_asks, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
