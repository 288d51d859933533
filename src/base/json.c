#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"

enum { REPLACEMENT = 0xfffd };

struct json {
	struct str text;
	size_t at;
	int depth;
	const char *wrong; /* the first fault */
	/* Hashes of the keys of the objects that are open; each object looks back to where its own
	 * begin. */
	uint64_t *keys;
	size_t key_count, key_room;
};

static bool value(struct json *j);

static bool
fail(struct json *j, const char *what)
{
	if (!j->wrong)
		j->wrong = what;
	return false;
}

static int
peek(const struct json *j)
{
	return j->at < j->text.n ? (unsigned char)j->text.p[j->at] : -1;
}

static bool
take(struct json *j, char c)
{
	if (peek(j) != (unsigned char)c)
		return false;
	j->at++;
	return true;
}

static void
white(struct json *j)
{
	int c;

	while ((c = peek(j)) == ' ' || c == '\t' || c == '\n' || c == '\r')
		j->at++;
}

static bool
word(struct json *j, struct str w)
{
	if (!str_starts(str_from(j->text, j->at), w))
		return fail(j, "not JSON");
	j->at += w.n;
	return true;
}

static size_t
digits(struct json *j)
{
	size_t n = 0;

	while (peek(j) >= '0' && peek(j) <= '9') {
		j->at++;
		n++;
	}
	return n;
}

static bool
number(struct json *j)
{
	size_t begin = j->at;
	bool zero;

	take(j, '-');
	zero = peek(j) == '0';
	if (zero ? (j->at++, false) : digits(j) == 0)
		return fail(j, "not JSON");
	if (take(j, '.') && digits(j) == 0)
		return fail(j, "a number without digits behind its point");
	if (take(j, 'e') || take(j, 'E')) {
		if (!take(j, '+'))
			take(j, '-');
		if (digits(j) == 0)
			return fail(j, "a number without digits in its exponent");
	}
	if (peek(j) >= '0' && peek(j) <= '9')
		return fail(j, "a number with a leading zero");
	return j->at - begin <= JSON_NUMBER || fail(j, "a number of more than 400 characters");
}

/* The four hex digits behind \u, or -1. */
static int
hex4(struct str s)
{
	int v = 0;

	for (size_t i = 0; i < 4; i++) {
		int c = i < s.n ? (unsigned char)s.p[i] : 0;

		if (c >= '0' && c <= '9')
			v = v * 16 + c - '0';
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			v = v * 16 + (c | 32) - 'a' + 10;
		else
			return -1;
	}
	return v;
}

/* The low half of a surrogate pair that stands here as an escape, or -1. */
static int
low_half(struct str s)
{
	int low = str_starts(s, STR("\\u")) ? hex4(str_from(s, 2)) : -1;

	return low >= 0xdc00 && low <= 0xdfff ? low : -1;
}

/* Is it an escape that stands for no character: NUL, or half a surrogate pair? */
static bool
is_broken(int unit, int low)
{
	return unit == 0 || (unit >= 0xdc00 && unit <= 0xdfff) ||
	       (unit >= 0xd800 && unit <= 0xdbff && low < 0);
}

/* FNV-1a over the decoded characters, so that "a" and "\u0061" are one key. */
static void
hash_character(uint64_t *h, uint32_t c)
{
	for (int i = 0; i < 4; i++) {
		*h = (*h ^ (c & 0xff)) * UINT64_C(0x100000001b3);
		c >>= 8;
	}
}

static bool
escape(struct json *j, uint64_t *h)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	int c = peek(j), high, low;
	const char *known = c > 0 ? strchr(from, c) : NULL;

	if (known) {
		j->at++;
		hash_character(h, (uint32_t)to[known - from]);
		return true;
	}
	if (!take(j, 'u') || (high = hex4(str_from(j->text, j->at))) < 0)
		return fail(j, "an escape that JSON does not have");
	j->at += 4;
	low = low_half(str_from(j->text, j->at));
	if (is_broken(high, low)) {
		hash_character(h, REPLACEMENT);
	} else if (high < 0xd800 || high > 0xdfff) {
		hash_character(h, (uint32_t)high);
	} else {
		j->at += 6;
		hash_character(
			h, 0x10000U + (((uint32_t)high & 0x3ff) << 10 | ((uint32_t)low & 0x3ff)));
	}
	return true;
}

static uint32_t
decode(const char *p, size_t len)
{
	uint32_t c = len == 1 ? (unsigned char)*p : (unsigned char)*p & (0x7fU >> len);

	for (size_t i = 1; i < len; i++)
		c = c << 6 | ((unsigned char)p[i] & 0x3fU);
	return c;
}

static bool
string(struct json *j, uint64_t *h)
{
	*h = UINT64_C(0xcbf29ce484222325);
	if (!take(j, '"'))
		return fail(j, "not JSON");
	while (!take(j, '"')) {
		int c = peek(j);
		size_t len;

		if (c < 0)
			return fail(j, "a string without an end");
		if (c < 0x20)
			return fail(j, c ? "a control character in a string" : "a NUL");
		if (c == '\\') {
			j->at++;
			if (!escape(j, h))
				return false;
			continue;
		}
		len = log_character(str_sub(j->text, j->at, 4));
		if (len == 0)
			return fail(j, "bytes that are no UTF-8");
		hash_character(h, decode(j->text.p + j->at, len));
		j->at += len;
	}
	return true;
}

static void
push_key(struct json *j, uint64_t h)
{
	if (j->key_count == j->key_room) {
		j->key_room = j->key_room ? j->key_room * 2 : 256;
		j->keys = mem_grow(j->keys, j->key_room * sizeof *j->keys);
	}
	j->keys[j->key_count++] = h;
}

static int
by_hash(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return (a > b) - (a < b);
}

/* Sorted and compared with their neighbours: an object of a million keys costs no more than it
 * should. */
static bool
keys_differ(struct json *j, size_t first)
{
	qsort(j->keys + first, j->key_count - first, sizeof *j->keys, by_hash);
	for (size_t i = first + 1; i < j->key_count; i++)
		if (j->keys[i] == j->keys[i - 1])
			return fail(j, "a key twice in one object");
	j->key_count = first;
	return true;
}

static bool
object(struct json *j)
{
	size_t first = j->key_count;

	do {
		uint64_t h;

		white(j);
		if (!string(j, &h))
			return false;
		push_key(j, h);
		white(j);
		if (!take(j, ':'))
			return fail(j, "not JSON");
		if (!value(j))
			return false;
	} while (take(j, ','));
	return take(j, '}') ? (j->key_count - first < 2 ? (j->key_count = first, true)
							: keys_differ(j, first))
			    : fail(j, "an object without an end");
}

static bool
array(struct json *j)
{
	do {
		if (!value(j))
			return false;
	} while (take(j, ','));
	return take(j, ']') || fail(j, "an array without an end");
}

static bool
nested(struct json *j, bool (*inside)(struct json *), char end)
{
	bool good;

	if (++j->depth > JSON_DEPTH)
		return fail(j, "nesting of more than 32");
	white(j);
	good = take(j, end) || inside(j);
	j->depth--;
	return good;
}

static bool
value(struct json *j)
{
	uint64_t h;
	bool good;

	white(j);
	if (take(j, '{'))
		good = nested(j, object, '}');
	else if (take(j, '['))
		good = nested(j, array, ']');
	else if (peek(j) == '"')
		good = string(j, &h);
	else if (peek(j) == 't')
		good = word(j, STR("true"));
	else if (peek(j) == 'f')
		good = word(j, STR("false"));
	else if (peek(j) == 'n')
		good = word(j, STR("null"));
	else
		good = number(j);
	white(j);
	return good;
}

int
json_check(struct str *text, enum json_kind *kind, struct err *e)
{
	struct json j = { 0 };
	bool good;

	if (str_starts(*text, STR("\xef\xbb\xbf")))
		*text = str_from(*text, 3);
	j.text = *text;
	white(&j);
	*kind = peek(&j) == '[' ? JSON_ARRAY : peek(&j) == '{' ? JSON_OBJECT : JSON_OTHER;
	if (peek(&j) < 0)
		good = fail(&j, "an empty body");
	else
		good = value(&j) && (j.at == j.text.n || fail(&j, "more text behind the value"));
	free(j.keys);
	if (good)
		return 0;
	return err_set(e, ERR_DATA, "%s, at byte %zu", j.wrong, j.at + 1);
}

void
json_mend(char *text, size_t n)
{
	struct str s = { .p = text, .n = n };

	/* A backslash stands in strings only, and whatever stands behind it belongs to it. */
	for (size_t i = 0; i + 1 < n; i++) {
		int unit, low;

		if (text[i] != '\\')
			continue;
		if (text[++i] != 'u' || i + 4 >= n)
			continue;
		unit = hex4(str_from(s, i + 1));
		low = low_half(str_from(s, i + 5));
		if (is_broken(unit, low))
			memcpy(text + i + 1, "fffd", 4);
		i += unit >= 0xd800 && unit <= 0xdbff && low >= 0 ? 10 : 4;
	}
}
