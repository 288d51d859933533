/* What the DNS says of names: SPF, DMARC and lists of tags. What is read lies within the text, and says
 * no more than it holds. */
#include "input.h"
#include "mail/dmarc.h"
#include "mail/spf.h"
#include "mail/tags.h"

static void
is_within(struct str piece, struct str text)
{
	assert(piece.n == 0 || (piece.p >= text.p && piece.p + piece.n <= text.p + text.n));
}

static void
check_spf(struct str text)
{
	static const uint8_t nowhere[16] = { 0 };
	struct str bad = { 0 };
	const char *why = NULL;
	struct spf s;

	if (!spf_is_record(text))
		return;
	if (!spf_read(text, &s, &bad, &why)) {
		assert(why && bad.n);
		is_within(bad, text);
		return;
	}
	assert(s.count <= SPF_TERMS);
	for (size_t i = 0; i < s.count; i++) {
		const struct spf_term *t = &s.terms[i];

		is_within(t->domain, text);
		assert(t->bits4 <= 32 && t->bits6 <= 128);
		assert(t->bits6 == 0 || spf_covers(t->address, t->bits6, t->address));
		assert(t->bits6 || spf_covers(t->address, t->bits6, nowhere));
		assert(t->qualifier == '+' || t->qualifier == '-' || t->qualifier == '~' ||
			t->qualifier == '?');
	}
	assert(!spf_all(&s) || spf_all(&s)->kind == SPF_ALL);
}

static void
check_tags(struct str text)
{
	struct tags t;

	if (!tags_read(text, &t))
		return;
	assert(t.count > 0 && t.count <= TAGS_MOST);
	for (size_t i = 0; i < t.count; i++) {
		is_within(t.all[i].name, text);
		is_within(t.all[i].value, text);
		assert(t.all[i].name.n);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = input_of(data, size);
	const char *why = NULL;
	struct dmarc d;

	check_spf(in);
	check_tags(in);
	if (dmarc_is_record(in) && !dmarc_read(in, &d, &why))
		assert(why);
	return 0;
}
