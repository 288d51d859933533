#include "mail/mime.h"

#include <string.h>

#include "base/sign.h"
#include "mail/cid.h"
#include "mail/letter.h"
#include "test.h"

/* A picture of so many bytes, every value among them. */
static struct mime_picture
picture(size_t n, const char *path, struct arena *a)
{
	char *bytes = arena_alloc(a, n);

	for (size_t i = 0; i < n; i++)
		bytes[i] = (char)(i * 7 + n);
	return cid_picture((struct str){ bytes, n }, "image/png", ".png", str_of(path),
		STR("post.example"), a);
}

static struct str
written(const struct mime_picture *pictures, size_t n, struct arena *a)
{
	struct str s;
	struct buf b;

	buf_init(&b, 1 << 20);
	mime_write(&b, STR("Hello.\n"), STR("<p>Hello.</p>\n"), pictures, n, STR("seed"));
	assert_false(b.over);
	s = arena_str(a, buf_str(&b));
	buf_free(&b);
	return s;
}

/* The lines that say how the parts lie in each other. */
static void
the_tree_is_as_readers_want_it(void **state)
{
	static const char *const want[] = { "MIME-Version: 1.0",
		"Content-Type: multipart/alternative;", " boundary=\"=_a_", "--=_a_",
		"Content-Type: text/plain; charset=utf-8", "--=_a_",
		"Content-Type: multipart/related; type=\"text/html\";", " boundary=\"=_r_",
		"--=_r_", "Content-Type: text/html; charset=utf-8", "--=_r_",
		"Content-Type: image/png", "Content-ID: <", "Content-Disposition: inline;",
		" filename=\"chart.png\"", "--=_r_", "--=_a_" };
	struct arena a = { 0 };
	struct mime_picture p = picture(100, "pictures/chart.png", &a);
	struct str rest = written(&p, 1, &a), line;
	size_t at = 0;

	(void)state;
	while (str_line(&rest, &line))
		if (at < COUNT(want) && str_starts(line, str_of(want[at])))
			at++;
		else if (str_starts(line, STR("--")) ||
			 (str_starts(line, STR("Content-")) &&
				 !str_starts(line, STR("Content-Transfer-Encoding: "))))
			fail_msg("a line more: %.*s", STR_ARG(line));
	assert_int_equal(at, COUNT(want));
	assert_true(str_ends(line, STR("--")));
	arena_free(&a);
}

static void
without_pictures_nothing_is_related(void **state)
{
	struct arena a = { 0 };
	struct str s = written(NULL, 0, &a);

	(void)state;
	assert_true(str_find_str(s, STR("multipart/related")) < 0);
	assert_true(str_find_str(s, STR("image/")) < 0);
	arena_free(&a);
}

/* Each size around a line's end: what a letter may hold, and every line of a picture full but the
 * last. */
static void
a_letter_takes_every_picture(void **state)
{
	(void)state;
	for (size_t n = 1; n < 200; n++) {
		struct arena a = { 0 };
		struct mime_picture p = picture(n, "pictures/chart.png", &a);
		struct str message = str_of(arena_printf(
				   &a, "Subject: x\r\n%.*s", STR_ARG(written(&p, 1, &a)))),
			   rest, line;
		struct letter letter;
		struct err e;
		size_t last = 76;

		if (letter_freeze(message, &a, &letter, &e) < 0)
			fail_msg("%zu bytes: %s", n, e.text);
		rest = str_from(message,
			(size_t)str_find_str(message, STR("filename=\"chart.png\"\r\n\r\n")) + 24);
		while (str_line(&rest, &line) && !str_starts(line, STR("--"))) {
			assert_int_equal(last, 76);
			assert_int_equal(line.n % 4, 0);
			last = line.n;
		}
		arena_free(&a);
	}
}

static void
header_lines_stay_short(void **state)
{
	struct arena a = { 0 };
	struct mime_picture p = picture(10,
		"pictures/a-name-that-is-much-longer-than-anybody-would-want-to-type-at-all.png",
		&a);
	struct str rest = written(&p, 1, &a), line;

	(void)state;
	while (str_line(&rest, &line))
		assert_true(line.n <= 78);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tree_is_as_readers_want_it),
		cmocka_unit_test(without_pictures_nothing_is_related),
		cmocka_unit_test(a_letter_takes_every_picture),
		cmocka_unit_test(header_lines_stay_short),
	};

	sign_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
