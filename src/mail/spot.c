#include "mail/spot.h"

#include <string.h>

#include "base/text.h"

enum { LOCAL = 64, DOMAIN = 253 };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* -- addresses -------------------------------------------------------------------------------- */

static bool
is_local(char c)
{
	return is_alnum(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~.", c));
}

static bool
is_tail(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/*
 * How many octets before or from i are a letter beyond ASCII, 0: none. In prose only those of two octets, but
 * for signs like no-break spaces and quotes: Chinese and Japanese set no blank before an address.
 */
static size_t
letter_before(struct str s, size_t i, bool prose)
{
	unsigned char lead;

	if (!prose)
		return i > 0 && (unsigned char)s.p[i - 1] >= 0x80;
	if (i < 2 || !is_tail(s.p[i - 1]))
		return 0;
	lead = (unsigned char)s.p[i - 2];
	return lead >= 0xc3 && lead < 0xe0 ? 2 : 0;
}

static size_t
letter_at(struct str s, size_t i, bool prose)
{
	unsigned char lead = i < s.n ? (unsigned char)s.p[i] : 0;

	if (!prose)
		return lead >= 0x80;
	return lead >= 0xc3 && lead < 0xe0 && i + 1 < s.n && is_tail(s.p[i + 1]) ? 2 : 0;
}

/* Where the local part that ends before `at` begins; quoted ones may hold anything but controls. */
static size_t
local_start(struct str s, size_t at, bool prose)
{
	size_t i = at;

	if (at > 1 && s.p[at - 1] == '"') {
		for (i = at - 1; i > 0 && s.p[i - 1] != '"' && (unsigned char)s.p[i - 1] >= ' ';
			i--)
			;
		return i > 0 && s.p[i - 1] == '"' ? i - 1 : at;
	}
	while (i > 0) {
		size_t n = is_local(s.p[i - 1]) ? 1 : letter_before(s, i, prose);

		if (n == 0)
			break;
		i -= n;
	}
	/* What people set in front of an address, not in it. */
	while (i < at && strchr("'*=./`{|!#", s.p[i]))
		i++;
	return i;
}

static size_t
domain_end(struct str s, size_t from, bool prose)
{
	size_t i = from;

	while (i < s.n) {
		bool plain = is_alnum(s.p[i]) || (s.p[i] && strchr("-._", s.p[i]));
		size_t n = plain ? 1 : letter_at(s, i, prose);

		if (n == 0)
			break;
		i += n;
	}
	while (i > from && !is_alnum(s.p[i - 1]) && (unsigned char)s.p[i - 1] < 0x80)
		i--;
	return i;
}

static bool
in_url(struct str s, size_t from)
{
	size_t word = from;

	while (word > 0 && s.p[word - 1] != ' ' && s.p[word - 1] != '\n' && s.p[word - 1] != '<')
		word--;
	return str_find_str(str_sub(s, word, from - word + 8), STR("://")) >= 0;
}

static bool
take(struct str s, size_t at, bool prose, size_t *from, struct str *out)
{
	size_t end = domain_end(s, at + 1, prose);
	struct str domain = str_sub(s, at + 1, end - at - 1);

	*from = local_start(s, at, prose);
	if (*from == at || at - *from > LOCAL || domain.n == 0 || domain.n > DOMAIN ||
		(prose && str_find(domain, '.') < 0) || in_url(s, *from))
		return false;
	*out = str_sub(s, *from, end - *from);
	return text_is_ascii(*out) || text_is_clean(*out);
}

bool
spot_address(struct str *rest, struct str *before, struct str *out)
{
	struct str s = *rest;
	size_t look = 0, from;

	for (ptrdiff_t at; (at = str_find(str_from(s, look), '@')) >= 0;) {
		size_t here = look + (size_t)at;

		if (take(s, here, true, &from, out)) {
			*before = str_sub(s, 0, from);
			*rest = str_from(s, from + out->n);
			return true;
		}
		look = here + 1;
	}
	*rest = (struct str){ 0 };
	return false;
}

struct str
spot_mailbox(struct str field)
{
	struct str out = { 0 };
	size_t from;

	for (size_t i = field.n; i > 0; i--)
		if (field.p[i - 1] == '@' && take(field, i - 1, false, &from, &out))
			return out;
	return (struct str){ 0 };
}

/* -- codes ------------------------------------------------------------------------------------ */

static size_t
digits(struct str s, size_t from)
{
	size_t n = 0;

	while (from + n < s.n && is_digit(s.p[from + n]))
		n++;
	return n;
}

/* The length of an enhanced status that begins here, 0: none. */
static size_t
status_length(struct str s, size_t i)
{
	size_t subject, detail, end;

	if (i > 0 && (is_alnum(s.p[i - 1]) || s.p[i - 1] == '.'))
		return 0;
	if (i + 4 >= s.n || !strchr("245", s.p[i]) || s.p[i + 1] != '.')
		return 0;
	subject = digits(s, i + 2);
	if (subject < 1 || subject > 2 || i + 2 + subject >= s.n || s.p[i + 2 + subject] != '.')
		return 0;
	detail = digits(s, i + 3 + subject);
	end = i + 3 + subject + detail;
	if (detail < 1 || detail > 3)
		return 0;
	if (end < s.n && (is_alnum(s.p[end]) ||
				 (s.p[end] == '.' && end + 1 < s.n && is_digit(s.p[end + 1]))))
		return 0;
	return end - i;
}

struct str
spot_status(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		size_t n = is_digit(text.p[i]) ? status_length(text, i) : 0;

		if (n)
			return str_sub(text, i, n);
	}
	return (struct str){ 0 };
}

struct str
spot_last_status(struct str text)
{
	for (size_t i = text.n; i > 0; i--) {
		size_t n = is_digit(text.p[i - 1]) ? status_length(text, i - 1) : 0;

		if (n)
			return str_sub(text, i - 1, n);
	}
	return (struct str){ 0 };
}

unsigned
spot_code(struct str text)
{
	for (size_t i = 0; i + 3 <= text.n; i++) {
		const char *p = text.p + i;
		char before = i ? p[-1] : ' ', behind = i + 3 < text.n ? p[3] : ' ';

		if ((p[0] == '4' || p[0] == '5') && p[1] >= '0' && p[1] <= '7' && is_digit(p[2]) &&
			strchr(" \t\n:;\"'([<#=|", before) && strchr(" \t\n-:#,;\"')]>\\", behind))
			return (unsigned)(100 * (p[0] - '0') + 10 * (p[1] - '0') + p[2] - '0');
	}
	return 0;
}
