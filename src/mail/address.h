/* address.h: which addresses we take, and their envelope, shown and comparing forms. Pure;
 * libidn2's door. */
#ifndef MAIL_ADDRESS_H
#define MAIL_ADDRESS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

enum address_verdict {
	ADDRESS_OK,
	ADDRESS_SMTPUTF8, /* fine, but only a relay with SMTPUTF8 (RFC 6531) can take it */
	ADDRESS_BAD,
};

struct address {
	struct str envelope; /* local part as given (NFC), domain as lower-case A-labels: what goes
				into RCPT TO and To */
	struct str shown;    /* the domain as U-labels, for people */
	struct str key;      /* lower-cased as a whole, A-labels: two addresses with one key are one
				person */
	struct str domain;   /* the A-label domain, part of envelope */
	bool smtputf8;
};

/*
 * The policy (DESIGN, RELIABILITY I1): dot-atom local part of at most 64 octets (RFC 5321 4.5.3.1),
 * UTF-8 by RFC 6532 allowed (ADDRESS_SMTPUTF8); domain a host name with at least one dot, labels of
 * 1 to 63, not numeric at the end, IDNA 2008; 254 octets in all; no quoted strings, comments,
 * literals. Outer white space must be trimmed by the caller (str_trim). Nothing is repaired. On
 * ADDRESS_BAD *why is a short reason ("two dots in a row in the local part") and out is untouched.
 */
enum address_verdict address_parse(
	struct str s, struct arena *a, struct address *out, const char **why);

/* Would these very bytes do in an envelope? No allocation; what the send layer asks again before
 * every RCPT (I2). */
bool address_is_envelope(struct str s);

#endif
