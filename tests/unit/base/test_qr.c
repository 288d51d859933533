#include "base/qr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

/* What Debian's zbarimg reads in a file of these bytes, or NULL where it is not installed. */
static char *
read_with_zbar(struct str png, char *to, size_t n)
{
	char path[] = "/tmp/test_qr.XXXXXX", command[100];
	int fd = mkstemp(path);
	FILE *file, *pipe;
	size_t got;

	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	assert_int_equal(fwrite(png.p, 1, png.n, file), png.n);
	fclose(file);
	snprintf(command, sizeof command, "zbarimg -q --raw -Sbinary %s 2>/dev/null", path);
	pipe = popen(command, "r"); /* NOLINT(cert-env33-c): a name of our own */
	got = fread(to, 1, n - 1, pipe);
	to[got] = '\0';
	pclose(pipe);
	remove(path);
	return got ? to : NULL;
}

static void
a_reader_reads_what_went_in(void **state)
{
	static const char *const texts[] = { "https://t.me/morningpost", "x",
		"https://post.example/subscribe?from=qr&lang=de#top", "Grüße 模型 \U0001F98A",
		"0123456789012345678901234567890123456789" };
	bool zbar = system("command -v zbarimg >/dev/null") == 0; /* NOLINT(cert-env33-c) */
	struct arena a = { 0 };
	struct err e;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		char back[200];
		struct qr q;
		struct buf b;

		buf_init(&b, 1 << 20);
		assert_int_equal(qr_make(str_of(texts[i]), &a, &q, &e), 0);
		assert_int_equal(qr_png(&q, 6, &b, &e), 0);
		if (zbar)
			assert_string_equal(
				read_with_zbar(buf_str(&b), back, sizeof back), texts[i]);
		buf_free(&b);
	}
	arena_free(&a);
	if (!zbar)
		skip();
}

static unsigned
be32(struct str s, size_t at)
{
	const unsigned char *p = (const unsigned char *)s.p + at;

	return (unsigned)p[0] << 24 | (unsigned)p[1] << 16 | (unsigned)p[2] << 8 | p[3];
}

/* By the table of ISO/IEC 18004: a version has 17 + 4v modules. */
static void
the_smallest_code_is_taken(void **state)
{
	static const struct {
		size_t bytes;
		int version;
	} rows[] = { { 1, 1 }, { 14, 1 }, { 15, 2 }, { 26, 2 }, { 27, 3 }, { 42, 3 }, { 43, 4 },
		{ 2331, 40 } };
	struct arena a = { 0 };
	struct err e;
	struct qr q;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *text = arena_alloc(&a, rows[i].bytes);

		memset(text, 'a', rows[i].bytes);
		assert_int_equal(qr_make((struct str){ text, rows[i].bytes }, &a, &q, &e), 0);
		assert_int_equal(q.side, 17 + 4 * rows[i].version + 2 * QR_QUIET);
	}
	assert_int_equal(qr_make((struct str){ 0 }, &a, &q, &e), -1);
	assert_int_equal(e.code, ERR_DATA);
	assert_int_equal(qr_make((struct str){ arena_alloc(&a, 2332), 2332 }, &a, &q, &e), -1);
	assert_int_equal(e.code, ERR_DATA);
	arena_free(&a);
}

static void
the_margin_is_light_and_the_corners_are_finders(void **state)
{
	struct arena a = { 0 };
	struct err e;
	struct qr q;

	(void)state;
	assert_int_equal(qr_make(STR("x"), &a, &q, &e), 0);
	for (int y = 0; y < q.side; y++)
		for (int x = 0; x < q.side; x++)
			if (x < QR_QUIET || y < QR_QUIET || x >= q.side - QR_QUIET ||
				y >= q.side - QR_QUIET)
				assert_int_equal(q.dark[y * q.side + x], 0);
	for (int i = 0; i < 7; i++) {
		assert_int_equal(q.dark[QR_QUIET * q.side + QR_QUIET + i], 1);
		assert_int_equal(q.dark[QR_QUIET * q.side + q.side - QR_QUIET - 1 - i], 1);
		assert_int_equal(q.dark[(q.side - QR_QUIET - 1) * q.side + QR_QUIET + i], 1);
	}
	arena_free(&a);
}

static bool
has_chunk(struct str png, const char *type)
{
	for (size_t at = 8; at + 12 <= png.n; at += 12 + be32(png, at))
		if (str_eqz(str_sub(png, at + 4, 4), type))
			return true;
	return false;
}

static void
the_png_is_small_without_alpha_and_the_same_again(void **state)
{
	static const char *const never[] = { "tIME", "tEXt", "iTXt", "zTXt", "tRNS", "pHYs" };
	struct arena a = { 0 };
	struct buf b, again;
	struct err e;
	struct str png;
	struct qr q;

	(void)state;
	buf_init(&b, 1 << 20);
	buf_init(&again, 1 << 20);
	assert_int_equal(qr_make(STR("https://t.me/morningpost"), &a, &q, &e), 0);
	assert_int_equal(qr_png(&q, 8, &b, &e) | qr_png(&q, 8, &again, &e), 0);
	png = buf_str(&b);
	assert_true(str_eq(png, buf_str(&again)));
	assert_true(str_starts(png, STR("\x89PNG\r\n\x1a\n")));
	assert_int_equal(be32(png, 16), q.side * 8);
	assert_int_equal(be32(png, 20), q.side * 8);
	assert_int_equal(png.p[24], 1); /* a bit a pixel */
	assert_int_equal(png.p[25], 3); /* of a palette */
	for (size_t i = 0; i < COUNT(never); i++)
		assert_false(has_chunk(png, never[i]));
	assert_true(has_chunk(png, "IEND"));
	assert_true(png.n < 1000);
	buf_free(&b);
	buf_free(&again);
	arena_free(&a);
}

static size_t
count(struct str s, struct str needle)
{
	size_t n = 0;
	ptrdiff_t at;

	while ((at = str_find_str(s, needle)) >= 0) {
		s = str_from(s, (size_t)at + needle.n);
		n++;
	}
	return n;
}

static void
svg_and_text_show_the_same_modules(void **state)
{
	struct arena a = { 0 };
	size_t dark = 0, blank, lower, upper;
	struct err e;
	struct buf b;
	struct qr q;

	(void)state;
	buf_init(&b, 1 << 20);
	assert_int_equal(qr_make(STR("https://t.me/morningpost"), &a, &q, &e), 0);
	for (int i = 0; i < q.side * q.side; i++)
		dark += q.dark[i];
	qr_svg(&q, 4, &b);
	assert_int_equal(count(buf_str(&b), STR("h1v1h-1z")), dark);
	assert_true(count(buf_str(&b), STR("width=\"132\" height=\"132\" viewBox=\"0 0 33 33\"")));
	buf_clear(&b);
	qr_text(&q, &b);
	blank = count(buf_str(&b), STR(" "));
	lower = count(buf_str(&b), STR("\u2584"));
	upper = count(buf_str(&b), STR("\u2580"));
	assert_int_equal(2 * blank + lower + upper, dark);
	assert_int_equal(count(buf_str(&b), STR("\n")), (q.side + 1) / 2);
	buf_free(&b);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reader_reads_what_went_in),
		cmocka_unit_test(the_smallest_code_is_taken),
		cmocka_unit_test(the_margin_is_light_and_the_corners_are_finders),
		cmocka_unit_test(the_png_is_small_without_alpha_and_the_same_again),
		cmocka_unit_test(svg_and_text_show_the_same_modules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
