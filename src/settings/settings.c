#include "settings/settings.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/yaml.h"
#include "mail/address.h"
#include "settings/value.h"

/* What a value must look like. Each kind has one reader below. */
enum kind {
	TEXT,      /* one line, clean */
	LINES,     /* several lines, each clean */
	WEB_URL,   /* https://..., http://... */
	SITE_URL,  /* the same without a query or a slash at its end: paths are put behind it */
	RELAY_URL, /* smtp://HOST:PORT, smtps://HOST:PORT, maildir:PATH */
	MAILBOX,   /* an address with or without a name in front */
	ADDRESS,
	HOST, /* a domain name */
	ZONE,
	PATH,
	COUNT, /* a whole number from 1 to `most` */
	SPAN,  /* of time, and not nothing */
	STAY,  /* a span that may be 0s */
	RATE,
	SHARE,    /* a percentage */
	MINUTE,   /* "11:00" */
	WORD,     /* one of `words`: an enum */
	FLAG,     /* one of two words: the second is true */
	LISTEN,   /* HOST:PORT */
	NETWORKS, /* a list of addresses and networks */
	NAMES,    /* a list of names: letters, digits, dots and dashes */
	MAP,      /* members below it */
	LIST,     /* a list of maps */
	NAMED,    /* a map whose keys are names */
};

/* One key. `to` is where in its struct the value goes, NONE for keys that later parts of the
 * program read. */
struct key {
	const char *name;
	enum kind kind;
	size_t to;
	const char *words; /* WORD: "a|b|c"; the place in it is the value */
	uint64_t most;
	const struct key *members;
};

#define NONE SIZE_MAX
#define AT(type, member) offsetof(struct type, member)

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

static const struct key timeout_keys[] = {
	{ "connect", SPAN, AT(settings_relay, connect_timeout) },
	{ "command", SPAN, AT(settings_relay, command_timeout) },
	{ "final", SPAN, AT(settings_relay, final_timeout) },
	{ 0 },
};

static const struct key relay_keys[] = {
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

static const struct key domain_keys[] = {
	{ "rate", RATE, AT(settings_domain, rate) },
	{ "concurrency", COUNT, AT(settings_domain, concurrency), .most = 1000 },
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

static const struct key web_keys[] = {
	{ "listen", LISTEN, AT(settings_web, listen) },
	{ "trusted_proxies", NETWORKS, AT(settings_web, trusted_proxies) },
	{ "subscribe_limit", RATE, AT(settings_web, subscribe_limit) },
	{ "spool", PATH, AT(settings_web, spool) },
	{ 0 },
};

static const struct key huggingface_keys[] = {
	{ "url", SITE_URL, AT(settings_huggingface, url), .most = 200 },
	{ "token_file", PATH, AT(settings_huggingface, token_file) },
	{ "models", COUNT, AT(settings_huggingface, models), .most = 10000 },
	{ "datasets", COUNT, AT(settings_huggingface, datasets), .most = 10000 },
	{ "spaces", COUNT, AT(settings_huggingface, spaces), .most = 10000 },
	{ 0 },
};

static const struct key github_keys[] = {
	{ "url", SITE_URL, AT(settings_github, url), .most = 200 },
	{ "token_file", PATH, AT(settings_github, token_file) },
	{ "topics", NAMES, AT(settings_github, topics) },
	{ "repositories", COUNT, AT(settings_github, repositories), .most = 1000 },
	{ 0 },
};

static const struct key feed_keys[] = {
	{ "url", WEB_URL, AT(settings_feed, url), .most = 500 },
	{ "name", TEXT, AT(settings_feed, name), .most = 100 },
	{ 0 },
};

static const struct key arxiv_keys[] = {
	{ "url", SITE_URL, AT(settings_arxiv, url), .most = 200 },
	{ "categories", NAMES, AT(settings_arxiv, categories) },
	{ 0 },
};

static const struct key ossinsight_keys[] = {
	{ "url", SITE_URL, AT(settings_sources, ossinsight_url), .most = 200 },
	{ 0 },
};

static const struct key hackernews_keys[] = {
	{ "url", SITE_URL, AT(settings_sources, hackernews_url), .most = 200 },
	{ 0 },
};

static const struct key source_keys[] = {
	{ "huggingface", MAP, AT(settings_sources, huggingface), .members = huggingface_keys },
	{ "github", MAP, AT(settings_sources, github), .members = github_keys },
	{ "feeds", LIST, NONE, .members = feed_keys },
	{ "arxiv", MAP, AT(settings_sources, arxiv), .members = arxiv_keys },
	{ "ossinsight", MAP, 0, .members = ossinsight_keys },
	{ "hackernews", MAP, 0, .members = hackernews_keys },
	{ 0 },
};

static const struct key dkim_keys[] = {
	{ "selector", TEXT, NONE, .most = 63 },
	{ "domain", HOST, NONE },
	{ "key_file", PATH, NONE },
	{ "algorithm", WORD, NONE, .words = "rsa|ed25519" },
	{ 0 },
};

static const struct key mailbox_keys[] = {
	{ "url", TEXT, NONE, .most = 500 },
	{ "user", TEXT, NONE, .most = 255 },
	{ "password_file", PATH, NONE },
	{ 0 },
};

static const struct key webhook_keys[] = {
	{ "sendgrid_key_file", PATH, NONE },
	{ "mailgun_key_file", PATH, NONE },
	{ 0 },
};

static const struct key bounce_keys[] = {
	{ "mailbox", MAP, NONE, .members = mailbox_keys },
	{ "webhooks", MAP, NONE, .members = webhook_keys },
	{ "soft_count", COUNT, NONE, .most = 1000 },
	{ "soft_days", COUNT, NONE, .most = 1000 },
	{ "soft_issues", COUNT, NONE, .most = 1000 },
	{ 0 },
};

static const struct key roundtrip_keys[] = {
	{ "email", ADDRESS, NONE },
	{ "url", TEXT, NONE, .most = 500 },
	{ "user", TEXT, NONE, .most = 255 },
	{ "password_file", PATH, NONE },
	{ 0 },
};

static const struct key doctor_keys[] = {
	{ "roundtrip", MAP, NONE, .members = roundtrip_keys },
	{ 0 },
};

static const struct key telegram_keys[] = {
	{ "url", WEB_URL, 0, .most = 200 },
	{ 0 },
};

static const struct key top_keys[] = {
	{ "publication", MAP, AT(settings, publication), .members = publication_keys },
	{ "sender", MAP, AT(settings, sender), .members = sender_keys },
	{ "relays", LIST, NONE, .members = relay_keys },
	{ "domains", NAMED, NONE, .members = domain_keys },
	{ "send", MAP, AT(settings, send), .members = send_keys },
	{ "daily", MAP, AT(settings, daily), .members = daily_keys },
	{ "sources", MAP, AT(settings, sources), .members = source_keys },
	{ "dkim", LIST, NONE, .members = dkim_keys },
	{ "bounce", MAP, NONE, .members = bounce_keys },
	{ "doctor", MAP, NONE, .members = doctor_keys },
	{ "telegram", MAP, AT(settings, telegram_url), .members = telegram_keys },
	{ "web", MAP, AT(settings, web), .members = web_keys },
	{ 0 },
};

struct reader {
	const char *name;
	struct arena *a;
	struct settings *out;
	struct err *e;
};

/* -- errors ----------------------------------------------------------------------------------- */

/* What was found, as a short piece of one line. */
static const char *
found(const struct reader *r, const struct yaml *y)
{
	char safe[64];

	if (y->kind != YAML_SCALAR)
		return yaml_kind_name(y);
	log_escape(y->text, safe, sizeof safe);
	return arena_printf(r->a, "'%s'", safe);
}

static int
refuse(const struct reader *r, const struct yaml *y, const char *path, const char *wanted)
{
	return err_set(r->e, ERR_CONFIG, "%s:%d: %s: %s is not %s", r->name, y->line, path,
		found(r, y), wanted);
}

/* How many letters differ, for "did you mean". */
static size_t
distance(struct str a, struct str b)
{
	size_t row[64];

	if (a.n >= 64 || b.n >= 64)
		return 64;
	for (size_t j = 0; j <= b.n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t cost = diagonal + (a.p[i - 1] != b.p[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < cost)
				cost = row[j] + 1;
			if (row[j - 1] + 1 < cost)
				cost = row[j - 1] + 1;
			row[j] = cost;
		}
	}
	return row[b.n];
}

static int
unknown_key(const struct reader *r, const struct yaml *y, const char *path, const struct key *keys)
{
	const struct key *nearest = keys;
	const char *all = keys->name;
	char safe[64];

	for (const struct key *k = keys + 1; k->name; k++) {
		if (distance(y->key, str_of(k->name)) < distance(y->key, str_of(nearest->name)))
			nearest = k;
		all = arena_printf(r->a, "%s, %s", all, k->name);
	}
	log_escape(y->key, safe, sizeof safe);
	if (distance(y->key, str_of(nearest->name)) <= 2)
		return err_set(r->e, ERR_CONFIG, "%s:%d: %s%s: unknown key; did you mean '%s'?",
			r->name, y->key_line, path, safe, nearest->name);
	return err_set(r->e, ERR_CONFIG, "%s:%d: %s%s: unknown key; allowed here: %s", r->name,
		y->key_line, path, safe, all);
}

/* -- one reader a kind of value --------------------------------------------------------------- */

static char *
copy(const struct reader *r, struct str s)
{
	return arena_strz(r->a, s);
}

/* A domain as A-labels, by the same policy as in addresses. */
static char *
domain(const struct reader *r, struct str s)
{
	struct str probe = str_of(arena_printf(r->a, "x@%.*s", STR_ARG(s)));
	struct address address;
	const char *why;

	if (address_parse(probe, r->a, &address, &why) != ADDRESS_OK)
		return NULL;
	return copy(r, address.domain);
}

static char *
envelope(const struct reader *r, struct str s, const char **why)
{
	struct address address;

	*why = "it needs SMTPUTF8, which a sender cannot count on";
	return address_parse(s, r->a, &address, why) == ADDRESS_OK ? copy(r, address.envelope)
								   : NULL;
}

static int
read_address(
	const struct reader *r, const struct yaml *y, const char *path, struct str s, char **to)
{
	const char *why;

	*to = envelope(r, s, &why);
	if (*to)
		return 0;
	return err_set(r->e, ERR_CONFIG, "%s:%d: %s: %s is not an address: %s", r->name, y->line,
		path, found(r, y), why);
}

/* What stands in quotes, with \" and \\ as what they mean (RFC 5322 3.2.4). */
static struct str
unquote(const struct reader *r, struct str s)
{
	char *out = arena_alloc(r->a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n)
			i++;
		out[n++] = s.p[i];
	}
	return (struct str){ out, n };
}

/* "The Post <news@example.org>" or the address alone. */
static int
read_mailbox(
	const struct reader *r, const struct yaml *y, const char *path, struct settings_sender *to)
{
	struct str s = str_trim(y->text), name = { 0 };
	ptrdiff_t open = str_find(s, '<');

	if (open >= 0 && s.p[s.n - 1] == '>') {
		name = str_trim(str_sub(s, 0, (size_t)open));
		s = str_sub(s, (size_t)open + 1, s.n - (size_t)open - 2);
		if (name.n >= 2 && name.p[0] == '"' && name.p[name.n - 1] == '"')
			name = unquote(r, str_sub(name, 1, name.n - 2));
	}
	if (name.n && !value_is_line(name, 200))
		return refuse(r, y, path,
			"a name and an address: control characters, or more than 200 bytes");
	to->from_name = copy(r, name);
	return read_address(r, y, path, s, &to->from_email);
}

static int
read_names(const struct reader *r, const struct yaml *y, const char *path, struct settings_list *to)
{
	if (y->kind != YAML_LIST)
		return refuse(r, y, path, "a list");
	*to = (struct settings_list){ .p = arena_many(r->a, y->count + 1, char *) };
	for (const struct yaml *c = y->child; c; c = c->next) {
		if (c->kind != YAML_SCALAR || !value_is_name(c->text, 100))
			return refuse(r, c, path, "a name of letters, digits, dots and dashes");
		to->p[to->n++] = copy(r, c->text);
	}
	return 0;
}

static int
read_networks(const struct reader *r, const struct yaml *y, const char *path,
	struct settings_networks *to)
{
	if (y->kind != YAML_LIST)
		return refuse(r, y, path, "a list");
	*to = (struct settings_networks){ .p = arena_many(r->a, y->count + 1, struct network) };
	for (const struct yaml *c = y->child; c; c = c->next)
		if (c->kind != YAML_SCALAR || !value_network(c->text, &to->p[to->n++]))
			return refuse(r, c, path,
				"an address or a network, as in 127.0.0.1 or 10.0.0.0/8");
	return 0;
}

/* The readers below put a single value into its place, or say what was found and what is wanted. */
typedef int value_reader(const struct reader *r, const struct yaml *y, const char *path,
	const struct key *k, void *to);

static int
read_text(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	if (!value_is_line(y->text, k->most))
		return refuse(r, y, path,
			arena_printf(r->a, "one line of 1 to %ju bytes without control characters",
				(uintmax_t)k->most));
	*(char **)to = copy(r, y->text);
	return 0;
}

static int
read_lines(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	if (!value_is_lines(y->text, k->most))
		return refuse(r, y, path,
			arena_printf(r->a,
				"lines of 1 to %ju bytes together without control characters",
				(uintmax_t)k->most));
	*(char **)to = copy(r, str_trim(y->text));
	return 0;
}

static int
read_web_url(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	struct str s = y->text;

	if (!value_is_web_url(s, k->most))
		return refuse(r, y, path, "a web address, as in https://post.example.org");
	while (k->kind == SITE_URL && s.n && s.p[s.n - 1] == '/')
		s.n--;
	*(char **)to = copy(r, s);
	return 0;
}

static int
read_site_url(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	if (str_find(y->text, '?') >= 0 || str_find(y->text, '#') >= 0)
		return refuse(r, y, path,
			"a web address without a query, as in https://post.example.org");
	return read_web_url(r, y, path, k, to);
}

static int
read_relay_url(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	(void)k;
	if (!value_is_relay_url(y->text))
		return refuse(r, y, path, "smtp://HOST:PORT, smtps://HOST:PORT or maildir:PATH");
	*(char **)to = copy(r, y->text);
	return 0;
}

/* It fills name and address, whatever `to` says. */
static int
read_sender(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	(void)k, (void)to;
	return read_mailbox(r, y, path, &r->out->sender);
}

static int
read_email(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	(void)k;
	return read_address(r, y, path, y->text, to);
}

static int
read_host(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	char *host = domain(r, y->text);

	(void)k;
	if (!host)
		return refuse(r, y, path, "a domain name with a dot, as in post.example.org");
	*(char **)to = host;
	return 0;
}

static int
read_zone(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	char *zone = copy(r, y->text);

	(void)k;
	if (!clock_zone_ok(zone))
		return refuse(r, y, path, "a time zone this machine knows, as in Europe/Berlin");
	*(char **)to = zone;
	return 0;
}

static int
read_path(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	(void)k;
	if (!value_is_line(y->text, 1000))
		return refuse(r, y, path, "a file's path");
	*(char **)to = copy(r, y->text);
	return 0;
}

static int
read_count(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	uint64_t n;

	if (!str_u64(y->text, k->most, &n) || n == 0)
		return refuse(r, y, path,
			arena_printf(r->a, "a whole number from 1 to %ju", (uintmax_t)k->most));
	*(uint32_t *)to = (uint32_t)n;
	return 0;
}

static int
read_span(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	int64_t span;

	if (!clock_parse_span(y->text, &span) || (span == 0 && k->kind == SPAN))
		return refuse(r, y, path, "a span of time, as in 30s, 5m, 24h or 2d");
	*(int64_t *)to = span;
	return 0;
}

static int
read_rate(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	(void)k;
	return value_rate(y->text, to)
		       ? 0
		       : refuse(r, y, path, "a rate, as in 100/s, 500/m or 10000/h");
}

static int
read_share(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	(void)k;
	return value_share(y->text, to) ? 0 : refuse(r, y, path, "a percentage, as in 2% or 0.3%");
}

static int
read_minute(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	(void)k;
	return value_minute(y->text, to) ? 0 : refuse(r, y, path, "a time of day, as in \"11:00\"");
}

static int
read_word(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	int word = value_word(k->words, y->text);

	if (word < 0)
		return refuse(r, y, path, arena_printf(r->a, "one of %s", k->words));
	if (k->kind == FLAG)
		*(bool *)to = word == 1;
	else
		*(int *)to = word;
	return 0;
}

static int
read_listen(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	(void)k;
	if (!value_is_host_port(y->text, 0) || str_find(y->text, ':') < 0)
		return refuse(r, y, path, "an address and a port, as in 127.0.0.1:8025");
	*(char **)to = copy(r, y->text);
	return 0;
}

/* By kind; those of several values have none. */
static value_reader *const value_readers[] = {
	[TEXT] = read_text,
	[LINES] = read_lines,
	[WEB_URL] = read_web_url,
	[SITE_URL] = read_site_url,
	[RELAY_URL] = read_relay_url,
	[MAILBOX] = read_sender,
	[ADDRESS] = read_email,
	[HOST] = read_host,
	[ZONE] = read_zone,
	[PATH] = read_path,
	[COUNT] = read_count,
	[SPAN] = read_span,
	[STAY] = read_span,
	[RATE] = read_rate,
	[SHARE] = read_share,
	[MINUTE] = read_minute,
	[WORD] = read_word,
	[FLAG] = read_word,
	[LISTEN] = read_listen,
	[NAMED] = NULL,
};

/* `base` is the struct that k->to counts from. NONE goes nowhere but is checked all the same. */
static int
read_single(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	char *base)
{
	union {
		char *text;
		uint32_t count;
		int64_t span;
		struct rate rate;
		double share;
		int number;
		bool flag;
	} nowhere;
	void *to = k->to == NONE || !base ? (void *)&nowhere : base + k->to;

	if (y->kind != YAML_SCALAR)
		return refuse(r, y, path, k->kind == COUNT ? "a number" : "a single value");
	return value_readers[k->kind](r, y, path, k, to);
}

static int read_map(const struct reader *r, const struct yaml *y, const char *prefix,
	const struct key *keys, char *base);

static void
relay_defaults(struct settings_relay *relay)
{
	*relay = (struct settings_relay){ .tls = (enum settings_tls) - 1,
		.connections = 10,
		.window = 8,
		.connect_timeout = 30 * CLOCK_SECOND,
		.command_timeout = 60 * CLOCK_SECOND,
		.final_timeout = 600 * CLOCK_SECOND };
}

static int
read_relays(const struct reader *r, const struct yaml *y)
{
	size_t n = 0;

	if (y->count == 0)
		return refuse(r, y, "relays", "a list of one relay or more");
	r->out->relays = arena_many(r->a, y->count, struct settings_relay);
	for (const struct yaml *c = y->child; c; c = c->next) {
		struct settings_relay *relay = &r->out->relays[n];

		relay_defaults(relay);
		relay->line = c->line;
		if (read_map(r, c, arena_printf(r->a, "relays[%zu].", n), relay_keys,
			    (char *)relay) < 0)
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

static int
read_domains(const struct reader *r, const struct yaml *y)
{
	size_t n = 0;

	r->out->domains = arena_many(r->a, y->count + 1, struct settings_domain);
	for (const struct yaml *c = y->child; c; c = c->next) {
		struct settings_domain *d = &r->out->domains[n++];

		d->name = domain(r, c->key);
		if (!d->name)
			return err_set(r->e, ERR_CONFIG,
				"%s:%d: domains: '%.*s' is not a domain name", r->name, c->key_line,
				STR_ARG(c->key));
		for (const struct settings_domain *o = r->out->domains; o < d; o++)
			if (strcmp(o->name, d->name) == 0)
				return err_set(r->e, ERR_CONFIG,
					"%s:%d: domains: %s is there twice", r->name, c->key_line,
					d->name);
		if (read_map(r, c, arena_printf(r->a, "domains.%s.", d->name), domain_keys,
			    (char *)d) < 0)
			return -1;
	}
	r->out->domain_count = n;
	return 0;
}

static struct str
url_host(const char *url)
{
	struct str s = str_from(str_of(url), (size_t)(strchr(url, '/') - url) + 2), host = { 0 },
		   port;
	ptrdiff_t slash = str_find(s, '/');

	value_split_host_port(slash < 0 ? s : str_sub(s, 0, (size_t)slash), &host, &port);
	return host;
}

/* Its name is the host's unless it has one. */
static int
read_feeds(const struct reader *r, const struct yaml *y)
{
	struct settings_sources *s = &r->out->sources;

	s->feeds = arena_many(r->a, y->count + 1, struct settings_feed);
	for (const struct yaml *c = y->child; c; c = c->next) {
		struct settings_feed *feed = &s->feeds[s->feed_count];
		const char *path = arena_printf(r->a, "sources.feeds[%zu].", s->feed_count);

		if (read_map(r, c, path, feed_keys, (char *)feed) < 0)
			return -1;
		if (!feed->url)
			return err_set(r->e, ERR_CONFIG,
				"%s:%d: %surl is missing, as in https://example.org/feed.xml",
				r->name, c->line, path);
		if (!feed->name)
			feed->name = copy(r, url_host(feed->url));
		s->feed_count++;
	}
	return 0;
}

static int
read_list(const struct reader *r, const struct yaml *y, const char *path, const struct key *k)
{
	size_t n = 0;

	if (y->kind != YAML_LIST)
		return refuse(r, y, path, "a list");
	if (k->members == relay_keys)
		return read_relays(r, y);
	if (k->members == feed_keys)
		return read_feeds(r, y);
	for (const struct yaml *c = y->child; c; c = c->next)
		if (read_map(r, c, arena_printf(r->a, "%s[%zu].", path, n++), k->members, NULL) < 0)
			return -1;
	return 0;
}

static int
read_value(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	char *base)
{
	if (value_readers[k->kind])
		return read_single(r, y, path, k, base);
	if (k->kind == MAP)
		return read_map(r, y, arena_printf(r->a, "%s.", path), k->members,
			k->to == NONE || !base ? NULL : base + k->to);
	if (k->kind == LIST)
		return read_list(r, y, path, k);
	if (k->kind == NAMES)
		return read_names(r, y, path, (struct settings_list *)(void *)(base + k->to));
	if (k->kind == NETWORKS)
		return read_networks(
			r, y, path, (struct settings_networks *)(void *)(base + k->to));
	assert(k->kind == NAMED);
	return y->kind == YAML_MAP ? read_domains(r, y)
				   : refuse(r, y, path, "a map of domain names");
}

/* `prefix` is the path of the map with a dot behind it, or empty. A key without a value keeps its
 * default. */
static int
read_map(const struct reader *r, const struct yaml *y, const char *prefix, const struct key *keys,
	char *base)
{
	if (y->kind == YAML_NULL)
		return 0;
	if (y->kind != YAML_MAP) {
		struct str path = str_of(prefix);

		return refuse(r, y, arena_strz(r->a, str_sub(path, 0, path.n ? path.n - 1 : 0)),
			"a map of keys and values");
	}
	for (const struct yaml *c = y->child; c; c = c->next) {
		const struct key *k = keys;

		while (k->name && !str_eqz(c->key, k->name))
			k++;
		if (!k->name)
			return unknown_key(r, c, prefix, keys);
		if (c->kind == YAML_NULL)
			continue;
		if (read_value(r, c, arena_printf(r->a, "%s%s", prefix, k->name), k, base) < 0)
			return -1;
	}
	return 0;
}

/* -- defaults and what belongs together ------------------------------------------------------- */

static void
set_defaults(struct settings *s)
{
	static char empty[] = "", utc[] = "UTC", en[] = "en", listen[] = "127.0.0.1:8025",
		    spool[] = "var/spool", llm[] = "llm", agents[] = "ai-agents",
		    learning[] = "machine-learning", mcp[] = "mcp", rag[] = "rag", ai[] = "cs.AI",
		    cl[] = "cs.CL", lg[] = "cs.LG";
	static char *topics[] = { llm, agents, learning, mcp, rag }, *categories[] = { ai, cl, lg };
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
	s->web.listen = listen;
	s->web.spool = spool;
	(void)value_network(STR("127.0.0.1"), loopback);
	s->web.trusted_proxies = (struct settings_networks){ loopback, 1 };
	s->web.subscribe_limit = (struct rate){ 200, 3600 * CLOCK_SECOND };
	s->sources.huggingface =
		(struct settings_huggingface){ .models = 1000, .datasets = 500, .spaces = 500 };
	s->sources.github =
		(struct settings_github){ .topics = { topics, 5 }, .repositories = 100 };
	s->sources.arxiv.categories = (struct settings_list){ categories, 3 };
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
	struct str host = url_host(p->url);
	char *known = domain(r, host);

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

static bool
is_loopback(struct str host)
{
	return str_starts(host, STR("127.")) || str_eqz(host, "::1") ||
	       str_ieq(host, STR("localhost"));
}

static int
derive_relay(const struct reader *r, struct settings_relay *relay)
{
	bool smtp = !str_starts(str_of(relay->url), STR("maildir:"));

	if (!relay->helo)
		relay->helo = copy(
			r, str_from(str_of(r->out->sender.from_email),
				   (size_t)str_find(str_of(r->out->sender.from_email), '@') + 1));
	if ((int)relay->tls == -1)
		relay->tls = smtp && is_loopback(url_host(relay->url)) &&
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

static int
derive(const struct reader *r)
{
	static char outbox[] = "maildir:var/outbox";
	struct settings *s = r->out;

	if (!*s->sender.from_name)
		s->sender.from_name = s->publication.name;

	if (s->relay_count == 0) {
		s->relays = arena_new(r->a, struct settings_relay);
		relay_defaults(s->relays);
		s->relays->url = outbox;
		s->relay_count = 1;
	}
	for (size_t i = 0; i < s->relay_count; i++)
		if (derive_relay(r, &s->relays[i]) < 0)
			return -1;
	if (s->sender.bounce && str_find(str_of(s->sender.bounce), '@') > 20)
		return err_set(r->e, ERR_CONFIG,
			"%s: sender.bounce: '%s': at most 20 characters before the @, as each "
			"message gets a tag behind them",
			r->name, s->sender.bounce);
	return derive_publication(r);
}

/*
 * Which sources are asked: those that the section names, or, without a section, those that the
 * paper cannot do without. What is asked gets its url here.
 */
static void
derive_sources(const struct reader *r, const struct yaml *doc)
{
	static char huggingface[] = "https://huggingface.co", github[] = "https://api.github.com",
		    arxiv[] = "https://export.arxiv.org",
		    ossinsight[] = "https://api.ossinsight.io",
		    hackernews[] = "https://hacker-news.firebaseio.com";
	struct settings_sources *s = &r->out->sources;
	const struct yaml *section = yaml_get(doc, "sources");
	const struct {
		const char *name;
		char **url, *usual;
		bool needed;
	} all[] = {
		{ "huggingface", &s->huggingface.url, huggingface, true },
		{ "github", &s->github.url, github, true },
		{ "arxiv", &s->arxiv.url, arxiv, false },
		{ "ossinsight", &s->ossinsight_url, ossinsight, false },
		{ "hackernews", &s->hackernews_url, hackernews, false },
	};

	if (section && section->kind == YAML_NULL)
		section = NULL;
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		bool asked = section ? yaml_get(section, all[i].name) != NULL : all[i].needed;

		if (asked && !*all[i].url)
			*all[i].url = all[i].usual;
	}
}

/* bounce.mailbox.url is all that this issue of the program needs of the later keys. */
static void
note_later_keys(const struct reader *r, const struct yaml *doc)
{
	const struct yaml *bounce = yaml_get(doc, "bounce"),
			  *mailbox = bounce ? yaml_get(bounce, "mailbox") : NULL;
	const struct yaml *url = mailbox ? yaml_get(mailbox, "url") : NULL;

	if (url && url->kind == YAML_SCALAR)
		r->out->bounce_mailbox = copy(r, url->text);
}

int
settings_parse(
	struct str text, const char *name, struct arena *a, struct settings *out, struct err *e)
{
	struct reader r = { .name = name, .a = a, .out = out, .e = e };
	struct yaml *doc;

	set_defaults(out);
	if (yaml_parse(text, name, 0, a, &doc, e) < 0) {
		e->code = ERR_CONFIG;
		return -1;
	}
	if (read_map(&r, doc, "", top_keys, (char *)out) < 0)
		return -1;
	if (check_required(&r, doc) < 0)
		return -1;
	note_later_keys(&r, doc);
	derive_sources(&r, doc);
	return derive(&r);
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
