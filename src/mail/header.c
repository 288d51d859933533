#include "mail/header.h"

#include <assert.h>
#include <string.h>

#include "base/sign.h"

enum {
	FOLD = 78,      /* RFC 5322 2.1.1: lines should not pass it */
	WORD = 75,      /* RFC 2047 2: an encoded word must not */
	WORD_LINE = 76, /* nor the line it stands on */
};

/* A field as it is written: where its current line stands. */
struct field {
	struct buf *out;
	size_t column;
};

static void
check(struct str value)
{
	/* Whoever asks has cleaned the value; a control here would let data write headers. */
	for (size_t i = 0; i < value.n; i++)
		assert((unsigned char)value.p[i] >= 0x20 && value.p[i] != 0x7f);
}

static void
put(struct field *f, struct str s)
{
	buf_add(f->out, s);
	f->column += s.n;
}

static struct field
begin(struct buf *out, const char *name)
{
	struct field f = { .out = out };

	put(&f, str_of(name));
	put(&f, STR(": "));
	return f;
}

static void
end(struct field *f)
{
	buf_add(f->out, STR("\r\n"));
}

static void
fold(struct field *f)
{
	buf_add(f->out, STR("\r\n "));
	f->column = 1;
}

static bool
is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] > 0x7e)
			return false;
	return true;
}

/* -- RFC 2047 --------------------------------------------------------------------------------- */

/* The Q encoding for use anywhere, phrases too (RFC 2047 5 (3)): letters, digits and ! * + - /
 * stand for themselves. */
static bool
stands_for_itself(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       (c && strchr("!*+-/", c));
}

static size_t
q_length(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == ' ' || stands_for_itself((unsigned char)s.p[i]) ? 1 : 3;
	return n;
}

static size_t
b_length(struct str s)
{
	return (s.n + 2) / 3 * 4;
}

static size_t
character(struct str s)
{
	unsigned char c = (unsigned char)s.p[0];
	size_t n = c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;

	return n < s.n ? n : s.n;
}

static void
put_word(struct field *f, struct str s, bool q)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t before = f->out->n;

	buf_addz(f->out, q ? "=?UTF-8?Q?" : "=?UTF-8?B?");
	if (!q)
		sign_base64(s, f->out);
	for (size_t i = 0; q && i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == ' ') {
			buf_addc(f->out, '_');
		} else if (stands_for_itself(c)) {
			buf_addc(f->out, (char)c);
		} else {
			buf_addc(f->out, '=');
			buf_addc(f->out, hex[c >> 4]);
			buf_addc(f->out, hex[c & 15]);
		}
	}
	buf_addz(f->out, "?=");
	f->column += f->out->n - before;
}

/* How much of s, in whole characters, fits into a word of `room` octets; at least one character. */
static size_t
fits(struct str s, size_t room, bool q)
{
	size_t n = character(s);

	while (n < s.n) {
		size_t next = n + character(str_from(s, n));

		if ((q ? q_length(str_sub(s, 0, next)) : b_length(str_sub(s, 0, next))) + 12 > room)
			break;
		n = next;
	}
	return n;
}

/* The whole of s as encoded words; the blank between two of them is not part of the text (RFC
 * 2047 6.2). */
static void
put_words(struct field *f, struct str s)
{
	/* Q can be read in the raw; it may cost half as much again. */
	bool q = q_length(s) * 2 <= b_length(s) * 3;

	while (s.n) {
		size_t room = WORD_LINE - f->column, n;

		if (room > WORD)
			room = WORD;
		/* A word of a few characters at a line's end is worse than a fold, but never fold
		 * right after the colon. */
		if (room < 24 && f->column > 1) {
			fold(f);
			room = WORD;
		}
		n = fits(s, room, q);
		put_word(f, str_sub(s, 0, n), q);
		s = str_from(s, n);
		if (s.n)
			fold(f);
	}
}

/* -- free text -------------------------------------------------------------------------------- */

/* Also where a word has no room on a line; the first one cannot be folded away from the name. */
static bool
needs_words(const struct field *f, struct str s)
{
	struct str rest = s, word;
	size_t before = f->column;

	if (!is_ascii(s) || str_find_str(s, STR("=?")) >= 0)
		return true;
	while (str_split(&rest, ' ', &word)) {
		if (before + word.n > FOLD)
			return true;
		before = 1;
	}
	return false;
}

/* ASCII words, folded at blanks; runs of blanks cannot be, text_clean has made them one. */
static void
put_folded(struct field *f, struct str s)
{
	struct str word;
	bool first = true;

	while (str_split(&s, ' ', &word)) {
		if (!first && f->column + 1 + word.n > FOLD)
			fold(f);
		else if (!first)
			put(f, STR(" "));
		put(f, word);
		first = false;
	}
}

void
header_text(struct buf *out, const char *name, struct str value)
{
	struct field f = begin(out, name);

	check(value);
	if (needs_words(&f, value))
		put_words(&f, value);
	else
		put_folded(&f, value);
	end(&f);
}

/* -- addresses -------------------------------------------------------------------------------- */

static bool
is_atoms(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
			    c == ' ' || (c && strchr("!#$%&'*+-/^_`{|}~", c))))
			return false;
	}
	return true;
}

static void
put_quoted(struct field *f, struct str s)
{
	put(f, STR("\""));
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			put(f, STR("\\"));
		put(f, str_sub(s, i, 1));
	}
	put(f, STR("\""));
}

/* A quoted string is written in one piece. */
static bool
has_room_quoted(const struct field *f, struct str s)
{
	size_t n = 2;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '"' || s.p[i] == '\\' ? 2 : 1;
	return f->column + n <= FOLD;
}

static void
put_phrase(struct field *f, struct str s)
{
	if (needs_words(f, s) || (!is_atoms(s) && !has_room_quoted(f, s)))
		put_words(f, s);
	else if (is_atoms(s))
		put_folded(f, s);
	else
		put_quoted(f, s);
}

static void
put_mailbox(struct field *f, struct str display, struct str address)
{
	check(display);
	check(address);
	if (display.n) {
		put_phrase(f, display);
		/* RFC 2047's limit, as the phrase may end in an encoded word. */
		if (f->column + 3 + address.n > WORD_LINE)
			fold(f);
		else
			put(f, STR(" "));
	}
	put(f, STR("<"));
	put(f, address);
	put(f, STR(">"));
}

void
header_mailbox(struct buf *out, const char *name, struct str display, struct str address)
{
	struct field f = begin(out, name);

	put_mailbox(&f, display, address);
	end(&f);
}

void
header_mailbox_value(struct buf *out, size_t column, struct str display, struct str address)
{
	struct field f = { .out = out, .column = column };

	put_mailbox(&f, display, address);
}

/* -- structured values ------------------------------------------------------------------------ */

void
header_items(
	struct buf *out, const char *name, const struct str *items, size_t n, const char *separator)
{
	struct field f = begin(out, name);

	for (size_t i = 0; i < n; i++) {
		if (i) {
			put(&f, str_of(separator));
			if (f.column + 1 + items[i].n > FOLD)
				fold(&f);
			else
				put(&f, STR(" "));
		}
		put(&f, items[i]);
	}
	end(&f);
}

void
header_raw(struct buf *out, const char *name, struct str value)
{
	header_items(out, name, &value, 1, "");
}

void
header_list_id(struct buf *out, struct str phrase, struct str id)
{
	header_mailbox(out, "List-Id", phrase, id);
}
