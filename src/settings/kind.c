#include "settings/kind.h"

#include "base/clock.h"
#include "mail/address.h"
#include "settings/value.h"

/* -- addresses -------------------------------------------------------------------------------- */

static char *
envelope(const struct reader *r, struct str s, const char **why)
{
	struct address address;

	*why = "it needs SMTPUTF8, which a sender cannot count on";
	return address_parse(s, r->a, &address, why) == ADDRESS_OK
		       ? reader_copy(r, address.envelope)
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
		path, reader_found(r, y), why);
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
		return reader_refuse(r, y, path,
			"a name and an address: control characters, or more than 200 bytes");
	to->from_name = reader_copy(r, name);
	return read_address(r, y, path, s, &to->from_email);
}

int
kind_read_names(
	const struct reader *r, const struct yaml *y, const char *path, struct settings_list *to)
{
	if (y->kind != YAML_LIST)
		return reader_refuse(r, y, path, "a list");
	*to = (struct settings_list){ .p = arena_many(r->a, y->count + 1, char *) };
	for (const struct yaml *c = y->child; c; c = c->next) {
		if (c->kind != YAML_SCALAR || !value_is_name(c->text, 100))
			return reader_refuse(
				r, c, path, "a name of letters, digits, dots and dashes");
		to->p[to->n++] = reader_copy(r, c->text);
	}
	return 0;
}

int
kind_read_networks(const struct reader *r, const struct yaml *y, const char *path,
	struct settings_networks *to)
{
	if (y->kind != YAML_LIST)
		return reader_refuse(r, y, path, "a list");
	*to = (struct settings_networks){ .p = arena_many(r->a, y->count + 1, struct network) };
	for (const struct yaml *c = y->child; c; c = c->next)
		if (c->kind != YAML_SCALAR || !value_network(c->text, &to->p[to->n++]))
			return reader_refuse(r, c, path,
				"an address or a network, as in 127.0.0.1 or 10.0.0.0/8");
	return 0;
}

/* -- one reader a kind of value --------------------------------------------------------------- */

/* The readers below put a single value into its place, or say what was found and what is wanted. */
typedef int value_reader(const struct reader *r, const struct yaml *y, const char *path,
	const struct key *k, void *to);

static int
read_text(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	if (!value_is_line(y->text, k->most))
		return reader_refuse(r, y, path,
			arena_printf(r->a, "one line of 1 to %ju bytes without control characters",
				(uintmax_t)k->most));
	*(char **)to = reader_copy(r, y->text);
	return 0;
}

static int
read_lines(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	if (!value_is_lines(y->text, k->most))
		return reader_refuse(r, y, path,
			arena_printf(r->a,
				"lines of 1 to %ju bytes together without control characters",
				(uintmax_t)k->most));
	*(char **)to = reader_copy(r, str_trim(y->text));
	return 0;
}

static int
read_web_url(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	struct str s = y->text;

	if (!value_is_web_url(s, k->most))
		return reader_refuse(r, y, path, "a web address, as in https://post.example.org");
	while (k->kind == SITE_URL && s.n && s.p[s.n - 1] == '/')
		s.n--;
	*(char **)to = reader_copy(r, s);
	return 0;
}

static int
read_site_url(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	if (str_find(y->text, '?') >= 0 || str_find(y->text, '#') >= 0)
		return reader_refuse(r, y, path,
			"a web address without a query, as in https://post.example.org");
	return read_web_url(r, y, path, k, to);
}

static int
read_relay_url(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	(void)k;
	if (!value_is_relay_url(y->text))
		return reader_refuse(r, y, path,
			"smtp://HOST:PORT, smtps://HOST:PORT or maildir:PATH, with a PATH inside "
			"the publication");
	*(char **)to = reader_copy(r, y->text);
	return 0;
}

static int
read_mailbox_url(const struct reader *r, const struct yaml *y, const char *path,
	const struct key *k, void *to)
{
	(void)k;
	if (!value_is_mailbox_url(y->text))
		return reader_refuse(r, y, path,
			"imaps://HOST/FOLDER, imap://HOST/FOLDER, pop3s://HOST or pop3://HOST");
	*(char **)to = reader_copy(r, y->text);
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
	char *host = reader_domain(r, y->text);

	(void)k;
	if (!host)
		return reader_refuse(
			r, y, path, "a domain name with a dot, as in post.example.org");
	*(char **)to = host;
	return 0;
}

static int
read_zone(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	char *zone = reader_copy(r, y->text);

	(void)k;
	if (!clock_zone_ok(zone))
		return reader_refuse(
			r, y, path, "a time zone this machine knows, as in Europe/Berlin");
	*(char **)to = zone;
	return 0;
}

static int
read_path(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	(void)k;
	if (!value_is_line(y->text, 1000))
		return reader_refuse(r, y, path, "a file's path");
	*(char **)to = reader_copy(r, y->text);
	return 0;
}

static int
read_count(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	uint64_t n;

	if (!str_u64(y->text, k->most, &n) || n == 0)
		return reader_refuse(r, y, path,
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
		return reader_refuse(r, y, path, "a span of time, as in 30s, 5m, 24h or 2d");
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
		       : reader_refuse(r, y, path, "a rate, as in 100/s, 500/m or 10000/h");
}

static int
read_share(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	(void)k;
	return value_share(y->text, to)
		       ? 0
		       : reader_refuse(r, y, path, "a percentage, as in 2% or 0.3%");
}

static int
read_minute(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	(void)k;
	return value_minute(y->text, to)
		       ? 0
		       : reader_refuse(r, y, path, "a time of day, as in \"11:00\"");
}

static int
read_word(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	void *to)
{
	int word = value_word(k->words, y->text);

	if (word < 0)
		return reader_refuse(r, y, path, arena_printf(r->a, "one of %s", k->words));
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
		return reader_refuse(r, y, path, "an address and a port, as in 127.0.0.1:8025");
	*(char **)to = reader_copy(r, y->text);
	return 0;
}

/* By kind; those of several values have none. */
static value_reader *const value_readers[] = {
	[TEXT] = read_text,
	[LINES] = read_lines,
	[WEB_URL] = read_web_url,
	[SITE_URL] = read_site_url,
	[RELAY_URL] = read_relay_url,
	[MAILBOX_URL] = read_mailbox_url,
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

bool
kind_is_single(enum kind kind)
{
	return value_readers[kind] != NULL;
}

int
kind_read_single(const struct reader *r, const struct yaml *y, const char *path,
	const struct key *k, void *base)
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
	void *to = k->to == NONE || !base ? (void *)&nowhere : (char *)base + k->to;

	if (y->kind != YAML_SCALAR)
		return reader_refuse(r, y, path, k->kind == COUNT ? "a number" : "a single value");
	return value_readers[k->kind](r, y, path, k, to);
}
