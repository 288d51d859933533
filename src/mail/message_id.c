#include "mail/message_id.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"

enum { TAG = 20 };

void
message_id_issue(struct day day, char out[static MESSAGE_ID_WHAT])
{
	char text[11];

	clock_print_day(day, text);
	snprintf(out, MESSAGE_ID_WHAT, "issue/%s", text);
}

size_t
message_id_make(struct str what, uint64_t subscriber, struct str domain,
	const uint8_t key[static MAC_KEY], char out[static MESSAGE_ID_MAX])
{
	char text[MESSAGE_ID_WHAT + 24];
	uint8_t mac[TAG];
	struct buf b;
	int n;

	n = snprintf(text, sizeof text, "%.*s/%llu", STR_ARG(str_sub(what, 0, MESSAGE_ID_WHAT)),
		(unsigned long long)subscriber);
	sign_mac((struct str){ text, (size_t)n }, key, "message-id", mac, sizeof mac);
	buf_init(&b, MESSAGE_ID_MAX - 1);
	buf_addc(&b, '<');
	sign_base32((struct str){ .p = (const char *)mac, .n = sizeof mac }, &b);
	buf_addc(&b, '@');
	buf_add(&b, domain);
	buf_addc(&b, '>');
	n = b.over ? 0 : (int)b.n;
	memcpy(out, buf_z(&b), (size_t)n + 1);
	buf_free(&b);
	return (size_t)n;
}
