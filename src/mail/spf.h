/* spf.h: one SPF record read into its terms (RFC 7208). Whoever asks the DNS walks them. Pure. */
#ifndef MAIL_SPF_H
#define MAIL_SPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum spf_kind {
	SPF_ALL,
	SPF_INCLUDE,
	SPF_A,
	SPF_MX,
	SPF_PTR,
	SPF_IP4,
	SPF_IP6,
	SPF_EXISTS,
	SPF_REDIRECT, /* modifiers: they qualify nothing */
	SPF_EXP,
	SPF_OTHER,
};

struct spf_term {
	enum spf_kind kind;
	char qualifier; /* one of "+-~?" */
	struct str
		domain; /* as it is written; empty: that of the record. With a macro: spf_is_macro */
	uint8_t address[16];   /* of ip4 and ip6; IPv4 is mapped into IPv6 */
	unsigned bits4, bits6; /* prefix lengths, 32 and 128 where there are none; of ip4 and ip6
				  only bits6, of the mapped address */
};

enum { SPF_TERMS = 64, SPF_LOOKUPS = 10, SPF_VOIDS = 2 };

/* Domains are borrowed from the text. */
struct spf {
	struct spf_term terms[SPF_TERMS];
	size_t count;
};

/* Is a TXT record one of SPF's? */
bool spf_is_record(struct str text);

/* False with the term that is wrong in *bad, and why. */
bool spf_read(struct str text, struct spf *out, struct str *bad, const char **why);

/* The term that ends it for everybody, or NULL: whoever is not named is judged by nothing. */
const struct spf_term *spf_all(const struct spf *s);
/* Does it cost one of the ten lookups (RFC 7208 4.6.4)? */
bool spf_costs(const struct spf_term *t);
/* Does it depend on more than we know (RFC 7208 7)? */
bool spf_is_macro(const struct spf_term *t);
/* Is the address (16 octets, IPv4 mapped) in this network? */
bool spf_covers(const uint8_t network[static 16], unsigned bits, const uint8_t address[static 16]);

#endif
