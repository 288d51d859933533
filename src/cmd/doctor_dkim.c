/* doctor_dkim.c: are the keys that sign the mail published, and as we have them? */
#include "cmd/doctor.h"
#include "mail/tags.h"
#include "settings/signers.h"

enum { VALUE = 4096 };

/* A record need not begin with v=DKIM1, and TXT records of that name are of nothing else. */
static bool
is_any(struct str text)
{
	return text.n > 0;
}

static struct str
without_blanks(struct str s, struct arena *a)
{
	struct buf b;

	buf_init(&b, VALUE);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != ' ' && s.p[i] != '\t')
			buf_addc(&b, s.p[i]);
	return buf_keep(&b, a);
}

static struct str
public_of(const struct seal_signer *signer, struct arena *a)
{
	struct buf b;

	buf_init(&b, VALUE);
	dkim_key_public(signer->key, &b);
	return buf_keep(&b, a);
}

/* What is wrong with the record as it is published, or NULL. */
static const char *
find_fault(struct doctor *d, const struct seal_signer *signer, struct str record)
{
	bool rsa = dkim_key_algorithm(signer->key) == DKIM_RSA;
	const struct str *p, *hashes;
	struct tags t;

	if (!tags_read(record, &t))
		return "is no list of tags";
	if (tags_find(&t, "v") && !tags_is(&t, "v", "DKIM1"))
		return "is not of version DKIM1";
	if (tags_find(&t, "k") ? !tags_is(&t, "k", rsa ? "rsa" : "ed25519") : !rsa)
		return "is for another kind of key";
	p = tags_find(&t, "p");
	if (!p || p->n == 0)
		return "says that the key is revoked";
	if (!str_eq(without_blanks(*p, &d->arena), public_of(signer, &d->arena)))
		return "is of another key than ours";
	hashes = tags_find(&t, "h");
	if (hashes && str_find_str(*hashes, STR("sha256")) < 0)
		return "does not allow sha256";
	return NULL;
}

static bool
is_testing(struct str record)
{
	const struct str *flags;
	struct tags t;

	if (!tags_read(record, &t))
		return false;
	flags = tags_find(&t, "t");
	return flags && str_find(*flags, 'y') >= 0;
}

static void
say_found(struct doctor *d, const struct seal_signer *signer, const char *name, struct str record)
{
	const char *fault = find_fault(d, signer, record);

	doctor_note(d, DOCTOR_DKIM, fault ? DOCTOR_FAIL : DOCTOR_OK);
	if (fault)
		doctor_sayf(d, DOCTOR_FAIL, "dkim", "publish what 'morningpost keys dkim' prints",
			"%s: the record %s", name, fault);
	else if (is_testing(record))
		doctor_sayf(d, DOCTOR_WARN, "dkim", "take t=y out when you are ready",
			"%s: the record says that it is a test", name);
	else if (dkim_key_algorithm(signer->key) == DKIM_RSA &&
		 dkim_key_bits(signer->key) < DKIM_RSA_BITS)
		doctor_sayf(d, DOCTOR_WARN, "dkim",
			"make a longer one: 'morningpost keys dkim --selector NEW'",
			"%s: a key of %u bits is short", name, dkim_key_bits(signer->key));
	else
		doctor_sayf(d, DOCTOR_OK, "dkim", "", "%s: published, and the key is ours", name);
}

static void
look_at_signer(struct doctor *d, const struct seal_signer *signer)
{
	const char *name =
		arena_printf(&d->arena, "%s._domainkey.%s", signer->selector, signer->domain);
	struct str record;
	struct err e;
	size_t n;
	int got = doctor_find_text(d, name, is_any, &record, &n, &e);

	if (got < 0)
		doctor_say_unknown(d, "dkim", &e);
	if (got <= 0)
		doctor_note(d, DOCTOR_DKIM, got < 0 ? DOCTOR_UNKNOWN : DOCTOR_FAIL);
	if (got == 0)
		doctor_sayf(d, DOCTOR_FAIL, "dkim", "publish what 'morningpost keys dkim' prints",
			"%s: nothing is published", name);
	if (got == 1 && n > 1)
		doctor_sayf(d, DOCTOR_WARN, "dkim", "leave one", "%s: %zu records", name, n);
	if (got == 1)
		say_found(d, signer, name, record);
}

void
doctor_look_at_dkim(struct doctor *d)
{
	struct seal_signers signers;
	bool rsa = false;
	struct err e;

	if (signers_load(d->p, &signers, &e) < 0) {
		doctor_note(d, DOCTOR_DKIM, DOCTOR_FAIL);
		doctor_say_error(d, "dkim", &e, "'morningpost keys dkim' makes keys");
	} else if (signers.count == 0) {
		doctor_say(d, DOCTOR_WARN, "dkim", "mail is not signed here",
			"see that your relay signs, or make a key with 'morningpost keys dkim'");
	}
	for (size_t i = 0; d->dns && i < signers.count; i++) {
		rsa = rsa || dkim_key_algorithm(signers.all[i].key) == DKIM_RSA;
		look_at_signer(d, &signers.all[i]);
	}
	if (d->dns && signers.count && !rsa)
		doctor_say(d, DOCTOR_WARN, "dkim", "only Ed25519 signs, which few can check yet",
			"add an RSA key");
	signers_free(&signers);
}
