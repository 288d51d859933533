/* doctor_names.c: the other names that receivers ask for: MX, PTR, MTA-STS, BIMI. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "cmd/doctor.h"
#include "mail/tags.h"
#include "net/http.h"
#include "settings/value.h"

enum { ADDRESSES = 8 };

/* -- addresses ---------------------------------------------------------------------------------- */

static bool
is_public(const char *text)
{
	struct sockaddr_in four = { .sin_family = AF_INET };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, text, &four.sin_addr) == 1)
		return http_address_is_public((const struct sockaddr *)&four);
	return inet_pton(AF_INET6, text, &six.sin6_addr) == 1 &&
	       http_address_is_public((const struct sockaddr *)&six);
}

static bool
is_address(const char *text)
{
	uint8_t any[16];

	return inet_pton(AF_INET, text, any) == 1 || inet_pton(AF_INET6, text, any) == 1;
}

/* Those of a name, IPv4 before IPv6: how many, or -1. */
static int
ask_addresses(struct doctor *d, const char *name, struct str *out, size_t most, struct err *e)
{
	size_t count = 0;

	for (int type = DNS_A; type <= DNS_AAAA; type++) {
		struct dns_record *r;
		size_t n;

		if (dns_ask(d->dns, (enum dns_type)type, name, &d->arena, &r, &n, e) < 0)
			return -1;
		for (size_t i = 0; i < n && count < most; i++)
			out[count++] = r[i].text;
	}
	return (int)count;
}

size_t
doctor_relay_addresses(struct doctor *d, const struct settings_relay *relay, struct str *out,
	size_t most, const char **why)
{
	const char *host = arena_strz(&d->arena, value_url_host(relay->url));
	struct err e;
	size_t kept = 0;
	int n = 1;

	if (str_starts(str_of(relay->url), STR("maildir:")))
		return 0;
	if (is_address(host))
		out[0] = str_of(host);
	else
		n = ask_addresses(d, host, out, most, &e);
	*why = n < 0    ? arena_printf(&d->arena, "%s", e.text)
	       : n == 0 ? "its name has no address"
			: "it stands in a network of your own";
	for (int i = 0; i < n; i++)
		if (is_public(out[i].p))
			out[kept++] = out[i];
	return kept;
}

/* -- MX ------------------------------------------------------------------------------------------ */

/* Can mail be sent to this domain? The level, and in *words why. */
static enum doctor_level
judge_mx(struct doctor *d, const char *domain, const char **words)
{
	struct str addresses[ADDRESSES];
	struct dns_record *mx;
	struct err e = { 0 };
	size_t n;
	int got = dns_ask(d->dns, DNS_MX, domain, &d->arena, &mx, &n, &e), found = 0;

	for (size_t i = 0; i < n && found == 0; i++)
		found = mx[i].text.n ? ask_addresses(d, mx[i].text.p, addresses, ADDRESSES, &e) : 0;
	if (got == 0)
		found = ask_addresses(d, domain, addresses, ADDRESSES, &e);
	*words = got < 0 || found < 0      ? arena_printf(&d->arena, "not known: %s", e.text)
		 : n == 1 && !mx[0].text.n ? "takes no mail, its MX says"
		 : found == 0 ? n ? "has MX records, and none of those names has an address"
				  : "has no MX record, and no address either"
		 : n == 0
			 ? "has no MX record; some take its address instead"
			 : arena_printf(&d->arena, "mail for it goes to %.*s", STR_ARG(mx[0].text));
	return got < 0 || found < 0 ? DOCTOR_UNKNOWN
	       : found == 0         ? DOCTOR_FAIL
	       : n == 0             ? DOCTOR_WARN
				    : DOCTOR_OK;
}

static enum doctor_level
say_mx(struct doctor *d, const char *domain, const char *remedy)
{
	const char *words;
	enum doctor_level level = judge_mx(d, domain, &words);

	doctor_sayf(d, level, "mx", level == DOCTOR_OK ? "" : remedy, "%s: %s", domain, words);
	return level;
}

void
doctor_look_at_mx(struct doctor *d)
{
	const char *bounce = doctor_bounce_domain(d), *from = doctor_from_domain(d);
	enum doctor_level level;

	level = say_mx(d, bounce, "bounces come back to it: publish an MX that takes them");
	if (strcmp(bounce, from) != 0)
		level = say_mx(d, from, "readers answer to it: publish an MX");
	doctor_note(d, DOCTOR_REPLIES, level);
}

/* -- PTR ----------------------------------------------------------------------------------------- */

/* Does one of the names lead back to the address (RFC 8601 3, iprev)? */
static bool
leads_back(struct doctor *d, const struct dns_record *names, size_t n, struct str address,
	struct str *name, struct err *e)
{
	struct str addresses[ADDRESSES];

	for (size_t i = 0; i < n; i++) {
		int found = names[i].text.n
				    ? ask_addresses(d, names[i].text.p, addresses, ADDRESSES, e)
				    : 0;

		*name = names[i].text;
		for (int k = 0; k < found; k++)
			if (str_ieq(addresses[k], address))
				return true;
	}
	return false;
}

static void
look_at_pointer(struct doctor *d, const char *relay, struct str address)
{
	struct str name = { 0 };
	struct dns_record *names;
	struct err e = { 0 };
	size_t n;
	int got = dns_ask(
		d->dns, DNS_PTR, dns_reverse(address.p, &d->arena), &d->arena, &names, &n, &e);
	bool good = got == 1 && leads_back(d, names, n, address, &name, &e);

	if (got < 0 || (!good && e.code)) {
		doctor_say_unknown(d, "ptr", &e);
		return;
	}
	doctor_note(d, DOCTOR_PTR, good ? DOCTOR_OK : DOCTOR_FAIL);
	if (got == 0)
		doctor_sayf(d, DOCTOR_FAIL, "ptr", "whoever gives out the address can name it",
			"%s: %.*s has no name, and Gmail refuses mail from such", relay,
			STR_ARG(address));
	else if (!good)
		doctor_sayf(d, DOCTOR_FAIL, "ptr", "let the name have that address",
			"%s: %.*s is named %.*s, which does not lead back to it", relay,
			STR_ARG(address), STR_ARG(name));
	else
		doctor_sayf(d, DOCTOR_OK, "ptr", "", "%s: %.*s is %.*s, and back", relay,
			STR_ARG(address), STR_ARG(name));
}

void
doctor_look_at_ptr(struct doctor *d)
{
	const struct settings *s = &d->p->settings;

	for (size_t i = 0; i < s->relay_count; i++) {
		struct str addresses[ADDRESSES];
		const char *why;
		size_t n = doctor_relay_addresses(d, &s->relays[i], addresses, ADDRESSES, &why);

		for (size_t k = 0; k < n; k++)
			look_at_pointer(d, s->relays[i].url, addresses[k]);
	}
}

/* -- what is optional ---------------------------------------------------------------------------- */

static bool
is_mta_sts(struct str text)
{
	return tags_has_version(text, "v=STSv1");
}

static bool
is_bimi(struct str text)
{
	return tags_has_version(text, "v=BIMI1");
}

/* 1 there is one, and what it says in *t; else it was said what there is instead. */
static int
find_optional(struct doctor *d, const char *what, const char *name, bool (*is_record)(struct str),
	const char *absent, struct tags *t)
{
	struct str text;
	struct err e;
	size_t n;
	int got = doctor_find_text(d, name, is_record, &text, &n, &e);

	if (got < 0)
		doctor_say_unknown(d, what, &e);
	else if (got == 0)
		doctor_sayf(d, DOCTOR_OK, what, "", "%s: none; %s", name, absent);
	else if (n > 1 || !tags_read(text, t))
		doctor_sayf(d, DOCTOR_WARN, what, "mend it, or take it out", "%s: %s", name,
			n > 1 ? "more than one record counts as none" : "it is no list of tags");
	return got == 1 && n == 1 && t->count;
}

void
doctor_look_at_mta_sts(struct doctor *d)
{
	const char *name = arena_printf(&d->arena, "_mta-sts.%s", doctor_bounce_domain(d));
	struct tags t = { 0 };

	if (find_optional(d, "mta-sts", name, is_mta_sts,
		    "it would keep the mail that comes back from being read on its way", &t) != 1)
		return;
	if (!tags_find(&t, "id"))
		doctor_sayf(d, DOCTOR_WARN, "mta-sts", "add id=, and a new one at each change",
			"%s: it has no id", name);
	else
		doctor_sayf(d, DOCTOR_OK, "mta-sts", "", "%s: there", name);
}

static bool
is_svg_url(const struct str *s)
{
	return s && str_starts(*s, STR("https://"));
}

void
doctor_look_at_bimi(struct doctor *d)
{
	const char *name = arena_printf(&d->arena, "default._bimi.%s", doctor_from_domain(d));
	struct tags t = { 0 };

	if (find_optional(
		    d, "bimi", name, is_bimi, "it would show your sign beside your mail", &t) != 1)
		return;
	if (!is_svg_url(tags_find(&t, "l")))
		doctor_sayf(d, DOCTOR_WARN, "bimi", "l= is the https:// address of an SVG",
			"%s: it names no picture", name);
	else if (!d->enforced)
		doctor_sayf(d, DOCTOR_WARN, "bimi", "let DMARC say p=quarantine or p=reject",
			"%s: nobody shows it while DMARC's policy is not in force", name);
	else
		doctor_sayf(d, DOCTOR_OK, "bimi", "", "%s: there%s", name,
			tags_find(&t, "a") && tags_find(&t, "a")->n
				? ""
				: ", without a certificate, which Gmail wants");
}
