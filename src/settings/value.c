#include "settings/value.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

enum { V4_BITS = 96, ALL_BITS = 128 };

bool
value_is_line(struct str s, uint64_t most)
{
	return s.n > 0 && s.n <= most && text_is_clean(s);
}

bool
value_is_lines(struct str s, uint64_t most)
{
	struct str rest = str_trim(s), line;

	if (rest.n == 0 || rest.n > most)
		return false;
	while (str_line(&rest, &line))
		if (!text_is_clean(str_trim(line)))
			return false;
	return true;
}

static bool
is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool
value_is_name(struct str s, uint64_t most)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_alphanumeric(s.p[i]) && (i == 0 || (s.p[i] != '.' && s.p[i] != '-')))
			return false;
	return s.n > 0 && s.n <= most;
}

static bool
is_url_character(unsigned char c)
{
	return c > 0x20 && c < 0x7f && !strchr("\"<>\\^`{|}", c);
}

bool
value_is_web_url(struct str s, uint64_t most)
{
	size_t scheme = str_starts(s, STR("https://")) ? 8 : str_starts(s, STR("http://")) ? 7 : 0;

	if (scheme == 0 || s.n <= scheme || s.n > most || s.p[scheme] == '/' || s.p[scheme] == ':')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_url_character((unsigned char)s.p[i]) || s.p[i] == '@')
			return false;
	return true;
}

/* A name or address literal and a port; *host is without brackets. */
bool
value_split_host_port(struct str s, struct str *host, struct str *port)
{
	ptrdiff_t close = str_find(s, ']'), colon;

	if (s.n && s.p[0] == '[') {
		if (close < 0)
			return false;
		*host = str_sub(s, 1, (size_t)close - 1);
		s = str_from(s, (size_t)close + 1);
		*port = str_from(s, 1);
		return host->n > 0 && (s.n == 0 || s.p[0] == ':');
	}
	colon = str_find(s, ':');
	*host = colon < 0 ? s : str_sub(s, 0, (size_t)colon);
	*port = colon < 0 ? (struct str){ 0 } : str_from(s, (size_t)colon + 1);
	return host->n > 0 && (colon < 0 || port->n > 0);
}

static bool
is_host_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!is_alphanumeric(c) && c != '.' && c != '-' && c != ':')
			return false;
	}
	return s.n > 0 && s.n <= 253 && s.p[0] != '-' && str_find_str(s, STR("..")) < 0;
}

bool
value_is_host_port(struct str s, uint64_t least)
{
	struct str host, port;
	uint64_t n;

	if (!value_split_host_port(s, &host, &port) || !is_host_text(host))
		return false;
	return port.n == 0 || (str_u64(port, 65535, &n) && n >= least);
}

bool
value_is_relay_url(struct str s)
{
	if (str_starts(s, STR("maildir:")))
		return file_is_plain(str_from(s, 8)) && s.n < 200;
	if (str_starts(s, STR("smtp://")))
		return value_is_host_port(str_from(s, 7), 1);
	return str_starts(s, STR("smtps://")) && value_is_host_port(str_from(s, 8), 1);
}

/* A folder's name is taken as it stands; only what would be another part of a url is not. */
static bool
is_folder(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f || s.p[i] == ';' ||
			s.p[i] == '?' || s.p[i] == '#')
			return false;
	return s.n <= 200;
}

bool
value_is_mailbox_url(struct str s)
{
	static const struct {
		struct str scheme;
		bool folders;
	} schemes[] = { { STR_INIT("imaps://"), true }, { STR_INIT("imap://"), true },
		{ STR_INIT("pop3s://"), false }, { STR_INIT("pop3://"), false } };

	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
		struct str rest = str_from(s, schemes[i].scheme.n), host;
		ptrdiff_t slash = str_find(rest, '/');

		if (!str_starts(s, schemes[i].scheme))
			continue;
		host = slash < 0 ? rest : str_sub(rest, 0, (size_t)slash);
		rest = str_from(rest, host.n);
		return value_is_host_port(host, 1) &&
		       (schemes[i].folders ? is_folder(rest) : rest.n <= 1);
	}
	return false;
}

bool
value_rate(struct str s, struct rate *to)
{
	ptrdiff_t slash = str_find(s, '/');
	struct str unit = str_from(s, slash < 0 ? s.n : (size_t)slash + 1);
	uint64_t n;

	if (slash < 0 || !str_u64(str_sub(s, 0, (size_t)slash), 10000000, &n) || n == 0)
		return false;
	to->count = (uint32_t)n;
	to->span = str_eqz(unit, "s")   ? CLOCK_SECOND
		   : str_eqz(unit, "m") ? 60 * CLOCK_SECOND
		   : str_eqz(unit, "h") ? 3600 * CLOCK_SECOND
					: 0;
	return to->span > 0;
}

bool
value_share(struct str s, double *to)
{
	struct str number = s.n ? str_sub(s, 0, s.n - 1) : s;
	ptrdiff_t point = str_find(number, '.');
	uint64_t whole, part = 0;
	double scale = 1;

	if (!str_ends(s, STR("%")) ||
		!str_u64(point < 0 ? number : str_sub(number, 0, (size_t)point), 100, &whole))
		return false;
	if (point >= 0) {
		struct str digits = str_from(number, (size_t)point + 1);

		if (!str_u64(digits, 999999, &part))
			return false;
		for (size_t i = 0; i < digits.n; i++)
			scale *= 10;
	}
	*to = ((double)whole + (double)part / scale) / 100;
	return *to <= 1;
}

bool
value_minute(struct str s, int *to)
{
	uint64_t hour, minute;

	if (s.n != 5 || s.p[2] != ':' || !str_u64(str_sub(s, 0, 2), 23, &hour) ||
		!str_u64(str_sub(s, 3, 2), 59, &minute))
		return false;
	*to = (int)hour * 60 + (int)minute;
	return true;
}

int
value_word(const char *words, struct str s)
{
	struct str rest = str_of(words), word;

	for (int i = 0; str_split(&rest, '|', &word); i++)
		if (str_eq(word, s))
			return i;
	return -1;
}

/* An IPv4 address is mapped into IPv6. */
static bool
parse_address(struct str s, struct network *out)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	char text[INET6_ADDRSTRLEN];

	if (s.n == 0 || s.n >= sizeof text || str_find(s, '\0') >= 0)
		return false;
	snprintf(text, sizeof text, "%.*s", STR_ARG(s));
	*out = (struct network){ .bits = ALL_BITS };
	if (inet_pton(AF_INET6, text, out->address) == 1)
		return true;
	memcpy(out->address, mapped, sizeof mapped);
	return inet_pton(AF_INET, text, out->address + sizeof mapped) == 1;
}

bool
value_network(struct str s, struct network *out)
{
	ptrdiff_t slash = str_find(s, '/');
	struct str address = slash < 0 ? s : str_sub(s, 0, (size_t)slash);
	unsigned base = str_find(address, ':') < 0 ? V4_BITS : 0;
	uint64_t bits;

	if (!parse_address(address, out))
		return false;
	if (slash < 0)
		return true;
	if (!str_u64(str_from(s, (size_t)slash + 1), ALL_BITS - base, &bits))
		return false;
	out->bits = base + (unsigned)bits;
	return true;
}

struct str
value_url_host(const char *url)
{
	struct str s = str_from(str_of(url), (size_t)(strchr(url, '/') - url) + 2), host = { 0 },
		   port;
	ptrdiff_t slash = str_find(s, '/');

	value_split_host_port(slash < 0 ? s : str_sub(s, 0, (size_t)slash), &host, &port);
	return host;
}

bool
value_is_loopback(struct str host)
{
	struct network net;

	if (str_eqz(host, "::1") || str_ieq(host, STR("localhost")))
		return true;
	/* An address, and no name that begins like one. */
	return str_starts(host, STR("127.")) && str_find(host, '/') < 0 &&
	       value_network(host, &net);
}
