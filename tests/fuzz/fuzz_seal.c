/* Whatever a letter's frozen body and a person's values are: signed from the frozen pieces and a saved
 * hash is the same, to the byte, as signed whole. */
#include <stdlib.h>

#include "base/clock.h"
#include "input.h"
#include "mail/seal.h"

static const char pem[] = "-----BEGIN PRIVATE KEY-----\n"
			  "MC4CAQAwBQYDK2VwBCIEIJJjy7W/VXTBReOzErEcT16eH9Iaoi+9+YsisIhqe4Gm\n"
			  "-----END PRIVATE KEY-----\n";

static void
compare(const struct seal_signers *signers, const struct letter *l, const struct letter_values *v)
{
	struct buf plain, whole, pieces;
	struct splice *s;
	struct seal *seal;
	struct err e;

	buf_init(&plain, 1 << 24);
	buf_init(&whole, 1 << 24);
	buf_init(&pieces, 1 << 24);
	if (letter_fill(l, v, &plain, &e) == 0) {
		assert(seal_new(signers, l, &seal, &e) == 0);
		assert(seal_fill(seal, v, CLOCK_DAY, &s, &e) == 0);
		assert(seal_message(signers, buf_str(&plain), CLOCK_DAY, &whole, &e) == 0);
		splice_add_to(s, &pieces);
		assert(str_eq(buf_str(&pieces), buf_str(&whole)));
		assert(str_ends(buf_str(&pieces), buf_str(&plain)));
		splice_free(s);
		seal_free(seal);
	}
	buf_free(&plain);
	buf_free(&whole);
	buf_free(&pieces);
}

/* The bytes are a body with marks ('@' and a letter stand for one), and behind a NUL the values. */
static void
make_letter(struct str body, struct arena *a, struct letter *l, const struct seal_signers *signers,
	struct letter_values *v)
{
	struct err e;
	struct buf b;

	buf_init(&b, 1 << 20);
	buf_addz(&b, "From: a@b.test\r\nTo: \1o\r\nDate: \1d\r\nMessage-ID: \1m\r\nSubject: x  y"
		     "\r\n\r\n");
	for (size_t i = 0; i < body.n; i++) {
		if (body.p[i] == '\n')
			buf_addc(&b, '\r');
		buf_addc(&b, body.p[i] == '@' ? '\1' : body.p[i]);
	}
	buf_addz(&b, "\r\n");
	if (letter_freeze(buf_keep(&b, a), a, l, &e) == 0)
		compare(signers, l, v);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct seal_signer signer = { .selector = "s", .domain = "b.test" };
	const struct seal_signers signers = { .all = &signer, .count = 1 };
	struct str in = input_of(data, size), body = { 0 };
	struct arena a = { 0 };
	struct letter l;
	struct err e;

	if (size > 1 << 16 || !str_split(&in, '\0', &body))
		return 0;
	if (!signer.key && dkim_key_read(str_of(pem), DKIM_ED25519, &signer.key, &e) < 0)
		abort();
	make_letter(body, &a, &l, &signers,
		&(struct letter_values){ .name = in,
			.email = STR("p@c.test"),
			.email_shown = STR("p@c.test"),
			.message_id = STR("<m@b.test>"),
			.date = STR("Thu, 26 Nov 2026 06:00:00 +0000"),
			.token = STR("0123456789"),
			.confirm = STR("0123456789") });
	arena_free(&a);
	return 0;
}
