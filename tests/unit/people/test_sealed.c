#include "people/sealed.h"

#include <string.h>

#include "test.h"

static const struct wish full = { .kind = WISH_SUBSCRIBE,
	.at = INT64_C(1771045205000000),
	.token = STR_INIT("token"),
	.how = STR_INIT("page"),
	.email = STR_INIT("ada@example.org"),
	.name = STR_INIT("Ada, \n5:x,\0 Lovelace"),
	.timezone = STR_INIT("Europe/Berlin"),
	.frequency = STR_INIT("daily"),
	.paused_until = STR_INIT(""),
	.reason = STR_INIT("x"),
	.address = STR_INIT("192.0.2.1"),
	.words = STR_INIT("Yes, I want it.") };

static void
assert_same(const struct wish *a, const struct wish *b)
{
	const struct str *x = &a->token, *y = &b->token;

	assert_int_equal(a->kind, b->kind);
	assert_true(a->at == b->at);
	/* All of them, so that a field that is new and has no row in sealed.c is noticed. */
	for (size_t i = 0; i < (sizeof *a - offsetof(struct wish, token)) / sizeof *x; i++) {
		assert_int_equal(x[i].p == NULL, y[i].p == NULL);
		assert_true(str_eq(x[i], y[i]));
	}
}

static void
what_is_sealed_is_read_again(void **state)
{
	uint8_t hash[SEALED_HASH], other[SEALED_HASH];
	struct spool_pair pair;
	struct arena a = { 0 };
	struct buf line;
	struct wish w;
	const char *why;

	(void)state;
	sign_seal_pair(pair.public, pair.secret);
	for (int kind = 0; kind < WISH_KINDS; kind++) {
		struct wish in = full;

		in.kind = (enum wish_kind)kind;
		in.name.p = kind % 2 ? in.name.p : NULL;
		in.name.n = kind % 2 ? in.name.n : 0;
		buf_init(&line, SEALED_LINE_LIMIT);
		assert_true(sealed_write(&in, pair.public, &line));
		assert_true(sealed_read(buf_str(&line), &pair, &a, &w, hash, &why));
		assert_same(&in, &w);
		buf_clear(&line);
		assert_true(sealed_write(&in, pair.public, &line));
		assert_true(sealed_read(buf_str(&line), &pair, &a, &w, other, &why));
		assert_memory_not_equal(hash, other, sizeof hash);
		buf_free(&line);
	}
	arena_free(&a);
}

static void
a_line_does_not_tell_how_long_an_address_is(void **state)
{
	const struct wish brief = { .kind = WISH_SUBSCRIBE, .at = 1, .email = STR_INIT("a@b.co") },
			  longer = { .kind = WISH_SUBSCRIBE,
				  .at = 1,
				  .email = STR_INIT("a.much.longer.one.than.that@example.org") };
	uint8_t public[SEAL_PUBLIC], secret[SEAL_SECRET];
	struct buf a, b;

	(void)state;
	sign_seal_pair(public, secret);
	buf_init(&a, SEALED_LINE_LIMIT);
	buf_init(&b, SEALED_LINE_LIMIT);
	assert_true(sealed_write(&brief, public, &a) && sealed_write(&longer, public, &b));
	assert_int_equal(a.n, b.n);
	buf_free(&a);
	buf_free(&b);
}

static void
what_is_changed_cut_or_anothers_is_refused(void **state)
{
	uint8_t hash[SEALED_HASH];
	struct spool_pair pair, other;
	struct arena a = { 0 };
	struct buf line;
	struct wish w;
	const char *why;

	(void)state;
	sign_seal_pair(pair.public, pair.secret);
	sign_seal_pair(other.public, other.secret);
	buf_init(&line, SEALED_LINE_LIMIT);
	assert_true(sealed_write(&full, pair.public, &line));
	assert_false(sealed_read(buf_str(&line), &other, &a, &w, hash, &why));
	for (size_t i = 0; i < line.n; i += 7) {
		char was = line.p[i];

		line.p[i] = was == 'A' ? 'B' : 'A';
		assert_false(sealed_read(buf_str(&line), &pair, &a, &w, hash, &why));
		assert_non_null(why);
		line.p[i] = was;
		assert_false(sealed_read(str_sub(buf_str(&line), 0, i), &pair, &a, &w, hash, &why));
	}
	assert_true(sealed_read(buf_str(&line), &pair, &a, &w, hash, &why));
	buf_addc(&line, ' ');
	assert_false(sealed_read(buf_str(&line), &pair, &a, &w, hash, &why));
	buf_free(&line);
	arena_free(&a);
}

static void
what_is_too_long_is_not_written(void **state)
{
	static char name[SEALED_TEXT_LIMIT];
	uint8_t public[SEAL_PUBLIC], secret[SEAL_SECRET];
	struct wish w = { .kind = WISH_SAVE, .name = { name, sizeof name } };
	struct buf line;

	(void)state;
	memset(name, 'x', sizeof name);
	sign_seal_pair(public, secret);
	buf_init(&line, SEALED_LINE_LIMIT);
	assert_false(sealed_write(&w, public, &line));
	buf_clear(&line);
	w.name.n = sizeof name - SEALED_STEP;
	assert_true(sealed_write(&w, public, &line));
	buf_free(&line);
}

static void
a_text_has_one_form(void **state)
{
	/* clang-format off */
	static const struct {
		const char *in;
		bool good;
	} rows[] = {
		{ "4:kind,5:leave,2:at,1:7,", true },
		{ "4:kind,5:leave,2:at,1:7,   ", true },
		{ "4:kind,5:leave,2:at,1:7,5:token,1:x,", true },
		{ "4:kind,5:leave,2:at,1:7,5:token,0:,", true },
		{ "", false },
		{ "4:kind,5:leave,", false },
		{ "2:at,1:7,4:kind,5:leave,", false },
		{ "4:kind,5:leaVe,2:at,1:7,", false },
		{ "4:kind,5:leave,2:at,2:-7,", false },
		{ "4:kind,5:leave,2:at,20:99999999999999999999,", false },
		{ "4:kind,5:leave,2:at,1:7,5:token,1:x,5:token,1:x,", false },
		{ "4:kind,5:leave,2:at,1:7,3:foo,1:x,", false },
		{ "4:kind,5:leave,2:at,1:7,5:token,", false },
		{ "4:kind,5:leave,2:at,1:7,5:token,9:x,", false },
		{ "4:kind,5:leave,2:at,1:7,5:token,1:x;", false },
		{ "4:kind,5:leave,2:at,1:7,05:token,1:x,", false },
		{ "4:kind,5:leave,2:at,1:7,:token,1:x,", false },
		{ "4:kind,5:leave,2:at,1:7,5:token,99999999:x,", false },
		{ "4:kind,5:leave,2:at,1:7, x", false },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *why;
		struct wish w;

		print_message("%s\n", rows[i].in);
		assert_int_equal(sealed_parse(str_of(rows[i].in), &w, &why), rows[i].good);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sealed_is_read_again),
		cmocka_unit_test(a_line_does_not_tell_how_long_an_address_is),
		cmocka_unit_test(what_is_changed_cut_or_anothers_is_refused),
		cmocka_unit_test(what_is_too_long_is_not_written),
		cmocka_unit_test(a_text_has_one_form),
	};

	sign_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
