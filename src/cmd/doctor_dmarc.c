/* doctor_dmarc.c: which policy is in force for From, and what is aligned with it (RFC 9989). */
#include <string.h>

#include "cmd/doctor.h"

enum { STEPS = 8 };

/* What walking up from a domain has found. */
struct climb {
	struct dmarc record; /* the one that counts: its own, or its organisation's */
	bool found, own;
	struct str organisation;
};

/* One step: 1 when this name ends the climb. */
static int
step(struct doctor *d, struct str domain, bool first, struct climb *c, struct str *below,
	struct err *e)
{
	struct dmarc record;
	struct str text;
	const char *why;
	size_t n;
	int got = doctor_find_text(d, arena_printf(&d->arena, "_dmarc.%.*s", STR_ARG(domain)),
		dmarc_is_record, &text, &n, e);

	if (got < 0)
		return -1;
	/* More than one counts as none (RFC 9989 4.10). */
	if (got == 1 && n == 1 && dmarc_read(text, &record, &why)) {
		if (record.psd == 'y' && !first) {
			c->organisation = *below;
			return 1;
		}
		if (!c->own)
			c->record = record;
		c->own = c->own || first;
		c->found = true;
		c->organisation = domain;
		if (record.psd == 'n')
			return 1;
	}
	*below = domain;
	return 0;
}

static int
climb(struct doctor *d, const char *from, struct climb *c, struct err *e)
{
	struct str domain = str_of(from), below = domain;
	int ended = 0;

	*c = (struct climb){ .organisation = domain };
	for (int i = 0; i < STEPS && domain.n && !ended; i++) {
		ended = step(d, domain, i == 0, c, &below, e);
		if (ended < 0)
			return -1;
		domain = dmarc_parent(domain);
	}
	return 0;
}

/* -- what is said of it --------------------------------------------------------------------------- */

static void
say_record(struct doctor *d, const struct climb *c)
{
	const char *domain = doctor_from_domain(d);

	if (!c->found) {
		doctor_note(d, DOCTOR_DMARC, DOCTOR_FAIL);
		doctor_sayf(d, DOCTOR_FAIL, "dmarc",
			"publish one at _dmarc: \"v=DMARC1; p=none; rua=mailto:you@your.domain\" "
			"to "
			"begin with",
			"%s has no DMARC record, and neither has a domain above it", domain);
		return;
	}
	d->policy = c->own ? c->record.policy : c->record.below;
	d->enforced = d->policy != DMARC_NONE && !c->record.testing;
	doctor_note(d, DOCTOR_DMARC, DOCTOR_OK);
	doctor_sayf(d, DOCTOR_OK, "dmarc", "", "%s: p=%s%s%s", domain, dmarc_policy_name(d->policy),
		c->own ? "" : ", of a domain above it", c->record.testing ? ", as a test" : "");
	if (!c->record.reports)
		doctor_say(d, DOCTOR_WARN, "dmarc", "it asks for no reports",
			"add rua=mailto:..., or you never hear who uses your name");
}

/* The record itself is broken: that is worth more words than "none". */
static bool
say_broken(struct doctor *d)
{
	const char *name = arena_printf(&d->arena, "_dmarc.%s", doctor_from_domain(d));
	struct dmarc record;
	struct str text;
	const char *why = "";
	struct err e;
	size_t n;

	if (doctor_find_text(d, name, dmarc_is_record, &text, &n, &e) != 1)
		return false;
	if (n == 1 && dmarc_read(text, &record, &why))
		return false;
	doctor_note(d, DOCTOR_DMARC, DOCTOR_FAIL);
	doctor_sayf(d, DOCTOR_FAIL, "dmarc", "mend it: until then it counts as none", "%s: %s",
		name, n > 1 ? "more than one record" : why);
	return true;
}

static int
is_aligned(
	struct doctor *d, const struct climb *from, const char *other, bool strict, struct err *e)
{
	struct climb c;

	if (climb(d, other, &c, e) < 0)
		return -1;
	return dmarc_aligned(str_of(doctor_from_domain(d)), str_of(other), from->organisation,
		c.organisation, strict);
}

/* One kind of alignment with one domain: true when it holds. */
static bool
say_aligned(struct doctor *d, const struct climb *from, const char *what, const char *other,
	bool strict, bool *known)
{
	struct err e;
	int got = is_aligned(d, from, other, strict, &e);

	*known = *known && got >= 0;
	if (got < 0)
		doctor_say_unknown(d, "alignment", &e);
	else if (got)
		doctor_sayf(d, DOCTOR_OK, "alignment", "", "%s: %s goes with From, which is at %s",
			what, other, doctor_from_domain(d));
	else
		doctor_sayf(d, DOCTOR_WARN, "alignment",
			strict ? "use that very domain, or let adkim and aspf be relaxed"
			       : "use From's domain, or one below it",
			"%s: %s does not go with From, which is at %s", what, other,
			doctor_from_domain(d));
	return got > 0;
}

static void
look_at_alignment(struct doctor *d, const struct climb *from)
{
	const struct settings *s = &d->p->settings;
	bool known = true, dkim = false, spf;

	for (size_t i = 0; i < s->dkim_count; i++)
		dkim |= say_aligned(
			d, from, "DKIM", s->dkim[i].domain, from->record.strict_dkim, &known);
	spf = say_aligned(d, from, "SPF", doctor_bounce_domain(d), from->record.strict_spf, &known);
	if (dkim || spf)
		doctor_note(d, DOCTOR_ALIGNED, dkim ? DOCTOR_OK : DOCTOR_WARN);
	else if (known)
		doctor_note(d, DOCTOR_ALIGNED, DOCTOR_FAIL);
	if (known && !dkim && !spf)
		doctor_say(d, DOCTOR_FAIL, "alignment", "neither DKIM nor SPF goes with From",
			"big mailboxes refuse such mail: sign for From's domain");
}

void
doctor_look_at_dmarc(struct doctor *d)
{
	struct climb c;
	struct err e;

	if (climb(d, doctor_from_domain(d), &c, &e) < 0) {
		doctor_say_unknown(d, "dmarc", &e);
		return;
	}
	if (!say_broken(d))
		say_record(d, &c);
	look_at_alignment(d, &c);
}
