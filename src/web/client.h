/* client.h: who is at the other end of a connection, as far as limits go. Pure. */
#ifndef WEB_CLIENT_H
#define WEB_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "settings/settings.h"

/* What connections are counted by: an IPv4 address (mapped into IPv6), or an IPv6 network of 64
 * bits, which is what one household or one attacker is given. */
struct client {
	uint8_t address[16];
};

struct client client_of(const struct sockaddr_storage *peer);
bool client_eq(const struct client *a, const struct client *b);

/* Proxies that are trusted, and the like. */
bool client_is_in(const struct network *net, const struct sockaddr_storage *peer);

#endif
