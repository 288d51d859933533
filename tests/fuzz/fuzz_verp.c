/* An envelope sender that we made is known again in any case of letters; none that was changed is.
 */
#include <string.h>

#include "input.h"
#include "mail/verp.h"

static const uint8_t key[MAC_KEY] = { 9 };

static struct str
lower(struct str s, char out[static VERP_MAX + 1])
{
	for (size_t i = 0; i < s.n; i++)
		out[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 : s.p[i]);
	return (struct str){ out, s.n };
}

static void
change(struct str in)
{
	const struct str bounce = STR("bounce@example.com");
	char made[VERP_MAX + 1], other[VERP_MAX + 1], small[VERP_MAX + 1];
	uint64_t subscriber = 0, got;
	uint32_t issue = 0, issue_got;
	struct str changed;
	size_t n;

	memcpy(&subscriber, input_bytes(&in, 8).p, in.n >= 8 ? 8 : 0);
	memcpy(&issue, in.p, in.n >= 4 ? 4 : 0);
	n = verp_make(bounce, subscriber, issue, key, made);
	assert(n > 0 && n == strlen(made) && strcspn(made, "@") <= 64);
	assert(verp_check((struct str){ made, n }, bounce, key, &got, &issue_got));
	assert(got == subscriber && issue_got == issue);
	memcpy(other, made, n);
	for (in = str_from(in, 4); in.n;) {
		size_t at = input_byte(&in) % n;

		other[at] = (char)input_byte(&in);
	}
	changed = (struct str){ other, n };
	assert(verp_check(changed, bounce, key, &got, &issue_got) ==
		str_eqz(lower(changed, small), made));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = input_of(data, size), bounce = { 0 };
	char made[VERP_MAX + 1];
	uint64_t subscriber;
	uint32_t issue;

	if (verp_check(in, STR("bounce@example.com"), key, &subscriber, &issue)) {
		/* It was looked up in here while it was compared: then it is as we make it. */
		char small[VERP_MAX + 1];

		assert(verp_make(STR("bounce@example.com"), subscriber, issue, key, made) == in.n);
		assert(str_eqz(lower(in, small), made));
	}
	if (in.n >= 12)
		change(in);
	/* Any address to make them from, good or not. */
	str_split(&in, '\n', &bounce);
	if (verp_make(bounce, 1, 2, key, made) > 0)
		assert(strlen(made) <= VERP_MAX);
	return 0;
}
