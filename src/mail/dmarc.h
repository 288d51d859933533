/* dmarc.h: a DMARC record read, and whether two domains are aligned (RFC 9989). Whoever asks the DNS
 * brings the records. Pure. */
#ifndef MAIL_DMARC_H
#define MAIL_DMARC_H

#include <stdbool.h>

#include "base/str.h"

enum dmarc_policy { DMARC_NONE, DMARC_QUARANTINE, DMARC_REJECT };
const char *dmarc_policy_name(enum dmarc_policy p);

struct dmarc {
	enum dmarc_policy policy, below; /* p, and sp: for domains below it */
	bool strict_dkim, strict_spf;    /* adkim, aspf */
	bool reports;                    /* rua is there */
	bool testing; /* t=y, or the older pct below 100: not in force for all mail */
	char psd;     /* 'y', 'n', or 'u' */
};

bool dmarc_is_record(struct str text);
/* False, and why. */
bool dmarc_read(struct str text, struct dmarc *out, const char **why);

/* The domain above, or empty: a top-level domain has none. */
struct str dmarc_parent(struct str domain);

/*
 * Aligned: the same name, or (relaxed) one organisation's, whose domains are given; they are found by
 * walking up the tree (RFC 9989 4.10).
 */
bool dmarc_aligned(struct str a, struct str b, struct str a_organisation, struct str b_organisation,
	bool strict);

#endif
