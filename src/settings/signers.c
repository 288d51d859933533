#include "settings/signers.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/sign.h"

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
	return status < 0 ? err_to_config(e) : 0;
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
