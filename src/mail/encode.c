#include "mail/encode.h"

#include "base/sign.h"
#include "mail/letter.h"

enum { LINE = 76 };

/* Quoted-printable as it is written: how far the line has come. */
struct qp {
	struct buf *out;
	size_t column;
};

static void
soft_break(struct qp *q)
{
	buf_add(q->out, STR("=\r\n"));
	q->column = 0;
}

static void
put(struct qp *q, struct str piece)
{
	buf_add(q->out, piece);
	q->column += piece.n;
}

/* '.' would end the message for a careless relay; "From " is where mbox files are cut. */
static bool
is_risky_start(struct str rest)
{
	return rest.p[0] == '.' || str_starts(rest, STR("From "));
}

static bool
is_literal(unsigned char c)
{
	return (c >= 33 && c <= 126 && c != '=') || c == ' ' || c == '\t';
}

static size_t
character_length(struct str s)
{
	unsigned char c = (unsigned char)s.p[0];
	size_t n = c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;

	return n < s.n ? n : s.n;
}

/*
 * One character's octets, encoded together so that no soft break parts them. `last` says that a
 * line end follows: a blank there would be lost on the way. One column stays free for the '=' of a
 * soft break.
 */
static void
put_character(struct qp *q, struct str s, bool last)
{
	static const char hex[] = "0123456789ABCDEF";
	char code[12];
	size_t n = 0;
	bool blank = s.p[0] == ' ' || s.p[0] == '\t';

	if (s.n == 1 && is_literal((unsigned char)s.p[0]) && !(blank && last))
		code[n++] = s.p[0];
	else
		for (size_t i = 0; i < s.n; i++) {
			code[n++] = '=';
			code[n++] = hex[(unsigned char)s.p[i] >> 4];
			code[n++] = hex[s.p[i] & 15];
		}
	if (q->column + n > LINE - 1)
		soft_break(q);
	if (q->column == 0 && n == 1 && is_risky_start((struct str){ .p = code, .n = 1 })) {
		code[0] = '=';
		code[1] = '2';
		code[2] = 'E';
		n = 3;
	}
	put(q, (struct str){ .p = code, .n = n });
}

static bool
at_line_end(struct str rest)
{
	return rest.n == 0 || rest.p[0] == '\n' || str_starts(rest, STR("\r\n"));
}

static void
put_mark(struct qp *q, struct str mark)
{
	if (q->column)
		soft_break(q);
	put(q, mark);
	soft_break(q);
}

/* "From " may come to stand at a line's start by a soft break as well: ask wherever a line
 * begins. */
static bool
put_from(struct qp *q, struct str rest)
{
	if (!str_starts(rest, STR("From ")) || (q->column != 0 && q->column + 1 <= LINE - 1))
		return false;
	if (q->column)
		soft_break(q);
	put(q, STR("=46"));
	return true;
}

/* How many characters may go onto this line as they are, without a look at what stands around
 * them. */
static size_t
plain_run(const struct qp *q, struct str text)
{
	size_t room = q->column < LINE - 1 ? LINE - 1 - q->column : 0, n = 0;

	while (n < text.n && n < room) {
		unsigned char c = (unsigned char)text.p[n];

		if (c <= ' ' || c == '.' || c == 'F' || !is_literal(c))
			break;
		n++;
	}
	return n;
}

static void
encode(struct qp *q, struct str text, bool lines)
{
	while (text.n) {
		size_t n = plain_run(q, text);

		if (n) {
			put(q, str_sub(text, 0, n));
		} else if (lines && at_line_end(text)) {
			n = text.p[0] == '\r' ? 2 : 1;
			buf_add(q->out, STR("\r\n"));
			q->column = 0;
		} else if (lines && text.p[0] == '\1' && text.n > 1) {
			n = 2;
			put_mark(q, str_sub(text, 0, 2));
		} else if (put_from(q, text)) {
			n = 1;
		} else {
			n = character_length(text);
			put_character(q, str_sub(text, 0, n), at_line_end(str_from(text, n)));
		}
		text = str_from(text, n);
	}
}

void
encode_qp(struct str text, struct buf *out)
{
	struct qp q = { .out = out };

	encode(&q, text, true);
}

void
encode_qp_value(struct str value, struct buf *out)
{
	struct qp q = { .out = out };

	encode(&q, value, false);
}

void
encode_base64(struct str bytes, struct buf *out)
{
	enum { PIECE = LINE / 4 * 3 };

	while (bytes.n) {
		sign_base64(str_sub(bytes, 0, PIECE), out);
		buf_add(out, STR("\r\n"));
		bytes = str_from(bytes, PIECE);
	}
}
