#include "settings/dkim.h"

#include <string.h>

#include "base/clock.h"

/* EMAIL.md 4.3: a message lies in queues and unread mailboxes for as long. */
#define EXPIRES_LEAST (14 * CLOCK_DAY)

const struct key dkim_keys[] = {
	{ "selector", TEXT, AT(settings_dkim, selector), .most = 63 },
	{ "domain", HOST, AT(settings_dkim, domain) },
	{ "key_file", PATH, AT(settings_dkim, key_file) },
	{ "algorithm", WORD, AT(settings_dkim, algorithm), .words = "rsa|ed25519" },
	{ "expires", SPAN, AT(settings_dkim, expires) },
	{ 0 },
};

/* Labels of letters, digits and dashes, as a name in the DNS has them (RFC 6376 3.1). */
static bool
is_selector(struct str s)
{
	struct str label;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    c == '-' || c == '.'))
			return false;
	}
	if (str_ends(s, STR(".")))
		return false;
	while (str_split(&s, '.', &label))
		if (label.n == 0 || label.p[0] == '-' || label.p[label.n - 1] == '-')
			return false;
	return true;
}

static int
check_whole(const struct reader *r, const struct settings_dkim *d, size_t n)
{
	const struct {
		const char *key, *value;
	} needed[] = {
		{ "selector", d->selector },
		{ "domain", d->domain },
		{ "key_file", d->key_file },
	};

	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
		if (!needed[i].value)
			return err_set(r->e, ERR_CONFIG,
				"%s:%d: dkim[%zu].%s is missing; 'morningpost keys dkim' prints "
				"what belongs here",
				r->name, d->line, n, needed[i].key);
	if (!is_selector(str_of(d->selector)))
		return err_set(r->e, ERR_CONFIG,
			"%s:%d: dkim[%zu].selector: '%s' is not made of letters, digits and dashes",
			r->name, d->line, n, d->selector);
	if (d->expires && d->expires < EXPIRES_LEAST)
		return err_set(r->e, ERR_CONFIG,
			"%s:%d: dkim[%zu].expires: at least 14d, as mail lies unread for as long",
			r->name, d->line, n);
	return 0;
}

static int
check_alone(const struct reader *r, const struct settings_dkim *d, size_t n)
{
	for (const struct settings_dkim *o = d - n; o < d; o++)
		if (strcmp(o->selector, d->selector) == 0 && strcmp(o->domain, d->domain) == 0)
			return err_set(r->e, ERR_CONFIG,
				"%s:%d: dkim[%zu]: %s._domainkey.%s is there twice; each key has "
				"a selector of its own",
				r->name, d->line, n, d->selector, d->domain);
	return 0;
}

int
dkim_read(const struct reader *r, const struct yaml *y)
{
	size_t n = 0;

	r->out->dkim = arena_many(r->a, y->count + 1, struct settings_dkim);
	for (const struct yaml *c = y->child; c; c = c->next) {
		struct settings_dkim *d = &r->out->dkim[n];

		d->line = c->line;
		if (reader_map(r, c, arena_printf(r->a, "dkim[%zu].", n), dkim_keys, d) < 0 ||
			check_whole(r, d, n) < 0 || check_alone(r, d, n) < 0)
			return -1;
		n++;
	}
	r->out->dkim_count = n;
	return 0;
}
