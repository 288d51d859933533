#include "compose/album.h"

#include "scratch.h"

/* A PNG's header of that size, and so many bytes behind it that are different for each `seed`. */
static struct str
png(uint32_t width, uint32_t height, size_t more, char seed, struct arena *a)
{
	static const char head[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\0\0\x08\2\0\0\0";
	const size_t size = sizeof head - 1;
	char *p = arena_alloc(a, size + more);

	memcpy(p, head, size);
	for (int i = 0; i < 4; i++) {
		p[16 + i] = (char)(width >> (24 - 8 * i));
		p[20 + i] = (char)(height >> (24 - 8 * i));
	}
	memset(p + size, seed, more);
	return (struct str){ p, size + more };
}

static int
setup(void **state)
{
	struct scratch *s;

	scratch_setup(state);
	s = *state;
	assert_int_equal(mkdirat(s->dir, "pictures", 0700) | mkdirat(s->dir, "issues", 0700) |
				 mkdirat(s->dir, "pictures/2026", 0700),
		0);
	scratch_write(s, "issues/out.png", png(10, 10, 0, 0, &s->a));
	scratch_write(s, "pictures/a.png", png(400, 300, 0, 0, &s->a));
	return 0;
}

static struct album
album_of(struct scratch *s)
{
	return (struct album){ .dir = s->dir, .domain = STR("post.example"), .arena = &s->a };
}

static void
a_picture_is_as_wide_as_it_is_or_as_the_column(void **state)
{
	static const struct {
		const char *path;
		uint32_t width, height;
		int shown_width, shown_height;
	} rows[] = {
		{ "pictures/small.png", 300, 200, 300, 200 },
		{ "pictures/column.png", 576, 100, 576, 100 },
		{ "pictures/twice.png", 1152, 630, 576, 315 },
		{ "pictures/odd.png", 999, 1000, 576, 577 },
		{ "pictures/wide.png", 100000, 1, 576, 1 },
		{ "pictures/tall.png", 1, 100000, 1, 100000 },
		{ "pictures/fine@2x.png", 601, 400, 301, 200 },
		{ "pictures/fine-and-wide@2x.png", 1600, 800, 576, 288 },
		{ "pictures/2026/x.png", 20, 20, 20, 20 },
	};
	struct scratch *s = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct album album = album_of(s);
		struct album_picture p;

		scratch_write(s, rows[i].path, png(rows[i].width, rows[i].height, 0, 0, &s->a));
		if (!album_take_file(&album, str_of(rows[i].path), &p))
			fail_msg("%s: %s", rows[i].path, p.fault);
		assert_int_equal(p.width, rows[i].shown_width);
		assert_int_equal(p.height, rows[i].shown_height);
		assert_true(str_starts(p.src, STR("cid:")));
		assert_int_equal(album.count, 1);
		assert_true(str_eq(str_from(p.src, 4), album.pictures[0].cid));
	}
}

static void
what_is_not_ours_stays_out(void **state)
{
	static const struct {
		const char *path, *fault, *detail;
	} rows[] = {
		{ "pictures/../issues/out.png", "picture-name", NULL },
		{ "pictures/../../../etc/passwd", "picture-name", NULL },
		{ "pictures//a.png", "picture-name", NULL },
		{ "pictures/./a.png", "picture-name", NULL },
		{ "pictures/.hidden.png", "picture-name", NULL },
		{ "pictures/", "picture-name", NULL },
		{ "pictures", "picture-name", NULL },
		{ "issues/out.png", "picture-name", NULL },
		{ "/etc/passwd", "picture-name", NULL },
		{ "pictures/a%2e.png", "picture-name", NULL },
		{ "pictures/a b.png", "picture-name", NULL },
		{ "pictures/none.png", "picture-missing",
			"pictures/none.png: No such file or directory" },
		{ "pictures/a.png/b.png", "picture-missing", "pictures/a.png: Not a directory" },
		{ "pictures/link.png", "picture-file",
			"pictures/link.png: is a symbolic link, and none is followed here" },
		{ "pictures/folder/out.png", "picture-missing",
			"pictures/folder: Not a directory" },
		{ "pictures/2026", "picture-file", "pictures/2026: not a regular file" },
		{ "pictures/pipe.png", "picture-file", "pictures/pipe.png: not a regular file" },
		{ "pictures/large.png", "picture-file",
			"pictures/large.png: 100001 bytes, more than the 100000 allowed" },
		{ "pictures/text.png", "picture-kind", "pictures/text.png" },
		{ "pictures/many.png", "picture-pixels", "pictures/many.png: 2001 by 2000" },
		{ "pictures/huge.png", "picture-pixels",
			"pictures/huge.png: 2147483647 by 2147483647" },
	};
	struct scratch *s = *state;

	assert_int_equal(symlinkat("../issues/out.png", s->dir, "pictures/link.png"), 0);
	assert_int_equal(symlinkat("../issues", s->dir, "pictures/folder"), 0);
	assert_int_equal(mkfifoat(s->dir, "pictures/pipe.png", 0600), 0);
	scratch_write(s, "pictures/large.png", png(10, 10, ALBUM_ONE + 1 - 29, 0, &s->a));
	scratch_write(s, "pictures/text.png", STR("a picture, honestly"));
	scratch_write(s, "pictures/many.png", png(2001, 2000, 0, 0, &s->a));
	scratch_write(s, "pictures/huge.png", png(INT32_MAX, INT32_MAX, 0, 0, &s->a));
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct album album = album_of(s);
		struct album_picture p;

		if (album_take_file(&album, str_of(rows[i].path), &p))
			fail_msg("%s: taken", rows[i].path);
		if (strcmp(p.fault, rows[i].fault) != 0)
			fail_msg("%s: %s", rows[i].path, p.fault);
		if (rows[i].detail)
			assert_str(p.detail, rows[i].detail);
		assert_int_equal(album.count, 0);
	}
}

static void
pictures_themselves_may_be_no_link(void **state)
{
	struct scratch *s = *state;
	struct album album = album_of(s);
	struct album_picture p;

	assert_int_equal(renameat(s->dir, "pictures", s->dir, "elsewhere"), 0);
	assert_int_equal(symlinkat("elsewhere", s->dir, "pictures"), 0);
	assert_false(album_take_file(&album, STR("pictures/a.png"), &p));
	assert_str(p.detail, "pictures: Not a directory");
}

static void
limits_are_taken_to_the_byte(void **state)
{
	struct scratch *s = *state;
	struct album album = album_of(s);
	struct album_picture p;

	scratch_write(s, "pictures/one.png", png(2000, 2000, ALBUM_ONE - 29, 1, &s->a));
	scratch_write(s, "pictures/rest.png", png(10, 10, ALBUM_ALL - ALBUM_ONE - 29, 2, &s->a));
	scratch_write(s, "pictures/more.png", png(10, 10, 0, 3, &s->a));
	assert_true(album_take_file(&album, STR("pictures/one.png"), &p));
	assert_true(album_take_file(&album, STR("pictures/rest.png"), &p));
	assert_int_equal(album.bytes, ALBUM_ALL);
	assert_false(album_take_file(&album, STR("pictures/more.png"), &p));
	assert_string_equal(p.fault, "pictures-size");
	assert_str(p.detail, "pictures/more.png makes it 120029 of 120000");
	/* One that is there already costs nothing. */
	assert_true(album_take_file(&album, STR("pictures/one.png"), &p));
	assert_int_equal(album.count, 2);
}

static void
the_same_picture_is_one_part(void **state)
{
	struct scratch *s = *state;
	struct album album = album_of(s);
	struct album_picture one, again, copy, other;

	scratch_write(s, "pictures/copy.png", png(400, 300, 0, 0, &s->a));
	scratch_write(s, "pictures/other.png", png(400, 301, 0, 0, &s->a));
	assert_true(album_take_file(&album, STR("pictures/a.png"), &one));
	assert_true(album_take_file(&album, STR("pictures/a.png"), &again));
	assert_true(album_take_file(&album, STR("pictures/copy.png"), &copy));
	assert_true(album_take_file(&album, STR("pictures/other.png"), &other));
	assert_true(str_eq(one.src, again.src) && str_eq(one.src, copy.src));
	assert_false(str_eq(one.src, other.src));
	assert_int_equal(album.count, 2);
}

static void
there_is_room_for_many(void **state)
{
	struct scratch *s = *state;
	struct album album = album_of(s);
	struct album_picture p;

	for (uint32_t i = 1; i <= 100; i++)
		assert_true(album_take(&album, png(i, i, 0, 0, &s->a), STR("made"), 50, &p));
	assert_int_equal(album.count, 100);
	assert_int_equal(p.width, 50);
	assert_int_equal(p.height, 50);
	assert_str(album.pictures[99].filename, "made.png");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_picture_is_as_wide_as_it_is_or_as_the_column),
		TEST(what_is_not_ours_stays_out),
		TEST(pictures_themselves_may_be_no_link),
		TEST(limits_are_taken_to_the_byte),
		TEST(the_same_picture_is_one_part),
		TEST(there_is_room_for_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
