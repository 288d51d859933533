#include "web/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

enum { V4_BITS = 96, ALL_BITS = 128, HOUSEHOLD_BITS = 64 };

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

static void
full_address(const struct sockaddr_storage *peer, uint8_t out[static 16])
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	memset(out, 0, 16);
	if (peer->ss_family == AF_INET) {
		memcpy(&v4, peer, sizeof v4);
		memcpy(out, mapped, sizeof mapped);
		memcpy(out + sizeof mapped, &v4.sin_addr, 4);
	} else if (peer->ss_family == AF_INET6) {
		memcpy(&v6, peer, sizeof v6);
		memcpy(out, &v6.sin6_addr, 16);
	}
}

struct client
client_of(const struct sockaddr_storage *peer)
{
	struct client c;

	full_address(peer, c.address);
	if (memcmp(c.address, mapped, sizeof mapped) != 0)
		memset(c.address + HOUSEHOLD_BITS / 8, 0, 16 - HOUSEHOLD_BITS / 8);
	return c;
}

bool
client_eq(const struct client *a, const struct client *b)
{
	return memcmp(a->address, b->address, sizeof a->address) == 0;
}

static bool
parse_address(struct str s, struct client_net *out)
{
	char text[INET6_ADDRSTRLEN];

	if (s.n == 0 || s.n >= sizeof text || str_find(s, '\0') >= 0)
		return false;
	snprintf(text, sizeof text, "%.*s", STR_ARG(s));
	*out = (struct client_net){ .bits = ALL_BITS };
	if (inet_pton(AF_INET6, text, out->address) == 1)
		return true;
	memcpy(out->address, mapped, sizeof mapped);
	return inet_pton(AF_INET, text, out->address + sizeof mapped) == 1;
}

bool
client_net_parse(struct str s, struct client_net *out)
{
	ptrdiff_t slash = str_find(s, '/');
	struct str address = slash < 0 ? s : str_sub(s, 0, (size_t)slash);
	unsigned base = str_find(address, ':') < 0 ? V4_BITS : 0;
	uint64_t bits;

	if (!parse_address(address, out))
		return false;
	if (slash < 0)
		return true;
	if (!str_u64(str_from(s, (size_t)slash + 1), ALL_BITS - base, &bits))
		return false;
	out->bits = base + (unsigned)bits;
	return true;
}

bool
client_net_has(const struct client_net *net, const struct sockaddr_storage *peer)
{
	uint8_t address[16];
	unsigned whole = net->bits / 8, rest = net->bits % 8;

	full_address(peer, address);
	if (memcmp(address, net->address, whole) != 0)
		return false;
	return rest == 0 || (address[whole] ^ net->address[whole]) >> (8 - rest) == 0;
}
