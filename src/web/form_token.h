/* form_token.h: proof that a form came from a page of ours, and when: signed with a key that lives as
 * long as the process. Pure. */
#ifndef WEB_FORM_TOKEN_H
#define WEB_FORM_TOKEN_H

#include "base/clock.h"
#include "base/sign.h"
#include "base/str.h"

enum { FORM_TOKEN_CHARS = 32 };

/* Nobody reads a page and fills in a form in less; nobody leaves it open for longer. */
#define FORM_TOKEN_LEAST CLOCK_SECOND
#define FORM_TOKEN_MOST CLOCK_DAY

/* A token of this moment: FORM_TOKEN_CHARS of base64url and a NUL. */
void form_token_make(
	const uint8_t key[static MAC_KEY], int64_t now, char out[static FORM_TOKEN_CHARS + 1]);

enum form_token { FORM_TOKEN_GOOD, FORM_TOKEN_EARLY, FORM_TOKEN_OLD, FORM_TOKEN_FORGED };

enum form_token form_token_check(const uint8_t key[static MAC_KEY], struct str token, int64_t now);

#endif
