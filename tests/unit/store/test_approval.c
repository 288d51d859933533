#include "store/approval.h"

#include "scratch.h"
#include "store/edition.h"

#define BARE "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const struct day day = { 2026, 2, 14 }, other = { 2026, 2, 15 };

/* An edition whose hash is this letter, 64 times. */
static struct edition
keep(struct scratch *s, char letter)
{
	char hash[64];
	struct edition ed = { .kind = STR("issue"),
		.day = STR("2026-02-14"),
		.subject = STR("A subject"),
		.bytes = STR("bytes") };

	memset(hash, letter, sizeof hash);
	ed.hash = arena_str(&s->a, (struct str){ hash, sizeof hash });
	assert_done(s, edition_keep(s->db, &ed, 1, &s->e));
	return ed;
}

static void
approve(struct scratch *s, char letter, const char *by, int64_t at)
{
	struct edition ed = keep(s, letter);
	struct approval a = { .edition_id = ed.id,
		.hash = ed.hash,
		.bare_hash = STR(BARE),
		.by = str_of(by),
		.at = at };

	assert_done(s, db_begin(s->db, &s->e));
	assert_done(s, approval_add(s->db, day, &a, &s->e));
	assert_done(s, db_commit(s->db, &s->e));
}

static void
the_newest_word_counts(void **state)
{
	static const struct {
		char letter;
		const char *by;
	} rows[] = { { 'a', "ada" }, { 'c', "bob" }, { 'a', "bob" } };
	struct scratch *s = *state;
	struct approval got;

	assert_int_equal(approval_newest(s->db, day, &s->a, &got, &s->e), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		approve(s, rows[i].letter, rows[i].by, (int64_t)i + 1);
		assert_int_equal(approval_newest(s->db, day, &s->a, &got, &s->e), 1);
		assert_str(got.by, rows[i].by);
		assert_str(got.bare_hash, BARE);
		assert_int_equal(got.hash.n, 64);
		assert_int_equal(got.hash.p[0], rows[i].letter);
		assert_int_equal(got.at, i + 1);
	}
	assert_int_equal(approval_newest(s->db, other, &s->a, &got, &s->e), 0);
}

static void
each_is_an_event(void **state)
{
	struct scratch *s = *state;

	approve(s, 'a', "ada", 5);
	approve(s, 'a', "bob", 6);
	assert_int_equal(
		scratch_number(s, "SELECT count(*) FROM event WHERE kind = 'approved'"), 2);
	assert_int_equal(
		scratch_number(s, "SELECT count(*) FROM event WHERE detail ->> '$.by' = 'bob' "
				  "AND detail ->> '$.day' = '2026-02-14' "
				  "AND length(detail ->> '$.edition') = 64"),
		1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_newest_word_counts, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			each_is_an_event, scratch_setup_db, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
