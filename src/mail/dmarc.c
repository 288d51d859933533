#include "mail/dmarc.h"

#include "mail/tags.h"

static const char *const policies[] = { "none", "quarantine", "reject" };

const char *
dmarc_policy_name(enum dmarc_policy p)
{
	return policies[p];
}

bool
dmarc_is_record(struct str text)
{
	return tags_has_version(text, "v=DMARC1");
}

static bool
read_policy(const struct tags *t, const char *name, enum dmarc_policy *out)
{
	for (int i = DMARC_NONE; i <= DMARC_REJECT; i++)
		if (tags_is(t, name, policies[i])) {
			*out = (enum dmarc_policy)i;
			return true;
		}
	return false;
}

static bool
is_partial(const struct tags *t)
{
	const struct str *share = tags_find(t, "pct");
	uint64_t n = 100;

	return share && str_u64(*share, 100, &n) && n < 100;
}

bool
dmarc_read(struct str text, struct dmarc *out, const char **why)
{
	struct tags t;

	*out = (struct dmarc){ .psd = 'u' };
	*why = "it is no list of tags";
	if (!tags_read(text, &t))
		return false;
	*why = "p is none of none, quarantine, reject";
	if (!read_policy(&t, "p", &out->policy)) {
		/* With somewhere to report to, that counts as none (RFC 9989 4.7). */
		if (!tags_find(&t, "rua"))
			return false;
		out->policy = DMARC_NONE;
	}
	if (!read_policy(&t, "sp", &out->below))
		out->below = out->policy;
	out->strict_dkim = tags_is(&t, "adkim", "s");
	out->strict_spf = tags_is(&t, "aspf", "s");
	out->reports = tags_find(&t, "rua") != NULL;
	out->testing = tags_is(&t, "t", "y") || is_partial(&t);
	out->psd = tags_is(&t, "psd", "y") ? 'y' : tags_is(&t, "psd", "n") ? 'n' : 'u';
	return true;
}

struct str
dmarc_parent(struct str domain)
{
	ptrdiff_t dot = str_find(domain, '.');

	return dot < 0 ? (struct str){ 0 } : str_from(domain, (size_t)dot + 1);
}

bool
dmarc_aligned(struct str a, struct str b, struct str a_organisation, struct str b_organisation,
	bool strict)
{
	return str_ieq(a, b) ||
	       (!strict && a_organisation.n && str_ieq(a_organisation, b_organisation));
}
