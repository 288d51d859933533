#include "compose/link.h"

#include <string.h>

/* Parameters that shops and senders of mail put behind addresses; the name, or how it begins. */
static const struct {
	const char *name;
	bool begins;
} tracking[] = {
	{ "utm_", true },
	{ "mc_", true },
	{ "_hs", true },
	{ "pk_", true },
	{ "mtm_", true },
	{ "fbclid", false },
	{ "gclid", false },
	{ "dclid", false },
	{ "msclkid", false },
	{ "yclid", false },
	{ "twclid", false },
	{ "igshid", false },
	{ "igsh", false },
	{ "mkt_tok", false },
	{ "vero_id", false },
	{ "oly_enc_id", false },
	{ "ref_src", false },
	{ "trk", false },
};

bool
link_tracks(struct str url)
{
	ptrdiff_t query = str_find(url, '?'), fragment = str_find(url, '#');
	struct str rest = str_sub(url, 0, fragment < 0 ? url.n : (size_t)fragment), piece, name;

	if (query < 0)
		return false;
	rest = str_from(rest, (size_t)query + 1);
	while (str_split(&rest, '&', &piece)) {
		if (!str_split(&piece, '=', &name))
			continue;
		for (size_t i = 0; i < sizeof tracking / sizeof tracking[0]; i++)
			if (str_ieq(tracking[i].begins ? str_sub(name, 0, strlen(tracking[i].name))
						       : name,
				    str_of(tracking[i].name)))
				return true;
	}
	return false;
}

struct str
link_authority(struct str url)
{
	ptrdiff_t at = str_find_str(url, STR("://"));
	size_t n = 0;

	if (at < 0)
		return (struct str){ 0 };
	url = str_from(url, (size_t)at + 3);
	while (n < url.n && !strchr("/?#", url.p[n]))
		n++;
	return str_sub(url, 0, n);
}

bool
link_is_short(struct str url)
{
	static const char *const hosts[] = { "bit.ly", "t.co", "tinyurl.com", "goo.gl", "ow.ly",
		"is.gd", "buff.ly", "lnkd.in", "rb.gy", "cutt.ly", "shorturl.at", "tiny.cc" };
	struct str host = link_authority(url);

	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
		if (str_ieq(host, str_of(hosts[i])))
			return true;
	return false;
}

static bool
is_digits(struct str host)
{
	for (size_t i = 0; i < host.n; i++)
		if (!strchr("0123456789.", host.p[i]))
			return false;
	return true;
}

bool
link_is_odd(struct str url)
{
	struct str host = link_authority(url);

	return host.n > 0 &&
	       (str_find(host, '@') >= 0 || str_find(host, ':') >= 0 || str_find(host, '.') <= 0 ||
		       is_digits(host) || str_ends(host, STR(".local")) ||
		       str_ends(host, STR(".localhost")) || str_ends(host, STR(".internal")) ||
		       str_ends(host, STR(".lan")));
}

static bool
has_any(struct str s, const char *const *needles, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_find_str(s, str_of(needles[i])) >= 0)
			return true;
	return false;
}

bool
link_is_mistyped(struct str url)
{
	/* No-break blank, zero-width blanks, “ ” ‘ ’ „ … and the ideographic stop and comma. */
	static const char *const slips[] = { "%C2%A0", "%E2%80%8B", "%E2%80%98", "%E2%80%99",
		"%E2%80%9C", "%E2%80%9D", "%E2%80%9E", "%E2%80%A6", "%E3%80%81", "%E3%80%82" };

	if (str_starts(url, STR("mailto:")) || str_starts(url, STR("tel:"))) {
		ptrdiff_t query = str_find(url, '?');

		return str_find(str_sub(url, 0, query < 0 ? url.n : (size_t)query), '%') >= 0;
	}
	return str_find(link_authority(url), '%') >= 0 ||
	       has_any(url, slips, sizeof slips / sizeof slips[0]);
}

bool
link_next(struct str *rest, struct str *url)
{
	static const struct str http = STR_INIT("http");
	ptrdiff_t at;
	size_t n = 0;

	while ((at = str_find_str(*rest, http)) >= 0) {
		*rest = str_from(*rest, (size_t)at);
		if (str_starts(*rest, STR("https://")) || str_starts(*rest, STR("http://")))
			break;
		*rest = str_from(*rest, http.n);
	}
	if (at < 0)
		return false;
	while (n < rest->n && (unsigned char)rest->p[n] > ' ' && !strchr("<>\"", rest->p[n]))
		n++;
	*url = str_sub(*rest, 0, n);
	*rest = str_from(*rest, n);
	while (url->n && strchr(".,;:!?)]}'*_`", url->p[url->n - 1]))
		url->n--;
	return true;
}
