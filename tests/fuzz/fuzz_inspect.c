/* What was taken for a message can be looked at: its parts are there, each field is found again, and reading
 * it twice gives the same. The first byte says whether SMTPUTF8 is spoken. */
#include "base/text.h"
#include "input.h"
#include "mail/inspect.h"

static void
check_parts(const struct inspected *m)
{
	assert(m->part_count >= 2 && m->part_count <= INSPECT_PARTS);
	for (size_t i = 0; i < m->part_count; i++)
		assert(i > 1 || text_is_utf8(m->parts[i].body));
	assert(m->longest_line <= 998);
	assert(text_is_utf8(m->subject));
	assert(str_find(m->to, '@') > 0);
}

static void
check_fields(struct str header)
{
	struct str name, value;
	size_t all = 0, whole = header.n;

	while (inspect_field(&header, &name, &value))
		all += name.n + 1 + value.n + 2;
	assert(header.n == 0 && all == whole);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = input_of(data, size), message = str_from(in, 1);
	bool utf8 = in.n && in.p[0] & 1;
	struct arena a = { 0 };
	struct inspected one, two;
	struct err e = { 0 };

	if (inspect_read(message, utf8, &a, &one, &e) == 0) {
		check_parts(&one);
		check_fields(one.header);
		assert(inspect_read(message, utf8, &a, &two, &e) == 0);
		assert(two.part_count == one.part_count && str_eq(one.to, two.to));
	}
	arena_free(&a);
	return 0;
}
