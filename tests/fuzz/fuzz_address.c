/* What is taken as an address has one form, in which it is taken again, and nothing in it could end
 * a command, a header or a mailbox (RELIABILITY I1, I2). */
#include "base/text.h"
#include "input.h"
#include "mail/address.h"

static void
check_envelope(struct str s)
{
	ptrdiff_t at = str_find(s, '@');

	assert(at > 0 && at <= 64 && s.n <= 254 && text_is_utf8(s));
	assert(str_find(str_from(s, (size_t)at + 1), '@') < 0);
	for (size_t i = 0; i < s.n; i++) {
		assert((unsigned char)s.p[i] > 0x20 && s.p[i] != 0x7f);
		assert(str_find(STR("<>()[]\\,;:\""), s.p[i]) < 0);
	}
}

static void
check_domain(struct str s)
{
	assert(s.n && str_find(s, '.') > 0);
	for (size_t i = 0; i < s.n; i++)
		assert((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
			s.p[i] == '-' || s.p[i] == '.');
}

static void
check_again(const struct address *first, struct arena *a)
{
	struct address again, shown, key;
	const char *why;

	assert(address_parse(first->envelope, a, &again, &why) != ADDRESS_BAD);
	assert(str_eq(again.envelope, first->envelope) && str_eq(again.shown, first->shown));
	assert(str_eq(again.key, first->key) && again.smtputf8 == first->smtputf8);
	/* A reader who types what is shown is the same reader. */
	assert(address_parse(first->shown, a, &shown, &why) != ADDRESS_BAD);
	assert(str_eq(shown.envelope, first->envelope));
	if (address_parse(first->key, a, &key, &why) != ADDRESS_BAD)
		assert(str_eq(key.key, first->key));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = str_trim(input_of(data, size));
	struct address out = { .smtputf8 = true };
	struct arena a = { 0 };
	const char *why = NULL;
	enum address_verdict got = address_parse(in, &a, &out, &why);

	if (got == ADDRESS_BAD) {
		assert(why && *why && out.smtputf8 && !out.envelope.p);
	} else {
		assert(out.smtputf8 == (got == ADDRESS_SMTPUTF8));
		assert(address_is_envelope(out.envelope));
		check_envelope(out.envelope);
		check_domain(out.domain);
		assert(str_ends(out.envelope, out.domain));
		check_again(&out, &a);
	}
	if (address_is_envelope(in))
		check_envelope(in);
	arena_free(&a);
	return 0;
}
