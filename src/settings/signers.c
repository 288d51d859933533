#include "settings/signers.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/sign.h"

/* EMAIL.md 4.3: a message lies in queues and unread mailboxes for as long. */
#define EXPIRES_LEAST (14 * CLOCK_DAY)

const struct key signers_keys[] = {
	{ "selector", TEXT, AT(settings_dkim, selector), .most = 63 },
	{ "domain", HOST, AT(settings_dkim, domain) },
	{ "key_file", PATH, AT(settings_dkim, key_file) },
	{ "algorithm", WORD, AT(settings_dkim, algorithm), .words = "rsa|ed25519" },
	{ "expires", SPAN, AT(settings_dkim, expires) },
	{ 0 },
};

/* -- the section ------------------------------------------------------------------------------ */

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
signers_read(const struct reader *r, const struct yaml *y)
{
	size_t n = 0;

	r->out->dkim = arena_many(r->a, y->count + 1, struct settings_dkim);
	for (const struct yaml *c = y->child; c; c = c->next) {
		struct settings_dkim *d = &r->out->dkim[n];

		d->line = c->line;
		if (reader_map(r, c, arena_printf(r->a, "dkim[%zu].", n), signers_keys, d) < 0 ||
			check_whole(r, d, n) < 0 || check_alone(r, d, n) < 0)
			return -1;
		n++;
	}
	r->out->dkim_count = n;
	return 0;
}

/* -- the keys --------------------------------------------------------------------------------- */

/* The arena's bytes are ours to wipe. */
static void
wipe(struct str text)
{
	union {
		const char *in;
		void *out;
	} p = { .in = text.p };

	if (text.n)
		sign_wipe(p.out, text.n);
}

static int
load_key(int dir, const struct settings_dkim *d, struct dkim_key **out, struct err *e)
{
	struct arena a = { 0 };
	struct str pem = { 0 };
	int status = file_read_secret(dir, d->key_file, DKIM_PEM, &a, &pem, e);

	if (status == 0 &&
		dkim_key_read(pem, d->algorithm == SETTINGS_DKIM_RSA ? DKIM_RSA : DKIM_ED25519, out,
			e) < 0)
		status = err_wrap(e, "%s", d->key_file);
	wipe(pem);
	arena_free(&a);
	e->code = status < 0 ? ERR_CONFIG : e->code;
	return status;
}

int
signers_load(const struct publication *p, struct seal_signers *out, struct err *e)
{
	const struct settings *s = &p->settings;

	*out = (struct seal_signers){ 0 };
	if (s->dkim_count == 0)
		return 0;
	out->all = mem_zeroed(s->dkim_count, sizeof *out->all);
	for (size_t i = 0; i < s->dkim_count; i++) {
		struct seal_signer *signer = &out->all[out->count];

		*signer = (struct seal_signer){ .selector = s->dkim[i].selector,
			.domain = s->dkim[i].domain,
			.expires = s->dkim[i].expires };
		if (load_key(p->dir, &s->dkim[i], &signer->key, e) < 0)
			return err_wrap(e, "morningpost.yaml:%d: dkim[%zu]", s->dkim[i].line, i);
		out->count++;
	}
	return 0;
}

void
signers_free(struct seal_signers *s)
{
	for (size_t i = 0; i < s->count; i++)
		dkim_key_free(s->all[i].key);
	free(s->all);
	*s = (struct seal_signers){ 0 };
}
