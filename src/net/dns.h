/* dns.h: ldns' door: questions to a name server, within a time. */
#ifndef NET_DNS_H
#define NET_DNS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct dns;

/*
 * `server` is "ADDRESS", "ADDRESS:PORT" or "[ADDRESS]:PORT"; NULL: those of /etc/resolv.conf. All
 * questions together take no longer than `patience` (microseconds); a server that has answered
 * nothing twice is not asked again. ERR_USAGE when it is no address, ERR_UNAVAILABLE when there is no
 * server to ask. dns_close takes NULL.
 */
int dns_open(const char *server, int64_t patience, struct dns **out, struct err *e);
void dns_close(struct dns *d);

enum dns_type { DNS_A, DNS_AAAA, DNS_MX, DNS_PTR, DNS_TXT };

/* What strangers say: any bytes. */
struct dns_record {
	struct str text;     /* TXT: its strings joined; A, AAAA: the address; MX, PTR: the name in
				lower case without the last dot, empty for the root */
	unsigned preference; /* of MX */
};

/*
 * 1: *n records in the arena, aliases followed. 0: there are none. -1 (ERR_UNAVAILABLE): nobody knows:
 * no answer in time, SERVFAIL, nonsense.
 */
int dns_ask(struct dns *d, enum dns_type type, const char *name, struct arena *a,
	struct dns_record **out, size_t *n, struct err *e);

/* The name at which an address's PTR stands; NULL: it is no address. */
char *dns_reverse(const char *address, struct arena *a);

#endif
