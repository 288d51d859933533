/* doctor_spf.c: the SPF record of the domain that bounces come back to, walked as a receiver does
 * (RFC 7208). */
#include <arpa/inet.h>
#include <string.h>

#include "cmd/doctor.h"
#include "mail/spf.h"

enum { DEPTH = 12, ADDRESSES = 8, EXCHANGERS = 10 };

/* What comes of asking for one address. */
enum verdict {
	PASS = '+',
	FAIL = '-',
	SOFTFAIL = '~',
	NEUTRAL = '?',
	NOTHING = 0, /* it names nobody */
};

struct walk {
	struct doctor *d;
	const uint8_t *address; /* 16 octets; NULL: all of it is walked, to count */
	int lookups, depth;
	int voids;         /* names that a or mx ask for and nobody has (RFC 7208 4.6.4) */
	bool macro;        /* a term depends on more than we know */
	const char *wrong; /* what a receiver would stop at, in words */
	struct err e;
	bool unknown; /* nobody could be asked: e says why */
};

static int walk_domain(struct walk *w, const char *domain, enum verdict *out);

static int
stop(struct walk *w, const char *why)
{
	w->wrong = why;
	return -1;
}

/* -- terms that name addresses --------------------------------------------------------------------- */

/* The address of a name, in 16 octets. */
static bool
read_address(const char *text, uint8_t out[static 16])
{
	memset(out, 0, 16);
	out[10] = out[11] = 0xff;
	return inet_pton(AF_INET, text, out + 12) == 1 || inet_pton(AF_INET6, text, out) == 1;
}

static bool
is_mapped(const uint8_t a[static 16])
{
	static const uint8_t head[12] = { [10] = 0xff, [11] = 0xff };

	return memcmp(a, head, sizeof head) == 0;
}

static int
match_name(struct walk *w, const struct spf_term *t, const char *name, bool *match)
{
	bool four = is_mapped(w->address);
	struct dns_record *r;
	size_t n;
	int got = dns_ask(w->d->dns, four ? DNS_A : DNS_AAAA, name, &w->d->arena, &r, &n, &w->e);

	w->unknown = got < 0;
	for (size_t i = 0; got > 0 && i < n; i++) {
		uint8_t a[16];

		if (read_address(r[i].text.p, a) &&
			spf_covers(a, four ? t->bits4 + 96 : t->bits6, w->address))
			*match = true;
	}
	return got < 0 ? -1 : 0;
}

static int
match_exchangers(struct walk *w, const struct spf_term *t, const char *domain, bool *match)
{
	struct dns_record *r;
	size_t n;
	int got = dns_ask(w->d->dns, DNS_MX, domain, &w->d->arena, &r, &n, &w->e);

	w->unknown = got < 0;
	if (n > EXCHANGERS)
		return stop(w, arena_printf(&w->d->arena,
				       "%s has more than 10 MX, which mx may not", domain));
	for (size_t i = 0; got > 0 && i < n && !*match; i++)
		if (r[i].text.n && match_name(w, t, r[i].text.p, match) < 0)
			return -1;
	return got < 0 ? -1 : 0;
}

/* Nobody's address is asked for: does the name lead anywhere at all? */
static int
count_void(struct walk *w, const struct spf_term *t, const char *domain)
{
	bool mx = t->kind == SPF_MX;
	struct dns_record *r;
	size_t n;
	int got = dns_ask(w->d->dns, mx ? DNS_MX : DNS_A, domain, &w->d->arena, &r, &n, &w->e);

	if (got == 0 && !mx)
		got = dns_ask(w->d->dns, DNS_AAAA, domain, &w->d->arena, &r, &n, &w->e);
	w->unknown = got < 0;
	w->voids += got == 0;
	return got < 0 ? -1 : 0;
}

static int
match_include(struct walk *w, const char *domain, bool *match)
{
	enum verdict v;

	if (walk_domain(w, domain, &v) < 0)
		return -1;
	*match = v == PASS;
	return 0;
}

static int
match_term(struct walk *w, const struct spf_term *t, const char *domain, bool *match)
{
	switch (t->kind) {
	case SPF_ALL:
		*match = w->address != NULL;
		return 0;
	case SPF_IP4:
	case SPF_IP6:
		*match = w->address && spf_covers(t->address, t->bits6, w->address);
		return 0;
	case SPF_INCLUDE:
		return match_include(w, domain, match);
	case SPF_A:
		return w->address ? match_name(w, t, domain, match) : count_void(w, t, domain);
	case SPF_MX:
		return w->address ? match_exchangers(w, t, domain, match)
				  : count_void(w, t, domain);
	case SPF_EXISTS:
	case SPF_PTR:
		w->macro = true;
		return 0;
	case SPF_REDIRECT:
	case SPF_EXP:
	case SPF_OTHER:
		return 0;
	}
	return 0;
}

/* -- a record ------------------------------------------------------------------------------------ */

static int
count_lookup(struct walk *w, const struct spf_term *t)
{
	if (!spf_costs(t) || ++w->lookups <= SPF_LOOKUPS)
		return 0;
	return w->address ? stop(w, "it asks for more than 10 lookups") : 0;
}

static int
walk_terms(struct walk *w, const struct spf *s, const char *domain, enum verdict *out)
{
	const struct spf_term *redirect = NULL;

	*out = NOTHING;
	for (size_t i = 0; i < s->count; i++) {
		const struct spf_term *t = &s->terms[i];
		const char *of = t->domain.n ? arena_strz(&w->d->arena, t->domain) : domain;
		bool match = false;

		if (t->kind == SPF_REDIRECT) {
			redirect = t;
			continue;
		}
		if (count_lookup(w, t) < 0)
			return -1;
		if (spf_is_macro(t))
			w->macro = true;
		else if (match_term(w, t, of, &match) < 0)
			return -1;
		if (match) {
			*out = (enum verdict)t->qualifier;
			return 0;
		}
	}
	if (!redirect || spf_all(s))
		return 0;
	if (count_lookup(w, redirect) < 0)
		return -1;
	return walk_domain(w, arena_strz(&w->d->arena, redirect->domain), out);
}

/* -1: it cannot be walked to its end; why, in w->wrong or (unknown) w->e. */
static int
walk_domain(struct walk *w, const char *domain, enum verdict *out)
{
	struct arena *a = &w->d->arena;
	struct str text, bad;
	const char *why;
	struct spf s;
	size_t n;
	int got, status;

	if (++w->depth > DEPTH)
		return stop(w, arena_printf(a, "its includes go round in a circle, at %s", domain));
	got = doctor_find_text(w->d, domain, spf_is_record, &text, &n, &w->e);
	w->unknown = got < 0;
	if (got < 0)
		return -1;
	if (n != 1)
		return stop(
			w, arena_printf(a, "%s has %zu SPF records, and one is needed", domain, n));
	if (!spf_read(text, &s, &bad, &why))
		return stop(w, arena_printf(a, "%s: '%.*s' is %s", domain, STR_ARG(bad), why));
	status = walk_terms(w, &s, domain, out);
	w->depth--;
	return status;
}

/* -- what is said of it ----------------------------------------------------------------------------- */

#define WRITE_ONE "publish one, as in \"v=spf1 a mx ip4:192.0.2.1 -all\" with your relays in it"

static void
say_wrong(struct doctor *d, const struct walk *w)
{
	doctor_note(d, DOCTOR_SPF, w->unknown ? DOCTOR_UNKNOWN : DOCTOR_FAIL);
	if (w->unknown)
		doctor_say_unknown(d, "spf", &w->e);
	else
		doctor_say(d, DOCTOR_FAIL, "spf", w->wrong,
			"receivers take that for no SPF at all: mend the record");
}

/* How it ends for everybody else: by its own all, or that of whom it redirects to. */
static void
say_all(struct doctor *d, const char *domain, const struct spf *s)
{
	const struct spf_term *all = spf_all(s);
	bool redirects = false;

	for (size_t i = 0; i < s->count; i++)
		redirects = redirects || s->terms[i].kind == SPF_REDIRECT;
	if (!all && !redirects)
		doctor_sayf(d, DOCTOR_WARN, "spf", "end it with -all or ~all",
			"%s: the record has no all, so it forbids nobody to use your name", domain);
	if (all && all->qualifier == '+')
		doctor_sayf(d, DOCTOR_FAIL, "spf", "end it with -all or ~all",
			"%s: +all allows everybody on earth to use your name", domain);
	if (all && all->qualifier == '?')
		doctor_sayf(d, DOCTOR_WARN, "spf", "end it with -all or ~all",
			"%s: ?all forbids nobody to use your name", domain);
	doctor_note(d, DOCTOR_SPF, all && all->qualifier == '+' ? DOCTOR_FAIL : DOCTOR_OK);
}

static void
look_at_record(struct doctor *d, const char *domain)
{
	struct walk w = { .d = d };
	struct str text, bad;
	enum verdict v;
	const char *why;
	struct spf s;
	size_t n;

	if (walk_domain(&w, domain, &v) < 0) {
		say_wrong(d, &w);
		return;
	}
	if (w.lookups > SPF_LOOKUPS) {
		doctor_note(d, DOCTOR_SPF, DOCTOR_FAIL);
		doctor_sayf(d, DOCTOR_FAIL, "spf", "take includes out that you do not need",
			"%s: %d lookups, and receivers stop at %d", domain, w.lookups, SPF_LOOKUPS);
		return;
	}
	if (w.voids > SPF_VOIDS) {
		doctor_note(d, DOCTOR_SPF, DOCTOR_FAIL);
		doctor_sayf(d, DOCTOR_FAIL, "spf", "take names out that are gone",
			"%s: %d of its names have no address, and receivers stop at %d", domain,
			w.voids, SPF_VOIDS + 1);
		return;
	}
	doctor_sayf(d, DOCTOR_OK, "spf", "", "%s: a record, of %d lookup%s (%d may be)", domain,
		w.lookups, w.lookups == 1 ? "" : "s", SPF_LOOKUPS);
	if (doctor_find_text(d, domain, spf_is_record, &text, &n, &w.e) == 1 &&
		spf_read(text, &s, &bad, &why))
		say_all(d, domain, &s);
}

/* -- relays ------------------------------------------------------------------------------------- */

static void
say_covered(struct doctor *d, const char *relay, struct str address, const struct walk *w,
	enum verdict v)
{
	/* What the relay's name resolves to need not be what it sends from. */
	if (v == PASS)
		doctor_sayf(d, DOCTOR_OK, "spf", "", "%s may send for %s: %.*s", relay,
			doctor_bounce_domain(d), STR_ARG(address));
	else
		doctor_sayf(d, DOCTOR_WARN, "spf",
			"name it in the record, unless it sends from other addresses",
			"%s (%.*s) is not among those who may send for %s%s", relay,
			STR_ARG(address), doctor_bounce_domain(d),
			w->macro ? ", as far as can be told" : "");
}

static void
look_at_address(struct doctor *d, const char *relay, struct str address)
{
	uint8_t octets[16];
	struct walk w = { .d = d, .address = octets };
	enum verdict v;

	if (!read_address(address.p, octets))
		return;
	if (walk_domain(&w, doctor_bounce_domain(d), &v) == 0)
		say_covered(d, relay, address, &w, v);
	else
		say_wrong(d, &w);
}

static void
look_at_relay(struct doctor *d, const struct settings_relay *relay)
{
	struct str addresses[ADDRESSES];
	const char *why = NULL;
	size_t n = doctor_relay_addresses(d, relay, addresses, ADDRESSES, &why);

	for (size_t i = 0; i < n; i++)
		look_at_address(d, relay->url, addresses[i]);
	if (n == 0 && why)
		doctor_sayf(d, DOCTOR_OK, "spf", "",
			"%s: %s, so which address mail comes from is "
			"not known here",
			relay->url, why);
}

void
doctor_look_at_spf(struct doctor *d)
{
	const struct settings *s = &d->p->settings;
	const char *domain = doctor_bounce_domain(d);
	struct err e;
	struct str text;
	size_t n;
	int got = doctor_find_text(d, domain, spf_is_record, &text, &n, &e);

	if (got < 0) {
		doctor_say_unknown(d, "spf", &e);
		return;
	}
	if (got == 0) {
		doctor_note(d, DOCTOR_SPF, DOCTOR_FAIL);
		doctor_sayf(d, DOCTOR_FAIL, "spf", WRITE_ONE, "%s has no SPF record", domain);
		return;
	}
	look_at_record(d, domain);
	for (size_t i = 0; d->facts[DOCTOR_SPF] == DOCTOR_OK && i < s->relay_count; i++)
		look_at_relay(d, &s->relays[i]);
}
