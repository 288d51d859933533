#include "mail/spf.h"

#include <arpa/inet.h>
#include <string.h>

enum { MAPPED = 96 };

static const struct {
	const char *name;
	enum spf_kind kind;
	bool needs, may; /* a domain behind ':' */
	bool modifier, costs;
} kinds[] = {
	{ "all", SPF_ALL },
	{ "include", SPF_INCLUDE, .needs = true, .may = true, .costs = true },
	{ "a", SPF_A, .may = true, .costs = true },
	{ "mx", SPF_MX, .may = true, .costs = true },
	{ "ptr", SPF_PTR, .may = true, .costs = true },
	{ "ip4", SPF_IP4, .needs = true, .may = true },
	{ "ip6", SPF_IP6, .needs = true, .may = true },
	{ "exists", SPF_EXISTS, .needs = true, .may = true, .costs = true },
	{ "redirect", SPF_REDIRECT, .needs = true, .may = true, .modifier = true, .costs = true },
	{ "exp", SPF_EXP, .needs = true, .may = true, .modifier = true },
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

bool
spf_is_record(struct str text)
{
	return str_ieq(str_sub(text, 0, 6), STR("v=spf1")) && (text.n == 6 || text.p[6] == ' ');
}

/* -- one term --------------------------------------------------------------------------------- */

/* A prefix length at the end of s, cut off: "/24". True with `most` when there is none. */
static bool
take_bits(struct str *s, const char *slash, unsigned most, unsigned *out)
{
	ptrdiff_t at = str_find_str(*s, str_of(slash));
	struct str digits;
	uint64_t n = most;

	*out = most;
	if (at < 0)
		return true;
	digits = str_from(*s, (size_t)at + strlen(slash));
	if (!str_u64(digits, most, &n) || (digits.n > 1 && digits.p[0] == '0'))
		return false;
	*out = (unsigned)n;
	s->n = (size_t)at;
	return true;
}

static bool
read_address(struct spf_term *t, struct str value)
{
	bool six = t->kind == SPF_IP6;
	char text[INET6_ADDRSTRLEN];
	unsigned bits;

	if (!take_bits(&value, "/", six ? 128 : 32, &bits) || value.n >= sizeof text)
		return false;
	memcpy(text, value.p, value.n);
	text[value.n] = 0;
	t->bits6 = six ? bits : bits + MAPPED;
	if (six)
		return inet_pton(AF_INET6, text, t->address) == 1;
	t->address[10] = t->address[11] = 0xff;
	return inet_pton(AF_INET, text, t->address + 12) == 1;
}

/* Visible letters, with a dot in it or a macro at its end. */
static bool
is_domain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= 0x20 || s.p[i] >= 0x7f)
			return false;
	return s.n > 0 && s.n < 254 && (str_find(s, '.') > 0 || str_find(s, '%') >= 0);
}

static bool
read_domain(struct spf_term *t, struct str value, bool given)
{
	bool lengths = t->kind == SPF_A || t->kind == SPF_MX;

	if (lengths && (!take_bits(&value, "//", 128, &t->bits6) ||
			       !take_bits(&value, "/", 32, &t->bits4)))
		return false;
	t->domain = value;
	return given ? is_domain(value) : value.n == 0;
}

/* Where the name ends: at ':' or '=' (given), or at '/'. */
static size_t
name_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] != ':' && s.p[n] != '=' && s.p[n] != '/')
		n++;
	return n;
}

static bool
read_value(struct spf_term *t, size_t kind, struct str rest, const char **why)
{
	bool given = rest.n && rest.p[0] != '/';
	struct str value = str_from(rest, given);

	*why = "not as it must be written";
	if (given && rest.p[0] != (kinds[kind].modifier ? '=' : ':'))
		return false;
	if (given ? !kinds[kind].may : kinds[kind].needs)
		return false;
	if (t->kind == SPF_IP4 || t->kind == SPF_IP6)
		return read_address(t, value);
	return t->kind == SPF_ALL ? rest.n == 0 : read_domain(t, value, given);
}

static bool
read_term(struct str word, struct spf_term *t, const char **why)
{
	bool qualified = word.p[0] && strchr("+-~?", word.p[0]);
	size_t n;

	*t = (struct spf_term){
		.qualifier = qualified ? word.p[0] : '+', .bits4 = 32, .bits6 = 128
	};
	word = str_from(word, qualified);
	n = name_length(word);
	for (size_t i = 0; i < KINDS; i++) {
		if (!str_ieq(str_sub(word, 0, n), str_of(kinds[i].name)))
			continue;
		t->kind = kinds[i].kind;
		return read_value(t, i, str_from(word, n), why);
	}
	t->kind = SPF_OTHER;
	*why = "no mechanism that there is";
	/* Modifiers that nobody knows are passed over (RFC 7208 6). */
	return n > 0 && n < word.n && word.p[n] == '=';
}

bool
spf_read(struct str text, struct spf *out, struct str *bad, const char **why)
{
	struct str word;

	*out = (struct spf){ 0 };
	text = str_from(text, 6);
	while (str_split(&text, ' ', &word)) {
		*bad = word;
		if (word.n == 0)
			continue;
		*why = "one of too many";
		if (out->count == SPF_TERMS || !read_term(word, &out->terms[out->count], why))
			return false;
		out->count++;
	}
	return true;
}

/* -- what it says ------------------------------------------------------------------------------- */

const struct spf_term *
spf_all(const struct spf *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->terms[i].kind == SPF_ALL)
			return &s->terms[i];
	return NULL;
}

bool
spf_costs(const struct spf_term *t)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].kind == t->kind)
			return kinds[i].costs;
	return false;
}

bool
spf_is_macro(const struct spf_term *t)
{
	return str_find(t->domain, '%') >= 0;
}

bool
spf_covers(const uint8_t network[static 16], unsigned bits, const uint8_t address[static 16])
{
	size_t whole = bits / 8;
	unsigned rest = bits % 8;

	if (memcmp(network, address, whole) != 0)
		return false;
	return rest == 0 || ((network[whole] ^ address[whole]) & (0xff00U >> rest) & 0xffU) == 0;
}
