/* A letter that could be frozen can be filled for anybody whose address we take, and stays a
 * message of CR LF lines that SMTP and we can carry (RELIABILITY H1, P2, P3, P4). The first two
 * lines are a name and an address. */
#include "base/text.h"
#include "input.h"
#include "mail/address.h"
#include "mail/letter.h"

static size_t
header_lines(struct str message)
{
	struct str line;
	size_t n = 0;

	while (str_split(&message, '\n', &line) && line.n > 1)
		n += line.p[0] != ' ' && line.p[0] != '\t';
	return n;
}

static void
check_message(struct str message, bool utf8)
{
	struct str line;

	assert(str_ends(message, STR("\r\n")));
	while (str_split(&message, '\n', &line)) {
		assert(line.n && line.p[line.n - 1] == '\r' && line.n <= 998 + 1);
		assert(line.p[0] != '.');
		for (size_t i = 0; i + 1 < line.n; i++) {
			unsigned char c = (unsigned char)line.p[i];

			assert(c == '\t' || (c >= 0x20 && c < 0x7f) || (utf8 && c >= 0x80));
		}
	}
}

static bool
is_long(struct str message)
{
	struct str line;

	while (str_split(&message, '\n', &line))
		if (line.n > 600)
			return true;
	return false;
}

static void
fill(const struct letter *l, struct str name, const struct address *to)
{
	const struct letter_values v = { .name = name,
		.email = to->envelope,
		.email_shown = to->shown,
		.message_id = STR("<1.2@example.com>"),
		.date = STR("Thu, 26 Nov 2026 06:00:00 +0000"),
		.token = STR("AQEDAAAA"),
		.confirm = STR("AQIDAAAA") };
	struct buf b;
	struct err e = { 0 };

	buf_init(&b, 1 << 24);
	assert(letter_fill(l, &v, &b, &e) == 0);
	/* A value in a header line makes it longer; ours are short. */
	if (!is_long(l->bytes))
		check_message(buf_str(&b), to->smtputf8);
	assert(header_lines(buf_str(&b)) == header_lines(l->bytes));
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = input_of(data, size), name = { 0 }, email = { 0 };
	struct arena a = { 0 };
	struct address to;
	struct letter l;
	const char *why;
	struct err e = { 0 };
	struct buf b;

	str_split(&in, '\n', &name);
	str_split(&in, '\n', &email);
	if (address_parse(email, &a, &to, &why) == ADDRESS_BAD)
		address_parse(STR("ann@example.org"), &a, &to, &why);
	if (letter_freeze(in, &a, &l, &e) < 0) {
		assert(e.code == ERR_DATA && e.text[0]);
		arena_free(&a);
		return 0;
	}
	assert(l.count >= 1 && l.parts[l.count - 1].slot == 0 && l.frozen_size <= in.n);
	fill(&l, text_clean(name, &a), &to);
	buf_init(&b, 1 << 24);
	assert(letter_blank(&l, STR("Thu, 26 Nov 2026 06:00:00 +0000"), &b, &e) == 0);
	assert(str_find(buf_str(&b), '\1') < 0);
	buf_free(&b);
	arena_free(&a);
	return 0;
}
