#include "mail/encode.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

static int
hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* A decoder by the book, and every rule of a legal line on the way. */
static void
decode(struct str s, struct buf *out)
{
	struct str line;

	while (s.n) {
		ptrdiff_t end = str_find_str(s, STR("\r\n"));
		bool soft;

		line = str_sub(s, 0, end < 0 ? s.n : (size_t)end);
		s = str_from(s, line.n + (end < 0 ? 0 : 2));
		if (line.n > 76)
			fail_msg("a line of %zu", line.n);
		if (line.n && (line.p[0] == '.' || str_starts(line, STR("From "))))
			fail_msg("a line begins '%.*s'", STR_ARG(line));
		soft = line.n && line.p[line.n - 1] == '=';
		if (soft)
			line.n--;
		else if (line.n)
			assert_false(line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t');
		for (size_t i = 0; i < line.n; i++) {
			unsigned char c = (unsigned char)line.p[i];

			assert_true((c >= 0x20 && c <= 0x7e) || c == '\t' || c == 1);
			if (c != '=') {
				buf_addc(out, (char)c);
				continue;
			}
			assert_true(i + 2 < line.n + 0 || i + 2 == line.n - 0 || i + 3 <= line.n);
			assert_true(hex(line.p[i + 1]) >= 0 && hex(line.p[i + 2]) >= 0);
			buf_addc(out, (char)(hex(line.p[i + 1]) * 16 + hex(line.p[i + 2])));
			i += 2;
		}
		if (!soft && end >= 0)
			buf_addc(out, '\n');
	}
}

static void
round_trip(struct str in)
{
	struct buf coded, back;

	buf_init(&coded, 1 << 20);
	buf_init(&back, 1 << 20);
	encode_qp(in, &coded);
	decode(buf_str(&coded), &back);
	if (!str_eq(buf_str(&back), in))
		fail_msg("'%.*s' came back as '%.*s'", STR_ARG(in), STR_ARG(buf_str(&back)));
	buf_free(&coded);
	buf_free(&back);
}

static void
text_comes_back_and_every_line_is_legal(void **state)
{
	static const char *const rows[] = {
		"",
		"\n",
		"plain\n",
		"trailing blank \n",
		"trailing tab\t\n",
		" \n",
		".\n",
		"..\n.x\n",
		"From here\n",
		"From",
		"=3D\n",
		"caf\xc3\xa9\n",
		"\xf0\x9f\x9a\x80\n",
		"--boundary\n",
		("a line that is much longer than the seventy-six columns that the standard allows "
		 "it, with From in it\n"),
	};
	char text[400];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		round_trip(str_of(rows[i]));
	/* A dot, "From ", an emoji and a blank at every column around the fold. */
	for (int n = 60; n < 160; n++) {
		static const char *const tails[] = { ".x.", "From you",
			"\xf0\x9f\x9a\x80\xf0\x9f\x9a\x80", " \n.", "=", "..." };

		for (size_t k = 0; k < COUNT(tails); k++) {
			memset(text, 'a', (size_t)n);
			snprintf(text + n, sizeof text - (size_t)n, "%s%s\n", tails[k], tails[k]);
			round_trip(str_of(text));
		}
	}
}

static void
a_character_is_never_parted_by_a_soft_break(void **state)
{
	struct buf b;

	(void)state;
	for (int n = 60; n < 80; n++) {
		buf_init(&b, 1000);
		for (int i = 0; i < n; i++)
			buf_addc(&b, 'x');
		buf_addz(&b, "\xf0\x9f\x9a\x80");
		struct buf out;

		buf_init(&out, 1000);
		encode_qp(buf_str(&b), &out);
		assert_true(str_find_str(buf_str(&out), STR("=F0=9F=9A=80")) >= 0);
		buf_free(&b);
		buf_free(&out);
	}
}

static void
a_mark_stands_alone_between_soft_breaks(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	encode_qp(STR("Dear \1n, hello\n\1t\n"), &b);
	assert_string_equal(buf_z(&b), "Dear =\r\n\1n=\r\n, hello\r\n\1t=\r\n\r\n");
	buf_free(&b);
}

static void
base64_is_cut_at_76(void **state)
{
	struct buf b;
	char zeros[58] = { 0 };

	(void)state;
	buf_init(&b, 1000);
	encode_base64((struct str){ zeros, 58 }, &b);
	assert_int_equal(b.n, 76 + 2 + 4 + 2);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_comes_back_and_every_line_is_legal),
		cmocka_unit_test(a_character_is_never_parted_by_a_soft_break),
		cmocka_unit_test(a_mark_stands_alone_between_soft_breaks),
		cmocka_unit_test(base64_is_cut_at_76),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
