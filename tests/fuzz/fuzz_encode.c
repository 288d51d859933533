/* Quoted-printable of any text: lines that every relay carries, and out comes what went in. */
#include "base/text.h"
#include "input.h"
#include "mail/encode.h"

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The reader's side, as RFC 2045 6.7 has it. */
static void
decode(struct str s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '=') {
			buf_addc(out, s.p[i]);
			continue;
		}
		assert(i + 2 < s.n);
		if (s.p[i + 1] == '\r') {
			assert(s.p[i + 2] == '\n');
		} else {
			assert(digit(s.p[i + 1]) >= 0 && digit(s.p[i + 2]) >= 0);
			buf_addc(out, (char)(digit(s.p[i + 1]) * 16 + digit(s.p[i + 2])));
		}
		i += 2;
	}
}

static void
check_lines(struct str s)
{
	struct str line;

	while (str_split(&s, '\n', &line)) {
		/* Only the last may lack its end. */
		assert(s.p == line.p + line.n || (line.n && line.p[line.n - 1] == '\r') || !s.n);
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		assert(line.n <= 76 && !str_starts(line, STR(".")));
		assert(!str_starts(line, STR("From ")));
		assert(line.n == 0 || (line.p[line.n - 1] != ' ' && line.p[line.n - 1] != '\t'));
		for (size_t i = 0; i < line.n; i++)
			assert(line.p[i] == '\t' || (line.p[i] >= 0x20 && line.p[i] < 0x7f));
	}
}

/* Line ends become CR LF; a mark of a letter is none of this fuzzer's business. */
static void
normalize(struct str s, struct buf *out)
{
	struct str line;

	while (s.n) {
		ptrdiff_t end = str_find(s, '\n');

		line = str_sub(s, 0, end < 0 ? s.n : (size_t)end);
		s = str_from(s, line.n + 1);
		if (end >= 0 && line.n && line.p[line.n - 1] == '\r')
			line.n--;
		buf_add(out, line);
		if (end >= 0)
			buf_addz(out, "\r\n");
	}
}

static void
check(struct str text, void (*encode)(struct str, struct buf *), bool lines)
{
	struct buf coded, back, want;

	buf_init(&coded, 1 << 26);
	buf_init(&back, 1 << 26);
	buf_init(&want, 1 << 26);
	encode(text, &coded);
	check_lines(buf_str(&coded));
	decode(buf_str(&coded), &back);
	if (lines)
		normalize(text, &want);
	else
		buf_add(&want, text);
	assert(str_eq(buf_str(&back), buf_str(&want)));
	buf_free(&coded);
	buf_free(&back);
	buf_free(&want);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = input_of(data, size);

	if (str_find(in, '\1') >= 0 || !text_is_utf8(in))
		return 0;
	check(in, encode_qp, true);
	check(in, encode_qp_value, false);
	return 0;
}
