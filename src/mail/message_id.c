#include "mail/message_id.h"

#include <stdio.h>

#include "base/buf.h"

size_t
message_id_make(struct str what, uint64_t subscriber, struct str domain,
	const uint8_t key[static MAC_KEY], char out[static MESSAGE_ID_MAX])
{
	uint8_t mac[20];
	struct buf text, tag;
	int n;

	buf_init(&text, 256);
	buf_printf(&text, "%.*s/%llu", STR_ARG(what), (unsigned long long)subscriber);
	sign_mac(buf_str(&text), key, "message-id", mac, sizeof mac);
	buf_free(&text);
	buf_init(&tag, 40);
	sign_base32((struct str){ .p = (const char *)mac, .n = sizeof mac }, &tag);
	n = snprintf(out, MESSAGE_ID_MAX, "<%s@%.*s>", buf_z(&tag), STR_ARG(domain));
	buf_free(&tag);
	return n > 0 && n < MESSAGE_ID_MAX ? (size_t)n : 0;
}
