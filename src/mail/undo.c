#include "mail/undo.h"

#include "base/text.h"

enum { QP_LINE = 76, BASE64_LINE = 76, WORD = 75 };

/* -- quoted-printable --------------------------------------------------------------------------- */

static int
hex_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "=41" at the start of s: the octet, or -1. */
static int
octet_of(struct str s)
{
	int high = s.n >= 3 ? hex_of(s.p[1]) : -1, low = s.n >= 3 ? hex_of(s.p[2]) : -1;

	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* One line without its end, but for a soft break's "=". */
static const char *
undo_qp_line(struct str line, struct buf *out)
{
	size_t plain = 0;

	for (size_t i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.p[i];
		int octet;

		if (c != '=' && (c == '\t' || (c >= ' ' && c <= '~')))
			continue;
		if (c != '=')
			return "an octet that is not encoded";
		buf_add(out, str_sub(line, plain, i - plain));
		octet = octet_of(str_from(line, i));
		if (octet < 0)
			return "'=' without two upper-case hex digits";
		buf_addc(out, (char)octet);
		i += 2;
		plain = i + 1;
	}
	buf_add(out, str_from(line, plain));
	return NULL;
}

bool
undo_qp(struct str s, struct buf *out, const char **why, size_t *number)
{
	struct str line;

	for (*number = 1; str_split(&s, '\n', &line); ++*number) {
		bool soft;

		if (line.n == 0 || line.p[--line.n] != '\r') {
			*why = "a line that does not end in CR LF";
			return false;
		}
		soft = line.n && line.p[line.n - 1] == '=';
		*why = line.n > QP_LINE ? "a line of more than 76" : NULL;
		if (!*why && line.n && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t'))
			*why = "a blank at the end of a line";
		line.n -= soft;
		if (!*why)
			*why = undo_qp_line(line, out);
		if (*why)
			return false;
		if (!soft)
			buf_addc(out, '\n');
	}
	return true;
}

/* -- base64 ------------------------------------------------------------------------------------- */

static int
sextet_of(char c)
{
	return c >= 'A' && c <= 'Z'   ? c - 'A'
	       : c >= 'a' && c <= 'z' ? c - 'a' + 26
	       : c >= '0' && c <= '9' ? c - '0' + 52
	       : c == '+'             ? 62
	       : c == '/'             ? 63
				      : -1;
}

/* Four characters, of which the last two may be padding. False when they are none. */
static bool
undo_four(struct str s, struct buf *out)
{
	size_t n = s.p[3] != '=' ? 4 : s.p[2] != '=' ? 3 : 2;
	unsigned bits = 0;

	for (size_t i = 0; i < 4; i++) {
		int six = i < n ? sextet_of(s.p[i]) : 0;

		if (six < 0)
			return false;
		bits = bits << 6 | (unsigned)six;
	}
	if (bits & (n == 4 ? 0 : n == 3 ? 0xff : 0xffff))
		return false;
	for (size_t i = 0; i + 1 < n; i++)
		buf_addc(out, (char)(bits >> (16 - 8 * i) & 0xff));
	return true;
}

bool
undo_base64(struct str s, struct buf *out, const char **why, size_t *number)
{
	struct str line;
	bool ended = false;

	for (*number = 1; str_split(&s, '\n', &line); ++*number) {
		*why = line.n == 0 || line.p[line.n - 1] != '\r'
			       ? "a line that does not end in CR LF"
		       : line.n - 1 > BASE64_LINE  ? "a line of more than 76"
		       : (line.n - 1) % 4 || ended ? "a line that is no whole number of quartets"
						   : NULL;
		for (size_t i = 0; !*why && i + 4 < line.n; i += 4) {
			if (ended || !undo_four(str_sub(line, i, 4), out))
				*why = "what is no base64";
			ended = line.p[i + 3] == '=';
		}
		if (*why)
			return false;
	}
	return true;
}

/* -- encoded words ------------------------------------------------------------------------------ */

/* Q: an underscore is a blank, and there are no others. */
static bool
undo_q(struct str s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		int octet = s.p[i] == '=' ? octet_of(str_from(s, i)) : 0;

		if (octet < 0 || s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '?')
			return false;
		buf_addc(out, s.p[i] == '_' ? ' ' : s.p[i] == '=' ? (char)octet : s.p[i]);
		i += s.p[i] == '=' ? 2 : 0;
	}
	return true;
}

static bool
undo_b(struct str s, struct buf *out)
{
	for (; s.n >= 4; s = str_from(s, 4))
		if (!undo_four(str_sub(s, 0, 4), out) || (s.p[3] == '=' && s.n > 4))
			return false;
	return s.n == 0;
}

/* "=?UTF-8?B|Q?...?=" */
static const char *
undo_word(struct str word, struct buf *out)
{
	size_t begin = out->n;
	struct str inner;
	char how;

	if (word.n > WORD)
		return "an encoded word of more than 75";
	if (word.n < 12 || !str_ieq(str_sub(word, 0, 8), STR("=?utf-8?")) || word.p[9] != '?' ||
		!str_ends(word, STR("?=")))
		return "what looks like an encoded word and is none";
	how = (char)(word.p[8] | 0x20);
	inner = str_sub(word, 10, word.n - 12);
	if (inner.n == 0 || !(how == 'b' ? undo_b(inner, out) : how == 'q' && undo_q(inner, out)))
		return "an encoded word that cannot be decoded";
	return text_is_utf8(str_from(buf_str(out), begin))
		       ? NULL
		       : "an encoded word with half a character";
}

bool
undo_words(struct str value, struct buf *out, const char **why)
{
	bool after_word = false;

	*why = NULL;
	while (value.n) {
		size_t blanks = 0, n = 0;
		struct str token;
		bool is_word;

		while (blanks < value.n &&
			(value.p[blanks] == ' ' || value.p[blanks] == '\t' ||
				value.p[blanks] == '\r' || value.p[blanks] == '\n'))
			blanks++;
		while (blanks + n < value.n && !str_starts(str_from(value, blanks + n), STR(" ")) &&
			!str_starts(str_from(value, blanks + n), STR("\t")) &&
			!str_starts(str_from(value, blanks + n), STR("\r")))
			n++;
		token = str_sub(value, blanks, n);
		is_word = str_find_str(token, STR("=?")) >= 0;
		/* White space between two words is not part of the text. */
		if (blanks && !(is_word && after_word) && n)
			buf_addc(out, ' ');
		if (is_word)
			*why = undo_word(token, out);
		else
			buf_add(out, token);
		if (*why)
			return false;
		after_word = is_word;
		value = str_from(value, blanks + n);
	}
	return true;
}
