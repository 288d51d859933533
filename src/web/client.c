#include "web/client.h"

#include <netinet/in.h>
#include <string.h>

enum { HOUSEHOLD_BITS = 64 };

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

bool
client_is_in(const struct network *net, const struct sockaddr_storage *peer)
{
	uint8_t address[16];
	unsigned whole = net->bits / 8, rest = net->bits % 8;

	full_address(peer, address);
	if (memcmp(address, net->address, whole) != 0)
		return false;
	return rest == 0 || (address[whole] ^ net->address[whole]) >> (8 - rest) == 0;
}
