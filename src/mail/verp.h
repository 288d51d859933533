/* verp.h: an envelope sender of its own for every message, with a keyed tag that only we can make.
 * Pure. */
#ifndef MAIL_VERP_H
#define MAIL_VERP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/sign.h"
#include "base/str.h"

enum { VERP_MAX = 254 };

/*
 * local+SUBSCRIBER.ISSUE.TAG@domain: both numbers in base32, 80-bit tag in base32 (DESIGN). ASCII,
 * case-insensitive, local part <= 64. Returns the length, or 0 when `bounce`'s local part leaves no
 * room (settings refuse that: at most 20 octets).
 */
size_t verp_make(struct str bounce, uint64_t subscriber, uint32_t issue,
	const uint8_t key[static MAC_KEY], char out[static VERP_MAX + 1]);

/* Is it one of ours? Case does not matter. */
bool verp_check(struct str address, struct str bounce, const uint8_t key[static MAC_KEY],
	uint64_t *subscriber, uint32_t *issue);

#endif
