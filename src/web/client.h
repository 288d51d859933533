/* client.h: who is at the other end of a connection, as far as limits go. Pure. */
#ifndef WEB_CLIENT_H
#define WEB_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/str.h"

/* What connections are counted by: an IPv4 address (mapped into IPv6), or an IPv6 network of 64
 * bits, which is what one household or one attacker is given. */
struct client {
	uint8_t address[16];
};

struct client client_of(const struct sockaddr_storage *peer);
bool client_eq(const struct client *a, const struct client *b);

/* A network: "127.0.0.1", "10.0.0.0/8", "::1", "fd00::/8". */
struct client_net {
	uint8_t address[16];
	unsigned bits;
};

/* False when it is none. */
bool client_net_parse(struct str s, struct client_net *out);
bool client_net_has(const struct client_net *net, const struct sockaddr_storage *peer);

#endif
