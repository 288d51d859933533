#include "mail/cid.h"

#include "base/sign.h"
#include "test.h"

static const struct str domain = STR_INIT("post.example");

static struct mime_picture
made(const char *bytes, const char *path, struct arena *a)
{
	return cid_picture(str_of(bytes), "image/png", ".png", str_of(path), domain, a);
}

static void
filenames_are_safe(void **state)
{
	static const struct {
		const char *path, *want;
	} rows[] = {
		{ "pictures/chart.png", "chart.png" },
		{ "pictures/2026/a.b.c.jpeg", "a-b-c.png" },
		{ "pictures/a \"b\"\r\nX: y;.png", "a--b---X--y-.png" },
		{ "pictures/Z\u00fcrich.png", "Z--rich.png" },
		{ "pictures/.png", "picture.png" },
		{ "pictures/", "picture.png" },
		{ "", "picture.png" },
		{ "pictures/0123456789012345678901234567890123456789x.png",
			"0123456789012345678901234567890123456789.png" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_str(made("x", rows[i].path, &a).filename, rows[i].want);
	arena_free(&a);
}

static void
a_name_hangs_on_the_bytes_alone(void **state)
{
	struct arena a = { 0 };
	struct mime_picture one = made("x", "pictures/a.png", &a),
			    same = made("x", "pictures/b.png", &a),
			    other = made("y", "pictures/a.png", &a);

	(void)state;
	assert_true(str_eq(one.cid, same.cid));
	assert_false(str_eq(one.cid, other.cid));
	assert_int_equal(one.cid.n, 32 + 1 + domain.n);
	assert_true(str_ends(one.cid, STR("@post.example")));
	arena_free(&a);
}

/* %s is the Content-ID of the only picture, whose bytes are "x". */
static struct str
with_id(const char *text, const struct mime_picture *p, struct arena *a)
{
	struct str rest = str_of(text);
	struct buf b;

	buf_init(&b, 10000);
	while (rest.n) {
		bool id = str_starts(rest, STR("%s"));

		buf_add(&b, id ? p->cid : str_sub(rest, 0, 1));
		rest = str_from(rest, id ? 2 : 1);
	}
	return buf_keep(&b, a);
}

static void
a_browser_is_shown_what_a_reader_finds(void **state)
{
	/* %s: the picture's Content-ID. */
	static const struct {
		const char *html, *want;
	} rows[] = {
		{ "<p>x</p>", "<p>x</p>" },
		{ "<img src=\"cid:%s\" alt=\"a\"><img src=\"cid:%s\">",
			"<img src=\"data:image/png;base64,eA==\" alt=\"a\"><img "
			"src=\"data:image/png;base64,eA==\">" },
		{ "<img src=\"cid:unknown@post.example\">",
			"<img src=\"cid:unknown@post.example\">" },
		{ "src=&quot;cid:%s&quot;", "src=&quot;cid:%s&quot;" },
		{ "<img src=\"cid:", "<img src=\"cid:" },
	};
	struct arena a = { 0 };
	struct mime_picture p = made("x", "pictures/a.png", &a);
	struct buf b;

	(void)state;
	buf_init(&b, 10000);
	for (size_t i = 0; i < COUNT(rows); i++) {
		buf_clear(&b);
		cid_inline(with_id(rows[i].html, &p, &a), &p, 1, &b);
		assert_int_equal(str_cmp(buf_str(&b), with_id(rows[i].want, &p, &a)), 0);
	}
	buf_free(&b);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filenames_are_safe),
		cmocka_unit_test(a_name_hangs_on_the_bytes_alone),
		cmocka_unit_test(a_browser_is_shown_what_a_reader_finds),
	};

	sign_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
