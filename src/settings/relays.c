#include "settings/relays.h"

#include <string.h>

#include "base/clock.h"
#include "settings/value.h"

static const struct key timeout_keys[] = {
	{ "connect", SPAN, AT(settings_relay, connect_timeout) },
	{ "command", SPAN, AT(settings_relay, command_timeout) },
	{ "final", SPAN, AT(settings_relay, final_timeout) },
	{ 0 },
};

const struct key relays_keys[] = {
	{ "url", RELAY_URL, AT(settings_relay, url) },
	{ "user", TEXT, AT(settings_relay, user), .most = 255 },
	{ "password_file", PATH, AT(settings_relay, password_file) },
	{ "tls", WORD, AT(settings_relay, tls), .words = "required|opportunistic|none" },
	{ "ca_file", PATH, AT(settings_relay, ca_file) },
	{ "helo", HOST, AT(settings_relay, helo) },
	{ "connections", COUNT, AT(settings_relay, connections), .most = 500 },
	{ "window", COUNT, AT(settings_relay, window), .most = 1000 },
	{ "rate", RATE, AT(settings_relay, rate) },
	{ "timeouts", MAP, 0, .members = timeout_keys },
	{ 0 },
};

const struct key relays_domain_keys[] = {
	{ "rate", RATE, AT(settings_domain, rate) },
	{ "concurrency", COUNT, AT(settings_domain, concurrency), .most = 1000 },
	{ 0 },
};

static void
set_defaults(struct settings_relay *relay)
{
	*relay = (struct settings_relay){ .tls = (enum settings_tls) - 1,
		.connections = 10,
		.window = 8,
		.connect_timeout = 30 * CLOCK_SECOND,
		.command_timeout = 60 * CLOCK_SECOND,
		.final_timeout = 600 * CLOCK_SECOND };
}

int
relays_read(const struct reader *r, const struct yaml *y)
{
	size_t n = 0;

	if (y->count == 0)
		return reader_refuse(r, y, "relays", "a list of one relay or more");
	r->out->relays = arena_many(r->a, y->count, struct settings_relay);
	for (const struct yaml *c = y->child; c; c = c->next) {
		struct settings_relay *relay = &r->out->relays[n];

		set_defaults(relay);
		relay->line = c->line;
		if (reader_map(r, c, arena_printf(r->a, "relays[%zu].", n), relays_keys, relay) < 0)
			return -1;
		if (!relay->url)
			return err_set(r->e, ERR_CONFIG,
				"%s:%d: relays[%zu].url is missing, as in smtp://127.0.0.1:25",
				r->name, c->line, n);
		n++;
	}
	r->out->relay_count = n;
	return 0;
}

int
relays_read_domains(const struct reader *r, const struct yaml *y)
{
	size_t n = 0;

	r->out->domains = arena_many(r->a, y->count + 1, struct settings_domain);
	for (const struct yaml *c = y->child; c; c = c->next) {
		struct settings_domain *d = &r->out->domains[n++];

		d->name = reader_domain(r, c->key);
		if (!d->name)
			return err_set(r->e, ERR_CONFIG,
				"%s:%d: domains: '%.*s' is not a domain name", r->name, c->key_line,
				STR_ARG(c->key));
		for (const struct settings_domain *o = r->out->domains; o < d; o++)
			if (strcmp(o->name, d->name) == 0)
				return err_set(r->e, ERR_CONFIG,
					"%s:%d: domains: %s is there twice", r->name, c->key_line,
					d->name);
		if (reader_map(r, c, arena_printf(r->a, "domains.%s.", d->name), relays_domain_keys,
			    d) < 0)
			return -1;
	}
	r->out->domain_count = n;
	return 0;
}

static int
derive_relay(const struct reader *r, struct settings_relay *relay)
{
	bool smtp = !str_starts(str_of(relay->url), STR("maildir:"));

	if (!relay->helo)
		relay->helo = reader_copy(
			r, str_from(str_of(r->out->sender.from_email),
				   (size_t)str_find(str_of(r->out->sender.from_email), '@') + 1));
	if ((int)relay->tls == -1)
		relay->tls = smtp && value_is_loopback(value_url_host(relay->url)) &&
					     !str_starts(str_of(relay->url), STR("smtps:"))
				     ? SETTINGS_TLS_NONE
				     : SETTINGS_TLS_REQUIRED;
	if (relay->user && relay->tls == SETTINGS_TLS_OPPORTUNISTIC)
		relay->tls = SETTINGS_TLS_REQUIRED;
	if (relay->password_file && !relay->user)
		return err_set(r->e, ERR_CONFIG, "%s:%d: a relay with password_file needs user",
			r->name, relay->line);
	return 0;
}

int
relays_derive(const struct reader *r)
{
	static char outbox[] = "maildir:var/outbox";
	struct settings *s = r->out;

	if (s->relay_count == 0) {
		s->relays = arena_new(r->a, struct settings_relay);
		set_defaults(s->relays);
		s->relays->url = outbox;
		s->relay_count = 1;
	}
	for (size_t i = 0; i < s->relay_count; i++)
		if (derive_relay(r, &s->relays[i]) < 0)
			return -1;
	return 0;
}
