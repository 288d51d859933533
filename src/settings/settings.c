#include "settings/settings.h"

#include "base/clock.h"
#include "settings/dkim.h"
#include "settings/relays.h"
#include "settings/sources.h"
#include "settings/value.h"

/* -- the keys --------------------------------------------------------------------------------- */

static const struct key publication_keys[] = {
	{ "name", TEXT, AT(settings_publication, name), .most = 100 },
	{ "tagline", TEXT, AT(settings_publication, tagline), .most = 200 },
	{ "url", SITE_URL, AT(settings_publication, url), .most = 200 },
	{ "language", TEXT, AT(settings_publication, language), .most = 35 },
	{ "timezone", ZONE, AT(settings_publication, timezone) },
	{ "postal_address", LINES, AT(settings_publication, postal_address), .most = 500 },
	{ "list_id", HOST, AT(settings_publication, list_id) },
	{ "feedback_id", TEXT, AT(settings_publication, feedback_id), .most = 100 },
	{ 0 },
};

static const struct key sender_keys[] = {
	{ "from", MAILBOX, AT(settings_sender, from_name) },
	{ "reply_to", ADDRESS, AT(settings_sender, reply_to) },
	{ "bounce", ADDRESS, AT(settings_sender, bounce) },
	{ 0 },
};

static const struct key canary_keys[] = {
	{ "count", COUNT, AT(settings_send, canary_count), .most = 1000000 },
	{ "wait", STAY, AT(settings_send, canary_wait) },
	{ "max_failed", SHARE, AT(settings_send, canary_max_failed) },
	{ 0 },
};

static const struct key send_keys[] = {
	{ "retry_first", SPAN, AT(settings_send, retry_first) },
	{ "retry_for", STAY, AT(settings_send, retry_for) },
	{ "wait", STAY, AT(settings_send, wait) },
	{ "in_doubt", WORD, AT(settings_send, in_doubt), .words = "resend|hold" },
	{ "not_after", MINUTE, AT(settings_send, not_after) },
	{ "approval", FLAG, AT(settings_send, approval_required), .words = "none|required" },
	{ "canary", MAP, 0, .members = canary_keys },
	{ "max_bounced", SHARE, AT(settings_send, max_bounced) },
	{ "max_complained", SHARE, AT(settings_send, max_complained) },
	{ 0 },
};

static const struct key daily_keys[] = {
	{ "unedited", FLAG, AT(settings_daily, send_unedited), .words = "hold|send" },
	{ "alert", ADDRESS, AT(settings_daily, alert) },
	{ 0 },
};

static const struct key limits_keys[] = {
	{ "connections", COUNT, AT(settings_limits, connections), .most = 100000 },
	{ "each", COUNT, AT(settings_limits, each), .most = 100000 },
	{ "request", SPAN, AT(settings_limits, request) },
	{ "idle", SPAN, AT(settings_limits, idle) },
	{ "answer", SPAN, AT(settings_limits, answer) },
	{ 0 },
};

static const struct key web_keys[] = {
	{ "listen", LISTEN, AT(settings_web, listen) },
	{ "trusted_proxies", NETWORKS, AT(settings_web, trusted_proxies) },
	{ "subscribe_limit", RATE, AT(settings_web, subscribe_limit) },
	{ "limits", MAP, AT(settings_web, limits), .members = limits_keys },
	{ "spool", PATH, AT(settings_web, spool) },
	{ "archive", PATH, AT(settings_web, archive) },
	{ 0 },
};

/* A mailbox's keys, for a struct settings_mailbox that stands at `base` in the section's struct. */
/* clang-format off */
#define MAILBOX_KEYS(base)                                                                         \
	{ "url", MAILBOX_URL, (base) + AT(settings_mailbox, url) },                                \
	{ "user", TEXT, (base) + AT(settings_mailbox, user), .most = 255 },                        \
	{ "password_file", PATH, (base) + AT(settings_mailbox, password_file) },                   \
	{ "tls", WORD, (base) + AT(settings_mailbox, tls), .words = "required|opportunistic|none" }, \
	{ "ca_file", PATH, (base) + AT(settings_mailbox, ca_file) }
/* clang-format on */

static const struct key mailbox_keys[] = {
	MAILBOX_KEYS(0),
	{ 0 },
};

static const struct key webhook_keys[] = {
	{ "sendgrid_key_file", PATH, AT(settings_bounce, sendgrid_key_file) },
	{ "mailgun_key_file", PATH, AT(settings_bounce, mailgun_key_file) },
	{ "ses_certificate_file", PATH, AT(settings_bounce, ses_certificate_file) },
	{ 0 },
};

static const struct key bounce_keys[] = {
	{ "mailbox", MAP, AT(settings_bounce, mailbox), .members = mailbox_keys },
	{ "webhooks", MAP, 0, .members = webhook_keys },
	{ "soft_count", COUNT, AT(settings_bounce, soft_count), .most = 1000 },
	{ "soft_days", COUNT, AT(settings_bounce, soft_days), .most = 1000 },
	{ "soft_issues", COUNT, AT(settings_bounce, soft_issues), .most = 1000 },
	{ 0 },
};

static const struct key roundtrip_keys[] = {
	{ "email", ADDRESS, AT(settings_roundtrip, email) },
	MAILBOX_KEYS(AT(settings_roundtrip, mailbox)),
	{ 0 },
};

static const struct key doctor_keys[] = {
	{ "roundtrip", MAP, AT(settings, roundtrip), .members = roundtrip_keys },
	{ 0 },
};

static const struct key telegram_keys[] = {
	{ "url", WEB_URL, 0, .most = 200 },
	{ 0 },
};

static const struct key top_keys[] = {
	{ "publication", MAP, AT(settings, publication), .members = publication_keys },
	{ "sender", MAP, AT(settings, sender), .members = sender_keys },
	{ "relays", LIST, NONE, .members = relays_keys, .read = relays_read },
	{ "domains", NAMED, NONE, .members = relays_domain_keys, .read = relays_read_domains },
	{ "send", MAP, AT(settings, send), .members = send_keys },
	{ "daily", MAP, AT(settings, daily), .members = daily_keys },
	{ "sources", MAP, AT(settings, sources), .members = sources_keys },
	{ "dkim", LIST, NONE, .members = dkim_keys, .read = dkim_read },
	{ "bounce", MAP, AT(settings, bounce), .members = bounce_keys },
	{ "doctor", MAP, 0, .members = doctor_keys },
	{ "telegram", MAP, AT(settings, telegram_url), .members = telegram_keys },
	{ "web", MAP, AT(settings, web), .members = web_keys },
	{ 0 },
};

/* -- defaults and what belongs together ------------------------------------------------------- */

#define TLS_NOT_SAID ((enum settings_tls) - 1)

static void
set_defaults(struct settings *s)
{
	static char empty[] = "", utc[] = "UTC", en[] = "en", listen[] = "127.0.0.1:8025",
		    spool[] = "var/spool";
	static struct network loopback[1];

	*s = (struct settings){ 0 };
	s->publication.tagline = empty;
	s->publication.timezone = utc;
	s->publication.language = en;
	s->send = (struct settings_send){ .retry_first = 300 * CLOCK_SECOND,
		.retry_for = 24 * 3600 * CLOCK_SECOND,
		.wait = 900 * CLOCK_SECOND,
		.not_after = -1,
		.canary_wait = 120 * CLOCK_SECOND,
		.canary_max_failed = 0.02,
		.max_bounced = 0.05,
		.max_complained = 0.003 };
	s->bounce = (struct settings_bounce){
		.mailbox.tls = TLS_NOT_SAID, .soft_count = 5, .soft_days = 14, .soft_issues = 3
	};
	s->roundtrip.mailbox.tls = TLS_NOT_SAID;
	s->web.listen = listen;
	s->web.spool = spool;
	s->web.limits = (struct settings_limits){ .connections = 4000,
		.each = 64,
		.request = 10 * CLOCK_SECOND,
		.idle = 15 * CLOCK_SECOND,
		.answer = 10 * CLOCK_SECOND };
	(void)value_network(STR("127.0.0.1"), loopback);
	s->web.trusted_proxies = (struct settings_networks){ loopback, 1 };
	s->web.subscribe_limit = (struct rate){ 200, 3600 * CLOCK_SECOND };
	sources_set_defaults(&s->sources);
}

/* Where a section begins, or where the file does. */
static int
section_line(const struct yaml *doc, const char *section)
{
	const struct yaml *y = yaml_get(doc, section);

	return y ? y->key_line : 1;
}

static int
check_required(const struct reader *r, const struct yaml *doc)
{
	const struct settings *s = r->out;
	const struct {
		const char *section, *path, *example;
		const void *value;
	} required[] = {
		/* clang-format off */
		{ "publication", "publication.name", "The AI Morning Post", s->publication.name },
		{ "publication", "publication.url", "https://post.example.org", s->publication.url },
		{ "publication", "publication.postal_address",
			"1 Example Street, 12345 Exampletown (every issue must carry one)",
			s->publication.postal_address },
		{ "sender", "sender.from", "The AI Morning Post <news@post.example.org>",
			s->sender.from_email },
		/* clang-format on */
	};

	for (size_t i = 0; i < sizeof required / sizeof required[0]; i++)
		if (!required[i].value)
			return err_set(r->e, ERR_CONFIG, "%s:%d: %s is missing; for example: %s",
				r->name, section_line(doc, required[i].section), required[i].path,
				required[i].example);
	return 0;
}

/* List-Id wants a dot-atom under a domain of ours; feedback-id names its sender in 5 to 15
 * characters (Gmail). */
static int
derive_publication(const struct reader *r)
{
	struct settings_publication *p = &r->out->publication;
	struct str host = value_url_host(p->url);
	char *known = reader_domain(r, host);

	if (!p->list_id)
		p->list_id = known ? known : arena_printf(r->a, "list.%.*s.invalid", STR_ARG(host));
	if (!p->feedback_id) {
		struct str sender = str_of(p->list_id);

		while (sender.n > 15 && str_find(sender, '.') >= 0)
			sender = str_sub(sender, 0, sender.n - 1);
		for (size_t i = 0; i < sender.n; i++)
			if (sender.p[i] == '.')
				sender = str_of(arena_printf(r->a, "%.*s-%.*s", (int)i, sender.p,
					(int)(sender.n - i - 1), sender.p + i + 1));
		p->feedback_id = arena_printf(r->a, "issue:daily:%.*s%s",
			(int)(sender.n > 15 ? 15 : sender.n), sender.p,
			sender.n < 5 ? "-post" : "");
	}
	return 0;
}

/* As with a relay: TLS, but to this machine. */
static int
derive_mailbox(const struct reader *r, const char *section, struct settings_mailbox *m)
{
	if (!m->url && (m->user || m->password_file))
		return err_set(r->e, ERR_CONFIG,
			"%s: %s.url is missing, as in imaps://mail.example.org/INBOX", r->name,
			section);
	if (m->password_file && !m->user)
		return err_set(r->e, ERR_CONFIG, "%s: %s: a mailbox with password_file needs user",
			r->name, section);
	if (m->tls == TLS_NOT_SAID)
		m->tls = m->url && value_is_loopback(value_url_host(m->url))
				 ? SETTINGS_TLS_NONE
				 : SETTINGS_TLS_REQUIRED;
	return 0;
}

static int
derive(const struct reader *r)
{
	struct settings *s = r->out;

	if (!*s->sender.from_name)
		s->sender.from_name = s->publication.name;
	if (relays_derive(r) < 0 || derive_mailbox(r, "bounce.mailbox", &s->bounce.mailbox) < 0 ||
		derive_mailbox(r, "doctor.roundtrip", &s->roundtrip.mailbox) < 0)
		return -1;
	if (s->sender.bounce && str_find(str_of(s->sender.bounce), '@') > 20)
		return err_set(r->e, ERR_CONFIG,
			"%s: sender.bounce: '%s': at most 20 characters before the @, as each "
			"message gets a tag behind them",
			r->name, s->sender.bounce);
	return derive_publication(r);
}

int
settings_parse(
	struct str text, const char *name, struct arena *a, struct settings *out, struct err *e)
{
	struct reader r = { .name = name, .a = a, .out = out, .e = e };
	struct yaml *doc;

	set_defaults(out);
	if (yaml_parse(text, name, 0, a, &doc, e) < 0)
		return err_to_config(e);
	if (reader_map(&r, doc, "", top_keys, out) < 0)
		return -1;
	if (check_required(&r, doc) < 0)
		return -1;
	return sources_derive(&r, doc) < 0 ? -1 : derive(&r);
}

const struct settings_relay *
settings_find_relay(const struct settings *s, struct str url)
{
	for (size_t i = 0; i < s->relay_count; i++)
		if (str_eqz(url, s->relays[i].url))
			return &s->relays[i];
	return NULL;
}

void
settings_relay_urls(const struct settings *s, struct buf *out)
{
	buf_addc(out, '[');
	for (size_t i = 0; i < s->relay_count; i++) {
		buf_addz(out, i ? ",\"" : "\"");
		for (const char *p = s->relays[i].url; *p; p++) {
			if (*p == '"' || *p == '\\')
				buf_addc(out, '\\');
			buf_addc(out, *p);
		}
		buf_addc(out, '"');
	}
	buf_addc(out, ']');
}
