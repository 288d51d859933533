#include "base/str.h"

#include <string.h>

struct str
str_of(const char *z)
{
	return (struct str){ .p = z, .n = z ? strlen(z) : 0 };
}

bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool
str_eqz(struct str a, const char *z)
{
	return str_eq(a, str_of(z));
}

char
str_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
str_ieq(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (str_lower(a.p[i]) != str_lower(b.p[i]))
			return false;
	return true;
}

bool
str_is_one_of(struct str s, const struct str *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_ieq(s, list[i]))
			return true;
	return false;
}

bool
str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq(str_sub(s, 0, prefix.n), prefix);
}

bool
str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_eq(str_from(s, s.n - suffix.n), suffix);
}

int
str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	if (order)
		return order;
	return (a.n > b.n) - (a.n < b.n);
}

struct str
str_from(struct str s, size_t from)
{
	if (from >= s.n)
		return (struct str){ .p = s.n ? s.p + s.n : s.p, .n = 0 };
	return (struct str){ .p = s.p + from, .n = s.n - from };
}

struct str
str_sub(struct str s, size_t from, size_t n)
{
	struct str tail = str_from(s, from);

	if (n < tail.n)
		tail.n = n;
	return tail;
}

static bool
is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str
str_trim(struct str s)
{
	while (s.n && is_white(s.p[0]))
		s = str_from(s, 1);
	while (s.n && is_white(s.p[s.n - 1]))
		s.n--;
	return s;
}

ptrdiff_t
str_find(struct str s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

	return at ? at - s.p : -1;
}

ptrdiff_t
str_find_str(struct str s, struct str needle)
{
	const char *at;

	if (needle.n == 0)
		return 0;
	at = s.n ? memmem(s.p, s.n, needle.p, needle.n) : NULL;
	return at ? at - s.p : -1;
}

bool
str_split(struct str *rest, char sep, struct str *piece)
{
	ptrdiff_t at;

	if (!rest->p)
		return false;
	at = str_find(*rest, sep);
	if (at < 0) {
		if (rest->n == 0)
			return false;
		*piece = *rest;
		*rest = (struct str){ 0 };
		return true;
	}
	*piece = str_sub(*rest, 0, (size_t)at);
	*rest = str_from(*rest, (size_t)at + 1);
	return true;
}

bool
str_line(struct str *rest, struct str *line)
{
	if (!str_split(rest, '\n', line))
		return false;
	if (line->n && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

bool
str_u64(struct str s, uint64_t limit, uint64_t *out)
{
	uint64_t v = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned digit = (unsigned char)s.p[i] - (unsigned)'0';

		if (digit > 9 || v > (limit - digit) / 10 || digit > limit)
			return false;
		v = v * 10 + digit;
	}
	*out = v;
	return true;
}

int
str_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = str_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
