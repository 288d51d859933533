#include "mail/address.h"

#include <idn2.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { LOCAL = 64, WHOLE = 254, DOMAIN = 253, LABEL = 63 };

/* RFC 5322 3.2.3: atext. */
static bool
is_atext(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* Variation selectors: they change no letter's meaning, and make two addresses that look the same.
 * In a domain IDNA takes them out. */
static bool
has_selector(struct str s)
{
	while (s.n) {
		uint32_t c;
		size_t n = text_char(s, &c);

		if ((c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef) ||
			(c >= 0x180b && c <= 0x180f))
			return true;
		s = str_from(s, n ? n : 1);
	}
	return false;
}

/* Controls, blanks and characters that hide: they have no place in an address, quoted or not. */
static const char *
check_characters(struct str s)
{
	struct arena a = { 0 };
	bool clean;

	if (!text_is_utf8(s))
		return "bytes that are no UTF-8";
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= 0x20 || s.p[i] == 0x7f)
			return "a control character or blank";
	if (text_is_ascii(s))
		return NULL;
	/* text_clean also composes; compare with the composed form, so that only what it takes away
	 * counts. */
	clean = str_eq(text_nfc(s, &a), text_clean(s, &a));
	arena_free(&a);
	return clean ? NULL : "a control, invisible or blank character";
}

static const char *
check_local(struct str s)
{
	if (s.n == 0)
		return "nothing before the @";
	if (s.n > LOCAL)
		return "more than 64 octets before the @";
	if (s.p[0] == '.' || s.p[s.n - 1] == '.')
		return "a dot at an end of the local part";
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '.' && s.p[i + 1] == '.')
			return "two dots in a row in the local part";
		if (c == '"')
			return "a quoted local part, which is not taken";
		if (c == '(' || c == ')')
			return "a comment, which is not taken";
		if (c != '.' && c < 0x80 && !is_atext(c))
			return "a character that a local part may not have unquoted";
	}
	return has_selector(s) ? "an invisible character before the @" : NULL;
}

/* Letters, digits and hyphens; the whole in lower case A-labels. */
static const char *
check_label(struct str s)
{
	if (s.n == 0)
		return "an empty label in the domain";
	if (s.n > LABEL)
		return "a label of more than 63 octets in the domain";
	if (s.p[0] == '-' || s.p[s.n - 1] == '-')
		return "a label that begins or ends with a hyphen";
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
			return "a character that a host name may not have";
	}
	return NULL;
}

static bool
is_numeric(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

static const char *
check_domain(struct str s)
{
	struct str rest = s, label = { 0 };
	const char *why;
	size_t labels = 0;

	/* Characters that IDNA maps to nothing may have been all of it. */
	if (s.n == 0)
		return "nothing behind the @";
	if (s.n > DOMAIN)
		return "a domain of more than 253 octets";
	if (s.p[s.n - 1] == '.')
		return "a dot at the end";
	while (str_split(&rest, '.', &label)) {
		why = check_label(label);
		if (why)
			return why;
		labels++;
	}
	if (labels < 2)
		return "a domain without a dot";
	/* RFC 3696 2: an address of numbers only is no name. */
	return is_numeric(label) ? "a top-level domain of digits" : NULL;
}

static struct str
keep(char *made, struct arena *a)
{
	struct str s = arena_str(a, str_of(made));

	idn2_free(made);
	return s;
}

/* Did it go well? Memory that is out is nothing that an address is to be blamed for. */
static bool
is_idn_ok(int code)
{
	if (code == IDN2_MALLOC)
		mem_out();
	return code == IDN2_OK;
}

/*
 * To A-labels by IDNA 2008 with UTS 46's mapping, as browsers do. A label that says it is an
 * A-label must be one: it is decoded and encoded again.
 */
static const char *
to_ascii(struct str domain, struct arena *a, struct str *out)
{
	int flags = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL | IDN2_USE_STD3_ASCII_RULES;
	char *ascii = NULL, *back = NULL;
	char *given;

	/* Nearly all are plain: then there is nothing to map. "--" may be the mark of something. */
	if (text_is_ascii(domain) && str_find_str(domain, STR("--")) < 0) {
		*out = text_lower(domain, a);
		return NULL;
	}
	given = arena_strz(a, domain);
	if (!is_idn_ok(idn2_to_ascii_8z(given, &ascii, flags)))
		return "a domain that IDNA 2008 does not allow";
	*out = text_lower(keep(ascii, a), a);
	if (str_find_str(*out, STR("xn--")) < 0)
		return NULL;
	if (!is_idn_ok(idn2_to_unicode_8z8z(out->p, &back, 0)))
		return "an xn-- label that is none";
	given = arena_strz(a, str_of(back));
	idn2_free(back);
	if (!is_idn_ok(idn2_to_ascii_8z(given, &ascii, flags)))
		return "an xn-- label that is none";
	return str_eq(keep(ascii, a), *out) ? NULL : "an xn-- label that is not in its one form";
}

static struct str
to_shown(struct str local, struct str ascii, struct arena *a)
{
	char *back = NULL;
	struct str domain = ascii;

	if (str_find_str(ascii, STR("xn--")) >= 0 &&
		is_idn_ok(idn2_to_unicode_8z8z(ascii.p, &back, 0)))
		domain = keep(back, a);
	return str_of(arena_printf(a, "%.*s@%.*s", STR_ARG(local), STR_ARG(domain)));
}

static const char *
read_domain(struct str domain, struct arena *a, struct str *ascii)
{
	const char *why;

	if (str_find(domain, '@') >= 0)
		return "more than one @";
	if (domain.n == 0)
		return "nothing behind the @";
	if (domain.p[0] == '[')
		return "an address literal, which is not taken";
	if (text_is_ascii(domain)) {
		/* Said plainly before IDNA says it in its way. */
		why = check_domain(text_lower(domain, a));
		if (why)
			return why;
	}
	why = to_ascii(domain, a, ascii);
	return why ? why : check_domain(*ascii);
}

static const char *
parse(struct str s, struct arena *a, struct address *out)
{
	ptrdiff_t at = str_find(s, '@');
	struct str local, domain, ascii;
	const char *why = check_characters(s);

	if (why)
		return why;
	if (s.n == 0)
		return "nothing";
	if (s.n > 4 * WHOLE)
		return "more than 254 octets";
	if (at < 0)
		return "no @";
	local = str_sub(s, 0, (size_t)at);
	domain = str_from(s, (size_t)at + 1);
	why = check_local(local);
	if (why)
		return why;
	why = read_domain(domain, a, &ascii);
	if (why)
		return why;
	local = text_nfc(local, a);
	if (local.n > LOCAL)
		return "more than 64 octets before the @";
	out->envelope = str_of(arena_printf(a, "%.*s@%.*s", STR_ARG(local), STR_ARG(ascii)));
	if (out->envelope.n > WHOLE)
		return "more than 254 octets";
	out->domain = str_from(out->envelope, local.n + 1);
	out->shown = to_shown(local, ascii, a);
	out->key = text_fold(out->envelope, a);
	out->smtputf8 = !text_is_ascii(local);
	return NULL;
}

enum address_verdict
address_parse(struct str s, struct arena *a, struct address *out, const char **why)
{
	struct address parsed;
	const char *wrong = parse(s, a, &parsed);

	if (wrong) {
		*why = wrong;
		return ADDRESS_BAD;
	}
	*out = parsed;
	return parsed.smtputf8 ? ADDRESS_SMTPUTF8 : ADDRESS_OK;
}

bool
address_is_envelope(struct str s)
{
	ptrdiff_t at = str_find(s, '@');

	if (at <= 0 || s.n > WHOLE || (size_t)at + 1 >= s.n)
		return false;
	return !check_characters(s) && !check_local(str_sub(s, 0, (size_t)at)) &&
	       !check_domain(str_from(s, (size_t)at + 1));
}
