/* Text that strangers wrote: cleaning settles, cutting and wrapping keep their widths and lose no
 * word. */
#include "base/text.h"
#include "input.h"

/* Without any blank. */
static void
squeeze(struct str s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++)
		if (str_find(STR(" \n\t\r"), s.p[i]) < 0)
			buf_addc(out, s.p[i]);
}

/* Word by word: what combines with the blank before it makes that wider. */
static size_t
width(struct str line)
{
	struct str word;
	size_t sum = 0;

	for (size_t n = 0; str_split(&line, ' ', &word); n++)
		sum += text_width(word) + (n ? 1 : 0);
	return sum;
}

static void
check_wrap(struct str s)
{
	struct buf b, words, got;
	struct str rest, line;

	buf_init(&b, 1 << 26);
	buf_init(&words, 1 << 26);
	buf_init(&got, 1 << 26);
	text_wrap(s, 30, (struct str){ 0 }, (struct str){ 0 }, &b);
	for (rest = buf_str(&b); str_split(&rest, '\n', &line);)
		assert(width(line) <= 30 || str_find(line, ' ') < 0);
	squeeze(s, &words);
	squeeze(buf_str(&b), &got);
	assert(str_eq(buf_str(&words), buf_str(&got)));
	buf_free(&b);
	buf_free(&words);
	buf_free(&got);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = input_of(data, size), clean, cut;
	struct arena a = { 0 };

	clean = text_clean(in, &a);
	assert(text_is_utf8(clean) && text_is_clean(clean));
	for (size_t columns = 1; columns < 100; columns += 20) {
		cut = text_cut(clean, columns, &a);
		assert(text_is_utf8(cut) && text_width(cut) <= columns);
	}
	check_wrap(clean);
	arena_free(&a);
	return 0;
}
