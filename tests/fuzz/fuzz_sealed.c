/* Whatever lies in a spool, what is read of it is a wish that reads the same when it is written
 * again, and what is not sealed to us is nothing (RELIABILITY K1). */
#include <string.h>

#include "base/sign.h"
#include "input.h"
#include "people/sealed.h"

static const struct spool_pair *
our_pair(void)
{
	static struct spool_pair pair;
	static bool made;

	if (!made) {
		memset(pair.secret, 7, sizeof pair.secret);
		sign_seal_public(pair.secret, pair.public);
	}
	made = true;
	return &pair;
}

/* The text as a writer has it that knows no pair. */
static void
check_text(struct str text)
{
	struct wish w, again;
	const char *why;
	struct buf b, c;

	if (!sealed_parse(text, &w, &why))
		return;
	assert((int)w.kind < WISH_KINDS && w.at >= 0);
	buf_init(&b, SEALED_TEXT_LIMIT * 2);
	buf_init(&c, SEALED_TEXT_LIMIT * 2);
	sealed_print(&w, &b);
	assert(b.n % SEALED_STEP == 0 && sealed_parse(buf_str(&b), &again, &why));
	sealed_print(&again, &c);
	assert(str_eq(buf_str(&b), buf_str(&c)));
	buf_free(&b);
	buf_free(&c);
}

/* The same text sealed, one byte of the line changed. */
static void
check_sealed(struct str text, unsigned at, unsigned change)
{
	uint8_t hash[SEALED_HASH];
	struct arena a = { 0 };
	struct buf sealed, line;
	struct wish w;
	const char *why;

	buf_init(&sealed, SEALED_TEXT_LIMIT + SEAL_EXTRA);
	buf_init(&line, SEALED_LINE_LIMIT);
	if (sign_seal(text, our_pair()->public, &sealed)) {
		buf_addz(&line, "1 ");
		sign_base64url(buf_str(&sealed), &line);
		assert(sealed_read(buf_str(&line), our_pair(), &a, &w, hash, &why) ==
			sealed_parse(text, &w, &why));
		line.p[at % line.n] = (char)((unsigned)line.p[at % line.n] ^ change);
		if (change)
			assert(!sealed_read(buf_str(&line), our_pair(), &a, &w, hash, &why));
	}
	buf_free(&sealed);
	buf_free(&line);
	arena_free(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = input_of(data, size);
	unsigned at = input_byte(&in) << 8 | input_byte(&in), change = input_byte(&in);
	uint8_t hash[SEALED_HASH];
	struct arena a = { 0 };
	struct wish w;
	const char *why;

	check_text(in);
	if (in.n <= SEALED_TEXT_LIMIT)
		check_sealed(in, at, change);
	assert(!sealed_read(in, our_pair(), &a, &w, hash, &why) || in.n > 2);
	arena_free(&a);
	return 0;
}
