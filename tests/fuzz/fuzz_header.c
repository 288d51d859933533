/* Whatever a title or a name holds, once it is clean: one field of ASCII lines that are folded, and
 * no second field (RELIABILITY H1). */
#include "base/text.h"
#include "input.h"
#include "mail/header.h"

static void
check_field(struct str field, size_t most)
{
	struct str line, rest = field;

	assert(str_ends(field, STR("\r\n")));
	for (bool first = true; str_split(&rest, '\n', &line); first = false) {
		assert(line.n > 1 && line.p[line.n - 1] == '\r');
		line.n--;
		/* Folded lines begin with a blank and hold something else. */
		assert(first ? line.p[0] != ' ' : line.p[0] == ' ');
		assert(str_trim(line).n > 0 && line.n <= most);
		for (size_t i = 0; i < line.n; i++)
			assert(line.p[i] >= 0x20 && line.p[i] < 0x7f);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct str clean = text_clean(input_of(data, size), &a);
	struct buf b;

	assert(text_is_clean(clean));
	buf_init(&b, 1 << 26);
	header_text(&b, "Subject", clean);
	if (clean.n)
		check_field(buf_str(&b), 78);
	buf_clear(&b);
	header_mailbox(&b, "From", clean, STR("ann@example.org"));
	check_field(buf_str(&b), 78);
	buf_clear(&b);
	header_list_id(&b, clean, STR("list.example.org"));
	check_field(buf_str(&b), 78);
	buf_free(&b);
	arena_free(&a);
	return 0;
}
