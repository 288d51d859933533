/* However a relay's bytes are cut, the same replies come out of them, harmless and within their
 * ceilings (RELIABILITY S9), and each has a meaning. */
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "input.h"
#include "net/reply.h"

static void
check_text(const struct reply *r)
{
	struct str text = str_of(r->text);
	char again[REPLY_TEXT + 1];

	assert(text.n <= REPLY_TEXT && text_is_utf8(text));
	for (size_t i = 0; i < text.n; i++)
		assert((unsigned char)text.p[i] >= 0x20 && text.p[i] != 0x7f);
	assert(log_escape(text, again, sizeof again) == text.n && str_eqz(text, again));
}

static void
check_meaning(const struct reply *r)
{
	for (int phase = REPLY_GREETING; phase <= REPLY_FINAL; phase++) {
		enum reply_meaning m = reply_judge((enum reply_phase)phase, r);

		assert(m >= REPLY_ACCEPTED && m <= REPLY_ABORT);
		assert((m == REPLY_ACCEPTED) == (r->code < 400));
		/* S2: nobody is given up for a 4xx. S3: only RCPT says something of an address. */
		if (r->code < 500 || phase != REPLY_RCPT)
			assert(m != REPLY_FAIL_RCPT);
		if (r->code < 500)
			assert(m != REPLY_FAIL_SOFT && m != REPLY_FAIL_POLICY);
	}
}

static void
check(const struct reply *r)
{
	assert(r->code >= 200 && r->code <= 599);
	assert(r->class == 0 || r->class == r->code / 100);
	assert(r->subject >= 0 && r->subject <= 999 && r->detail >= 0 && r->detail <= 999);
	check_text(r);
	check_meaning(r);
}

/* All replies of `in`, cut by `seed` (0: not at all), as text. */
static void
read_all(struct str in, uint32_t seed, struct buf *out)
{
	enum reply_progress got = REPLY_MORE;
	struct reply_parser p;
	size_t left = in.n, bytes = 0;

	reply_init(&p);
	while (left && got != REPLY_BAD) {
		struct str piece = str_from(in, in.n - left);
		size_t before;

		piece.n = before = seed ? input_piece(&seed, left) : left;
		got = reply_take(&p, &piece);
		assert(piece.n <= before && (got == REPLY_DONE || got == REPLY_BAD || !piece.n));
		left -= before - piece.n;
		bytes += before - piece.n;
		assert(bytes <= 64 * 1024);
		if (got != REPLY_DONE)
			continue;
		check(&p.reply);
		buf_printf(out, "%zu %d %d.%d.%d %s\n", left, p.reply.code, p.reply.class,
			p.reply.subject, p.reply.detail, p.reply.text);
		bytes = 0;
	}
	buf_addz(out, got == REPLY_BAD ? "bad" : "end");
	reply_free(&p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = input_of(data, size);
	uint32_t seed = 1 + input_byte(&in);
	struct buf whole, pieces;

	buf_init(&whole, 1 << 26);
	buf_init(&pieces, 1 << 26);
	read_all(in, 0, &whole);
	read_all(in, seed, &pieces);
	assert(str_eq(buf_str(&whole), buf_str(&pieces)));
	buf_free(&whole);
	buf_free(&pieces);
	return 0;
}
