#include "web/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

enum { HOUSEHOLD_BITS = 64 };

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

static bool
is_mapped(const struct client_ip *ip)
{
	return memcmp(ip->bytes, mapped, sizeof mapped) == 0;
}

struct client_ip
client_ip_of(const struct sockaddr_storage *peer)
{
	struct client_ip out = { { 0 } };
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (peer->ss_family == AF_INET) {
		memcpy(&v4, peer, sizeof v4);
		memcpy(out.bytes, mapped, sizeof mapped);
		memcpy(out.bytes + sizeof mapped, &v4.sin_addr, 4);
	} else if (peer->ss_family == AF_INET6) {
		memcpy(&v6, peer, sizeof v6);
		memcpy(out.bytes, &v6.sin6_addr, 16);
	}
	return out;
}

void
client_ip_print(const struct client_ip *ip, char out[static CLIENT_IP_TEXT])
{
	*out = '\0';
	if (is_mapped(ip))
		(void)inet_ntop(AF_INET, ip->bytes + sizeof mapped, out, CLIENT_IP_TEXT);
	else
		(void)inet_ntop(AF_INET6, ip->bytes, out, CLIENT_IP_TEXT);
}

bool
client_ip_is_loopback(const struct client_ip *ip)
{
	static const uint8_t one[16] = { [15] = 1 };

	return is_mapped(ip) ? ip->bytes[sizeof mapped] == 127
			     : memcmp(ip->bytes, one, sizeof one) == 0;
}

static bool
is_in(const struct network *net, const struct client_ip *ip)
{
	unsigned whole = net->bits / 8, rest = net->bits % 8;

	if (memcmp(ip->bytes, net->address, whole) != 0)
		return false;
	return rest == 0 || (ip->bytes[whole] ^ net->address[whole]) >> (8 - rest) == 0;
}

bool
client_ip_is_in(const struct settings_networks *nets, const struct client_ip *ip)
{
	for (size_t i = 0; i < nets->n; i++)
		if (is_in(&nets->p[i], ip))
			return true;
	return false;
}

/* "192.0.2.1", "2001:db8::1", and with a port, as some proxies write: "192.0.2.1:4711",
 * "[2001:db8::1]:4711". */
static bool
read_ip(struct str s, struct client_ip *out)
{
	ptrdiff_t colon = str_find(s, ':');
	char text[CLIENT_IP_TEXT];

	if (s.n && s.p[0] == '[')
		s = str_sub(s, 1, str_find(s, ']') > 0 ? (size_t)str_find(s, ']') - 1 : 0);
	else if (colon >= 0 && str_find(str_from(s, (size_t)colon + 1), ':') < 0)
		s = str_sub(s, 0, (size_t)colon);
	if (s.n == 0 || s.n >= sizeof text)
		return false;
	snprintf(text, sizeof text, "%.*s", STR_ARG(s));
	memcpy(out->bytes, mapped, sizeof mapped);
	return inet_pton(AF_INET, text, out->bytes + sizeof mapped) == 1 ||
	       inet_pton(AF_INET6, text, out->bytes) == 1;
}

/* Cut off the last of a list. */
static struct str
last_of(struct str *list)
{
	size_t begin = list->n;
	struct str last;

	while (begin > 0 && list->p[begin - 1] != ',')
		begin--;
	last = str_trim(str_from(*list, begin));
	list->n = begin ? begin - 1 : 0;
	return last;
}

struct client_ip
client_behind(
	const struct client_ip *peer, struct str forwarded, const struct settings_networks *trusted)
{
	struct client_ip ip = *peer, named;

	while (forwarded.n && client_ip_is_in(trusted, &ip)) {
		if (!read_ip(last_of(&forwarded), &named))
			break;
		ip = named;
	}
	return ip;
}

struct client
client_of(const struct client_ip *ip)
{
	struct client c;

	memcpy(c.address, ip->bytes, sizeof c.address);
	if (!is_mapped(ip))
		memset(c.address + HOUSEHOLD_BITS / 8, 0, sizeof c.address - HOUSEHOLD_BITS / 8);
	return c;
}

bool
client_eq(const struct client *a, const struct client *b)
{
	return memcmp(a->address, b->address, sizeof a->address) == 0;
}
