#include "base/json_value.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"

enum { STRING = 1024 * 1024, REPLACEMENT = 0xfffd };

static bool
is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct str
skip_white(struct str s)
{
	size_t n = 0;

	while (n < s.n && is_white(s.p[n]))
		n++;
	return str_from(s, n);
}

/* The length of the string that s begins with, quotes and all. */
static size_t
string_length(struct str s)
{
	size_t i = 1;

	while (i < s.n && s.p[i] != '"')
		i += s.p[i] == '\\' ? 2 : 1;
	return i + 1 < s.n ? i + 1 : s.n;
}

/* The length of the value that s begins with. The text was checked: brackets match. */
static size_t
value_length(struct str s)
{
	size_t depth = 0, i = 0;

	while (i < s.n) {
		char c = s.p[i];

		if (depth == 0 && i > 0 && (c == ',' || c == '}' || c == ']' || is_white(c)))
			break;
		if (c == '"') {
			i += string_length(str_from(s, i));
		} else {
			i++;
			if (c == '{' || c == '[')
				depth++;
			else if (c == '}' || c == ']')
				depth--;
		}
		if (depth == 0 && (c == '"' || c == '}' || c == ']'))
			break;
	}
	return i;
}

/* What stands next in an object or array, behind its bracket or a comma; false at its end. */
static bool
next(struct str *rest, struct str *value)
{
	struct str s = skip_white(*rest);

	if (s.n && strchr("{[,:", s.p[0]))
		s = skip_white(str_from(s, 1));
	if (s.n == 0 || s.p[0] == '}' || s.p[0] == ']')
		return false;
	*value = str_sub(s, 0, value_length(s));
	*rest = str_from(s, value->n);
	return true;
}

static bool
is_key(struct str raw, struct str name)
{
	return raw.n == name.n + 2 && str_eq(str_sub(raw, 1, name.n), name);
}

static struct str
member(struct str object, struct str name)
{
	struct str rest = object, key, value;

	if (!json_is_object(object))
		return (struct str){ 0 };
	while (next(&rest, &key) && next(&rest, &value))
		if (is_key(key, name))
			return value;
	return (struct str){ 0 };
}

struct str
json_at(struct str object, const char *path)
{
	struct str rest = str_of(path), name, at = skip_white(object);

	while (str_split(&rest, '.', &name))
		at = member(at, name);
	return at;
}

/* Behind the first element *rest begins with a comma, at the end with a bracket that closes. */
bool
json_each(struct str *rest, struct str *element)
{
	struct str s = skip_white(*rest);

	return s.n && (s.p[0] == '[' || s.p[0] == ',') && next(rest, element);
}

static uint32_t
four(struct str s, size_t at)
{
	uint32_t c = 0;

	for (size_t i = at; i < at + 4 && i < s.n; i++)
		c = c << 4 | (uint32_t)str_hex_digit(s.p[i]);
	return c;
}

/* The character that \u stands for, both halves of a pair; how much of s it takes. */
static size_t
put_escaped(struct str s, struct buf *out)
{
	uint32_t c = four(s, 2), low = four(s, 8);
	bool pair = c >= 0xd800 && c < 0xdc00 && s.n >= 12 && s.p[6] == '\\' && s.p[7] == 'u' &&
		    low >= 0xdc00 && low < 0xe000;

	if (pair)
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	text_put(c == 0 || (c >= 0xd800 && c < 0xe000) ? REPLACEMENT : c, out);
	return pair ? 12 : 6;
}

static size_t
put_piece(struct str s, struct buf *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at;

	if (s.p[0] != '\\' || s.n < 2) {
		buf_addc(out, s.p[0]);
		return 1;
	}
	if (s.p[1] == 'u')
		return put_escaped(s, out);
	at = strchr(from, s.p[1]);
	buf_addc(out, at && *at ? to[at - from] : s.p[1]);
	return 2;
}

struct str
json_text(struct str value, struct arena *a)
{
	struct buf b;

	if (value.n == 0 || str_eqz(value, "null") || json_is_object(value) || json_is_array(value))
		return (struct str){ 0 };
	if (value.p[0] != '"')
		return value;
	value = str_sub(value, 1, value.n - 2);
	buf_init(&b, STRING);
	while (value.n && !b.over)
		value = str_from(value, put_piece(value, &b));
	return buf_keep(&b, a);
}

struct str
json_text_at(struct str object, const char *path, struct arena *a)
{
	return json_text(json_at(object, path), a);
}

bool
json_is_object(struct str value)
{
	return value.n && value.p[0] == '{';
}

bool
json_is_array(struct str value)
{
	return value.n && value.p[0] == '[';
}
