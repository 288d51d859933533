#include "mail/verp.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"

enum { LOCAL = 64, TAG = 10, TAG_CHARS = 16, NUMBER = 16 };

static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";

static size_t
print_number(uint64_t v, char *out)
{
	char backwards[NUMBER];
	size_t n = 0;

	do {
		backwards[n++] = digits[v & 31];
		v >>= 5;
	} while (v);
	for (size_t i = 0; i < n; i++)
		out[i] = backwards[n - 1 - i];
	return n;
}

static bool
read_number(struct str s, uint64_t *out)
{
	uint64_t v = 0;

	/* 'a' is the digit 0: a number has one spelling. */
	if (s.n == 0 || s.n > 13 || (s.n > 1 && (s.p[0] == 'a' || s.p[0] == 'A')))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] - 'A' + 'a') : s.p[i];
		const char *at = c ? strchr(digits, c) : NULL;

		if (!at || v >> 59)
			return false;
		v = v << 5 | (uint64_t)(at - digits);
	}
	*out = v;
	return true;
}

/* 80 bits over both numbers and the address it is made from. */
static void
make_tag(struct str bounce, uint64_t subscriber, uint32_t issue, const uint8_t key[static MAC_KEY],
	struct buf *out)
{
	uint8_t mac[16];
	struct buf text;

	buf_init(&text, VERP_MAX + 64);
	buf_printf(&text, "%.*s/%llu/%u", STR_ARG(bounce), (unsigned long long)subscriber, issue);
	sign_mac(buf_str(&text), key, "verp", mac, sizeof mac);
	buf_free(&text);
	sign_base32((struct str){ .p = (const char *)mac, .n = TAG }, out);
}

size_t
verp_make(struct str bounce, uint64_t subscriber, uint32_t issue, const uint8_t key[static MAC_KEY],
	char out[static VERP_MAX + 1])
{
	char who[NUMBER + 1] = "", what[NUMBER + 1] = "";
	ptrdiff_t at = str_find(bounce, '@');
	struct buf tag;
	int n;

	if (at <= 0)
		return 0;
	print_number(subscriber, who);
	print_number(issue, what);
	buf_init(&tag, TAG_CHARS);
	make_tag(bounce, subscriber, issue, key, &tag);
	n = snprintf(out, VERP_MAX + 1, "%.*s+%s.%s.%s@%.*s", (int)at, bounce.p, who, what,
		buf_z(&tag), (int)bounce.n - (int)at - 1, bounce.p + at + 1);
	buf_free(&tag);
	if (n < 0 || n > VERP_MAX || strcspn(out, "@") > LOCAL)
		return 0;
	return (size_t)n;
}

bool
verp_check(struct str address, struct str bounce, const uint8_t key[static MAC_KEY],
	uint64_t *subscriber, uint32_t *issue)
{
	ptrdiff_t at = str_find(bounce, '@'), mine = str_find(address, '@');
	struct str rest, who, what;
	uint64_t number;
	struct buf tag;
	bool good;

	if (at <= 0 || mine <= at ||
		!str_ieq(str_from(address, (size_t)mine), str_from(bounce, (size_t)at)) ||
		!str_ieq(str_sub(address, 0, (size_t)at), str_sub(bounce, 0, (size_t)at)) ||
		address.p[at] != '+')
		return false;
	rest = str_sub(address, (size_t)at + 1, (size_t)(mine - at) - 1);
	if (!str_split(&rest, '.', &who) || !str_split(&rest, '.', &what) ||
		!read_number(who, subscriber) || !read_number(what, &number) ||
		number > UINT32_MAX || rest.n != TAG_CHARS)
		return false;
	*issue = (uint32_t)number;
	buf_init(&tag, TAG_CHARS);
	make_tag(bounce, *subscriber, *issue, key, &tag);
	good = tag.n == rest.n && str_ieq(buf_str(&tag), rest);
	buf_free(&tag);
	return good;
}
