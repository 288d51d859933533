#include "base/html.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"

/* The longest reference that is looked for: "&#x10ffff;". */
enum { ENTITY = 12 };

/* -- characters ------------------------------------------------------------------------------- */

/* "#183", "#xb7": 0 where it is none. */
static uint32_t
numbered(struct str s)
{
	int base = s.n > 2 && (s.p[1] | 32) == 'x' ? 16 : 10;
	uint32_t c = 0;

	if (s.n < 2 || s.p[0] != '#')
		return 0;
	for (size_t i = base == 16 ? 2 : 1; i < s.n; i++) {
		int digit = str_hex_digit(s.p[i]);

		if (digit < 0 || digit >= base || c > 0x10ffff)
			return 0;
		c = c * (uint32_t)base + (uint32_t)digit;
	}
	return c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : c;
}

static uint32_t
entity(struct str name)
{
	static const struct {
		const char *name;
		uint32_t c;
	} rows[] = { { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' },
		{ "apos", '\'' }, { "nbsp", 0xa0 }, { "middot", 0xb7 }, { "copy", 0xa9 },
		{ "ndash", 0x2013 }, { "mdash", 0x2014 }, { "hellip", 0x2026 }, { "bull", 0x2022 },
		{ "zwnj", 0x200c }, { "rarr", 0x2192 } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (str_eqz(name, rows[i].name))
			return rows[i].c;
	return numbered(name);
}

struct str
html_decode(struct str s, struct arena *a)
{
	struct buf b;

	if (str_find(s, '&') < 0)
		return s;
	buf_init(&b, s.n * 4 + 4);
	while (s.n) {
		ptrdiff_t end = s.p[0] == '&' ? str_find(str_sub(s, 0, ENTITY), ';') : -1;
		uint32_t c = end > 1 ? entity(str_sub(s, 1, (size_t)end - 1)) : 0;

		if (c)
			text_put(c, &b);
		else
			buf_addc(&b, s.p[0]);
		s = str_from(s, c ? (size_t)end + 1 : 1);
	}
	return buf_keep(&b, a);
}

/* -- attributes ------------------------------------------------------------------------------- */

bool
html_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static size_t
span_until(struct str s, const char *stop)
{
	size_t n = 0;

	while (n < s.n && !html_is_blank(s.p[n]) && !strchr(stop, s.p[n]))
		n++;
	return n;
}

static struct str
skip_blanks(struct str s)
{
	while (s.n && html_is_blank(s.p[0]))
		s = str_from(s, 1);
	return s;
}

static struct str
take_value(struct str *rest)
{
	struct str value;
	ptrdiff_t end;

	if (rest->n && (rest->p[0] == '"' || rest->p[0] == '\'')) {
		end = str_find(str_from(*rest, 1), rest->p[0]);
		value = str_sub(*rest, 1, end < 0 ? rest->n : (size_t)end);
		*rest = str_from(*rest, value.n + 2);
		return value;
	}
	value = str_sub(*rest, 0, span_until(*rest, ""));
	*rest = str_from(*rest, value.n);
	return value;
}

bool
html_attribute(struct str *rest, struct str *name, struct str *value)
{
	*rest = skip_blanks(*rest);
	while (rest->n && strchr("/=\"'", rest->p[0]))
		*rest = skip_blanks(str_from(*rest, 1));
	if (rest->n == 0)
		return false;
	*name = str_sub(*rest, 0, span_until(*rest, "="));
	*rest = skip_blanks(str_from(*rest, name->n));
	*value = (struct str){ 0 };
	if (rest->n && rest->p[0] == '=') {
		*rest = skip_blanks(str_from(*rest, 1));
		*value = take_value(rest);
	}
	return true;
}

/* -- tags ------------------------------------------------------------------------------------- */

bool
html_is_one_of(struct str name, const char *words)
{
	struct str rest = str_of(words), word;

	while (str_split(&rest, ' ', &word))
		if (str_ieq(name, word))
			return true;
	return false;
}

bool
html_is_void(struct str name)
{
	return html_is_one_of(
		name, "br hr img meta link input area base col embed source track wbr");
}

/* Where a tag ends: at a > that stands in no quotes. */
static size_t
tag_end(struct str s)
{
	char quote = '\0';

	for (size_t i = 0; i < s.n; i++) {
		if (quote)
			quote = s.p[i] == quote ? '\0' : quote;
		else if (s.p[i] == '"' || s.p[i] == '\'')
			quote = s.p[i];
		else if (s.p[i] == '>')
			return i;
	}
	return s.n;
}

/* Where the next tag begins, or the end: "<3" is text. */
static size_t
tag_begin(struct str s)
{
	for (size_t i = 0; i + 1 < s.n; i++)
		if (s.p[i] == '<' && ((s.p[i + 1] | 32) >= 'a' ? (s.p[i + 1] | 32) <= 'z'
							       : strchr("/!?", s.p[i + 1]) != NULL))
			return i;
	return s.n;
}

/* Behind a "<!--" without its "<". */
static struct str
behind_comment(struct str s)
{
	ptrdiff_t end = str_find_str(str_from(s, 2), STR("-->"));

	return str_from(s, end < 0 ? s.n : (size_t)end + 5);
}

/* Behind a <. False: it is nothing that shows. */
static bool
take_tag(struct str *rest, struct html_piece *out)
{
	size_t end = tag_end(*rest);
	struct str inside = str_sub(*rest, 0, end);

	*rest = str_from(*rest, end + 1);
	if (str_starts(inside, STR("/"))) {
		out->kind = HTML_CLOSE;
		out->name = str_sub(inside, 1, span_until(str_from(inside, 1), ">"));
		return true;
	}
	if (inside.n == 0 || (inside.p[0] | 32) < 'a' || (inside.p[0] | 32) > 'z')
		return false;
	out->kind = HTML_OPEN;
	out->name = str_sub(inside, 0, span_until(inside, "/"));
	out->attributes = str_from(inside, out->name.n);
	out->closed = str_ends(inside, STR("/"));
	return true;
}

bool
html_next(struct str *rest, struct html_piece *out)
{
	while (rest->n) {
		size_t begin = tag_begin(*rest);

		*out = (struct html_piece){ .kind = HTML_TEXT, .text = str_sub(*rest, 0, begin) };
		*rest = str_from(*rest, begin);
		if (begin)
			return true;
		*rest = str_from(*rest, 1);
		if (str_starts(*rest, STR("!--")))
			*rest = behind_comment(*rest);
		else if (take_tag(rest, out))
			return true;
	}
	return false;
}

/* Does "</NAME" stand there? */
static bool
is_end_of(struct str s, struct str name)
{
	return str_starts(s, STR("</")) && str_ieq(str_sub(s, 2, name.n), name);
}

struct str
html_raw(struct str *rest, struct str name)
{
	struct str text = *rest;

	while (rest->n && !is_end_of(*rest, name))
		*rest = str_from(*rest, 1);
	text.n -= rest->n;
	return text;
}
