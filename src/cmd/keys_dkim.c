#include "cmd/keys_dkim.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/sign.h"
#include "mail/dkim.h"

enum { RECORD = 4096, STRING = 200 };

struct wish {
	const char *selector, *domain, *algorithm;
};

/* -- the key file ------------------------------------------------------------------------------ */

static enum dkim_algorithm
algorithm_of(const struct settings_dkim *d)
{
	return d->algorithm == SETTINGS_DKIM_RSA ? DKIM_RSA : DKIM_ED25519;
}

static int
make_key(int dir, const struct settings_dkim *d, struct err *e)
{
	struct buf pem;
	int status;

	if (!file_is_plain(str_of(d->key_file)))
		return err_set(e, ERR_CANTCREATE,
			"%s: outside the publication's folder no key is made; make it with "
			"openssl, or name a path below var/keys",
			d->key_file);
	buf_init(&pem, DKIM_PEM);
	status = dkim_key_make(algorithm_of(d), &pem, e);
	if (status == 0)
		status = file_create(dir, d->key_file, buf_str(&pem), 0600, e);
	sign_wipe(pem.p, pem.n);
	buf_free(&pem);
	return status;
}

static int
read_key(int dir, const struct settings_dkim *d, struct arena *a, struct dkim_key **out,
	struct err *e)
{
	struct str pem;

	if (file_read_secret(dir, d->key_file, DKIM_PEM, a, &pem, e) < 0)
		return -1;
	return dkim_key_read(pem, algorithm_of(d), out, e) < 0 ? err_wrap(e, "%s", d->key_file) : 0;
}

/* The one that is there, or a new one. */
static int
have_key(int dir, const struct settings_dkim *d, bool *made, struct dkim_key **out, struct err *e)
{
	struct arena a = { 0 };
	struct stat st;
	int status = 0;

	*made = fstatat(dir, d->key_file, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT;
	if (*made)
		status = make_key(dir, d, e);
	if (status == 0)
		status = read_key(dir, d, &a, out, e);
	arena_free(&a);
	return status;
}

/* -- what is printed ---------------------------------------------------------------------------- */

/* As a zone file has it: strings of 255 octets at the most (RFC 1035 3.3). */
static void
print_zone(struct out *o, const struct settings_dkim *d, struct str record)
{
	struct buf b;

	buf_init(&b, 2 * RECORD);
	while (record.n) {
		buf_printf(&b, " \"%.*s\"", STR_ARG(str_sub(record, 0, STRING)));
		record = str_from(record, STRING);
	}
	out_line(o, "%s._domainkey.%s. IN TXT (%s )", d->selector, d->domain, buf_z(&b));
	buf_free(&b);
}

static void
print_settings(struct out *o, const struct settings_dkim *d)
{
	out_line(o, "  - {selector: %s, domain: %s, key_file: %s, algorithm: %s}", d->selector,
		d->domain, d->key_file, d->algorithm == SETTINGS_DKIM_RSA ? "rsa" : "ed25519");
}

static int
show(struct context *c, const struct publication *p, const struct settings_dkim *d, struct err *e)
{
	struct dkim_key *key = NULL;
	struct arena a = { 0 };
	struct buf record;
	bool made;

	if (have_key(p->dir, d, &made, &key, e) < 0)
		return -1;
	buf_init(&record, RECORD);
	dkim_key_record(key, &record);
	out_object(&c->out, NULL);
	out_strz(&c->out, "name", arena_printf(&a, "%s._domainkey.%s", d->selector, d->domain));
	out_str(&c->out, "value", buf_str(&record));
	out_strz(&c->out, "selector", d->selector);
	out_strz(&c->out, "domain", d->domain);
	out_strz(&c->out, "key_file", d->key_file);
	out_strz(&c->out, "algorithm", d->algorithm == SETTINGS_DKIM_RSA ? "rsa" : "ed25519");
	out_bool(&c->out, "made", made);
	out_end(&c->out);
	print_zone(&c->out, d, buf_str(&record));
	buf_free(&record);
	dkim_key_free(key);
	arena_free(&a);
	return 0;
}

/* -- which ones --------------------------------------------------------------------------------- */

static int
read_wish(int argc, char **argv, struct wish *w, struct err *e)
{
	static const struct option longs[] = { { "selector", required_argument, NULL, 's' },
		{ "domain", required_argument, NULL, 'd' },
		{ "algorithm", required_argument, NULL, 'a' }, { 0 } };
	int opt;

	optind = 0;
	while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (!strchr("sda", opt))
			return command_bad_option("keys", opt, argv, e);
		*(opt == 's' ? &w->selector : opt == 'd' ? &w->domain : &w->algorithm) = optarg;
	}
	if (optind < argc)
		return command_usage("keys", e, "dkim does not know '%s'", argv[optind]);
	if (w->algorithm && strcmp(w->algorithm, "rsa") != 0 &&
		strcmp(w->algorithm, "ed25519") != 0)
		return command_usage(
			"keys", e, "--algorithm is rsa or ed25519, not '%s'", w->algorithm);
	return 0;
}

/* A selector that says when: the next key has another. */
static char *
usual_selector(const struct publication *p, bool ed25519, struct arena *a)
{
	struct day today = publication_today(p, clock_now());

	return arena_printf(a, "post%04d%02d%s", today.year, today.month, ed25519 ? "e" : "");
}

/* By the same road as the settings, so that what is printed can stand there. */
static int
parse_wish(const struct publication *p, const struct wish *w, struct arena *a,
	struct settings_dkim *out, struct err *e)
{
	bool ed25519 = w->algorithm && strcmp(w->algorithm, "ed25519") == 0;
	char *selector =
		w->selector ? arena_strz(a, str_of(w->selector)) : usual_selector(p, ed25519, a);
	const char *domain = w->domain ? w->domain : strchr(p->settings.sender.from_email, '@') + 1;
	struct str text = str_of(arena_printf(a,
		"publication: {name: x, url: 'https://x.example', postal_address: x}\n"
		"sender: {from: x@x.example}\n"
		"dkim: [{selector: '%s', domain: '%s', key_file: 'var/keys/dkim-%s.pem', "
		"algorithm: %s}]\n",
		selector, domain, selector, ed25519 ? "ed25519" : "rsa"));
	struct settings s;

	if (strchr(selector, '\'') || strchr(domain, '\'') ||
		settings_parse(text, "keys dkim", a, &s, e) < 0)
		return err_set(e, ERR_USAGE,
			"keys: dkim: '%s' in '%s' is no selector in a domain, as in post2026 in "
			"example.org",
			selector, domain);
	*out = s.dkim[0];
	return 0;
}

static int
show_new(struct context *c, const struct publication *p, const struct wish *w, struct err *e)
{
	struct settings_dkim d;
	struct arena a = { 0 };
	int status = parse_wish(p, w, &a, &d, e);

	if (status == 0)
		status = show(c, p, &d, e);
	if (status == 0) {
		out_line(&c->out, "%s", "");
		out_line(&c->out, "When the record can be seen, name the key in morningpost.yaml, "
				  "and ask doctor:");
		out_line(&c->out, "dkim:");
		print_settings(&c->out, &d);
	}
	arena_free(&a);
	return status;
}

int
keys_dkim(struct context *c, const struct publication *p, int argc, char **argv, struct err *e)
{
	const struct settings *s = &p->settings;
	struct wish wish = { 0 };
	int status = read_wish(argc, argv, &wish, e);

	if (status < 0)
		return -1;
	out_array(&c->out, NULL);
	if (s->dkim_count == 0 || wish.selector || wish.domain || wish.algorithm)
		status = show_new(c, p, &wish, e);
	for (size_t i = 0; i < s->dkim_count && status == 0 && !wish.selector && !wish.domain &&
			   !wish.algorithm;
		i++)
		status = show(c, p, &s->dkim[i], e);
	out_end(&c->out);
	return status;
}
