/* seal.h: DKIM signatures (RFC 6376, 8463) over letters: what is the same for all is made once, the
 * rest for one person at a time, from any thread. Pure. */
#ifndef MAIL_SEAL_H
#define MAIL_SEAL_H

#include "mail/dkim.h"
#include "mail/letter.h"

/* Who signs: a key, and where its public half stands: SELECTOR._domainkey.DOMAIN. */
struct seal_signer {
	const char *selector, *domain;
	struct dkim_key *key;
	int64_t expires; /* microseconds from the message's date (x=); 0: never */
};

/* All of them sign each message, in this order. None: nothing is signed, and nothing costs more. */
struct seal_signers {
	struct seal_signer *all;
	size_t count;
};

/*
 * A letter made ready: its body's frozen pieces in their canonical form, and the hash of all before
 * the first slot. It borrows letter and signers, and is not changed by being used.
 */
struct seal;

/* Whoever makes it frees it. -1 (ERR_DATA): the letter has no From. */
int seal_new(const struct seal_signers *signers, const struct letter *l, struct seal **out,
	struct err *e);
void seal_free(struct seal *s);
/* Does it sign at all? Then it is work for a thread beside the loop. */
bool seal_signs(const struct seal *s);

/*
 * letter_splice, with a DKIM-Signature of each signer in front. `at` (microseconds) is when they are
 * made as far as anybody can tell (t=): the date of the issue or note, so that the same values give
 * the same bytes at every attempt.
 */
int seal_fill(const struct seal *s, const struct letter_values *v, int64_t at, struct splice **out,
	struct err *e);

/* The same of a whole message that is no letter, into `out`. */
int seal_message(const struct seal_signers *signers, struct str message, int64_t at,
	struct buf *out, struct err *e);

#endif
