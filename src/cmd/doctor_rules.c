/* doctor_rules.c: what Gmail, Yahoo and Outlook ask of who sends much mail, one line a rule. */
#include <string.h>

#include "cmd/doctor.h"

/* Mail from them is theirs to send: their DMARC record has it refused. */
static const char *const free_mail[] = { "gmail.com", "googlemail.com", "yahoo.com", "aol.com",
	"outlook.com", "hotmail.com", "live.com", "msn.com", "icloud.com", "me.com", "gmx.de",
	"gmx.net", "web.de", "mail.ru", "yandex.ru", "proton.me", "protonmail.com" };

/* A rule that one of the looks has judged. */
static const struct {
	enum doctor_fact fact;
	const char *who, *rule, *remedy;
} judged[] = {
	{ DOCTOR_SPF, "Gmail, Yahoo, Outlook", "SPF passes for the envelope's sender",
		"see spf above" },
	{ DOCTOR_DKIM, "Gmail, Yahoo, Outlook", "a DKIM signature passes", "see dkim above" },
	{ DOCTOR_DMARC, "Gmail, Yahoo, Outlook", "DMARC is published, p=none at least",
		"see dmarc above" },
	{ DOCTOR_ALIGNED, "Gmail, Yahoo, Outlook", "From goes with DKIM or SPF",
		"see alignment above" },
	{ DOCTOR_PTR, "Gmail, Yahoo", "the sending address has a name that leads back to it",
		"see ptr above; where your relay hands mail over, ask who runs it" },
	{ DOCTOR_TLS, "Gmail", "mail is handed over by TLS", "let relays have tls: required" },
	{ DOCTOR_REPLIES, "Outlook", "From can be answered", "see mx above" },
};

static void
say_judged(struct doctor *d)
{
	for (size_t i = 0; i < sizeof judged / sizeof judged[0]; i++) {
		enum doctor_level level = d->facts[judged[i].fact];

		doctor_sayf(d, level, "rules", level == DOCTOR_OK ? "" : judged[i].remedy,
			"%s: %s%s", judged[i].who, judged[i].rule,
			level == DOCTOR_UNKNOWN ? ": not known here"
			: level == DOCTOR_FAIL  ? ": no"
						: "");
	}
}

static bool
is_free_mail(const char *domain)
{
	for (size_t i = 0; i < sizeof free_mail / sizeof free_mail[0]; i++)
		if (strcmp(domain, free_mail[i]) == 0)
			return true;
	return false;
}

static void
say_own(struct doctor *d)
{
	const char *from = doctor_from_domain(d);
	bool https = str_starts(str_of(d->p->settings.publication.url), STR("https://"));

	doctor_sayf(d, is_free_mail(from) ? DOCTOR_FAIL : DOCTOR_OK, "rules",
		is_free_mail(from) ? "send from a domain of your own" : "",
		"Gmail, Yahoo, Outlook: From is at a domain of your own%s",
		is_free_mail(from) ? ": no" : "");
	doctor_sayf(d, https ? DOCTOR_OK : DOCTOR_FAIL, "rules",
		https ? "" : "let publication.url begin with https://",
		"Gmail, Yahoo: one click leaves the list (RFC 8058)%s", https ? "" : ": no");
	doctor_say(d, DOCTOR_OK, "rules",
		"Gmail, Yahoo: who leaves gets nothing more, within two days: here at once", "");
	doctor_say(d, DOCTOR_WARN, "rules",
		"Gmail, Yahoo: complaints stay below 0.3 %, better 0.1 %: only they can tell",
		"register the domain with Postmaster Tools and Yahoo's complaint feedback loop");
}

/* How relays are spoken to: on this machine nobody listens. */
static void
note_tls(struct doctor *d)
{
	const struct settings *s = &d->p->settings;

	for (size_t i = 0; i < s->relay_count; i++) {
		struct str url = str_of(s->relays[i].url);
		bool near = str_starts(url, STR("maildir:")) ||
			    str_find_str(url, STR("://127.")) >= 0 ||
			    str_find_str(url, STR("://localhost")) >= 0 ||
			    str_find_str(url, STR("://[::1]")) >= 0;

		if (!near)
			doctor_note(d, DOCTOR_TLS,
				s->relays[i].tls == SETTINGS_TLS_REQUIRED ? DOCTOR_OK
									  : DOCTOR_WARN);
	}
}

void
doctor_look_at_rules(struct doctor *d)
{
	note_tls(d);
	say_judged(d);
	say_own(d);
}
