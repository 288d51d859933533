/* client.h: who is at the other end of a connection, as far as limits go. Pure. */
#ifndef WEB_CLIENT_H
#define WEB_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "settings/settings.h"

/* An address; IPv4 is mapped into IPv6. */
struct client_ip {
	uint8_t bytes[16];
};
enum { CLIENT_IP_TEXT = 46 };

struct client_ip client_ip_of(const struct sockaddr_storage *peer);
/* "192.0.2.1", "2001:db8::1": an IPv4 address without its mapping. */
void client_ip_print(const struct client_ip *ip, char out[static CLIENT_IP_TEXT]);
/* 127.0.0.0/8 and ::1. */
bool client_ip_is_loopback(const struct client_ip *ip);
bool client_ip_is_in(const struct settings_networks *nets, const struct client_ip *ip);

/*
 * Whom a request comes from: its peer, or, where that is a trusted proxy, whom it speaks for: the
 * last address of X-Forwarded-For (`forwarded`) that is no trusted proxy's. What stands before that
 * one is anybody's word. A trusted proxy that names nobody, or something that is no address, asks
 * for itself.
 */
struct client_ip client_behind(const struct client_ip *peer, struct str forwarded,
	const struct settings_networks *trusted);

/* What visitors are counted by: an IPv4 address, or an IPv6 network of 64 bits, which is what one
 * household or one attacker is given. */
struct client {
	uint8_t address[16];
};

struct client client_of(const struct client_ip *ip);
bool client_eq(const struct client *a, const struct client *b);

#endif
