#include "store/person.h"

#include "base/json.h"
#include "scratch.h"

/* Two people, and every table that can hold something of one. */
static const char filled[] =
	"INSERT INTO import_run (id, file, started_at) VALUES (1, 'people.csv', 1000000);"
	"INSERT INTO subscriber (id, email, email_key, domain, name, state, state_at, created_at, "
	"updated_at) VALUES (1, 'Ada@vanity.example', 'ada@vanity.example', 'vanity.example', "
	"'Ada \"L\"', 'active', 1, 1, 1), (2, 'bob@example.com', 'bob@example.com', 'example.com', "
	"'Bob', 'active', 1, 1, 1), (3, 'ann@example.com', 'ann@example.com', 'example.com', "
	"'Ann', 'active', 1, 1, 1);"
	"INSERT INTO tag VALUES (1, 'press'), (1, 'early'), (2, 'press');"
	"INSERT INTO import_change VALUES (1, 1, '{\"name\":\"A. L.\"}');"
	"INSERT INTO edition VALUES (1, hex(zeroblob(32)), 'issue', '2026-02-14', 's', x'00', 1);"
	"INSERT INTO issue (id, day, edition_id, state, held_why, dated_at, last_moment, "
	"started_at) VALUES (1, '2026-02-14', 1, 'held', '550 <ada@VANITY.example> no', 1, 1, 1);"
	"INSERT INTO canary VALUES (1, 1);"
	"INSERT INTO delivery (issue_id, subscriber_id, edition_id, state, words) VALUES "
	"(1, 1, 1, 'failed', '550 <Ada@vanity.example>'), (1, 2, 1, 'sent', NULL);"
	"INSERT INTO attempt (subscriber_id, issue_id, n, at, state, words) VALUES "
	"(1, 1, 1, 2000000, 'failed', '550 <Ada@vanity.example>');"
	"INSERT INTO owed (subscriber_id, kind, email, detail, owed_at) VALUES "
	"(1, 'left', NULL, '{}', 3000000), "
	"(2, 'address', 'Ada@vanity.example', '{\"email\":\"Ada@vanity.example\"}', 4000000), "
	"(2, 'address', NULL, '{\"email\":\"Ada@vanity.example\"}', 4000000), "
	"(2, 'left', NULL, '{}', 5000000);"
	"INSERT INTO bounce (subscriber_id, issue_id, kind, source, report, at, words) VALUES "
	"(1, 1, 'soft', 'mail', 'r1', 1, '450 <Ada@vanity.example>'), "
	"(2, 1, 'soft', 'mail', 'r2', 1, '450');"
	"INSERT INTO consent (subscriber_id, at, step, words, address, via) VALUES "
	"(1, 1, 'asked', 'Send it to me', '192.0.2.7', 'page');"
	"INSERT INTO fact VALUES ('daily_told', '2026-02-14 69 450 <ada@vanity.example> no');"
	"INSERT INTO relay (name, tokens, tokens_at, words) VALUES "
	"('smtp://a', 1, 1, '450 <Ada@vanity.example> later'), ('smtp://b', 1, 1, 'busy');"
	"INSERT INTO domain (name, tokens, tokens_at, words) VALUES "
	"('vanity.example', 1, 1, NULL), ('example.com', 1, 1, '450 <ADA@vanity.example> no');";

static int
fill(void **state)
{
	struct scratch *s;

	scratch_setup_db(state);
	s = *state;
	assert_done(s, db_exec(s->db, filled, &s->e));
	return 0;
}

static void
erases_one_and_leaves_the_others(void **state)
{
	static const struct {
		const char *table;
		int left;
	} rows[] = {
		{ "SELECT count(*) FROM subscriber", 2 },
		{ "SELECT count(*) FROM tag", 1 },
		{ "SELECT count(*) FROM import_change", 0 },
		{ "SELECT count(*) FROM canary", 0 },
		{ "SELECT count(*) FROM delivery", 1 },
		{ "SELECT count(*) FROM attempt", 0 },
		{ "SELECT count(*) FROM owed", 1 },
		{ "SELECT count(*) FROM consent", 0 },
		{ "SELECT count(*) FROM fact WHERE name = 'daily_told'", 0 },
		{ "SELECT count(*) FROM bounce", 1 },
		{ "SELECT count(*) FROM relay WHERE words IS NULL", 1 },
		{ "SELECT count(*) FROM relay WHERE words = 'busy'", 1 },
		{ "SELECT count(*) FROM domain", 1 },
		{ "SELECT count(*) FROM domain WHERE words IS NULL", 1 },
		{ "SELECT count(*) FROM issue WHERE held_why = ''", 1 },
	};
	struct scratch *s = *state;
	int64_t at;

	assert_done(s, person_swept_at(s->db, &at, &s->e));
	assert_int_equal(at, 0);
	assert_int_equal(person_sweep_due(s->db, &s->e), 0);
	assert_done(s, db_begin(s->db, &s->e));
	assert_done(s, person_erase(s->db, 1, &s->e));
	assert_done(s, db_commit(s->db, &s->e));
	for (size_t i = 0; i < COUNT(rows); i++)
		if (scratch_number(s, rows[i].table) != rows[i].left)
			fail_msg("%s: %lld", rows[i].table,
				(long long)scratch_number(s, rows[i].table));
	assert_int_equal(person_sweep_due(s->db, &s->e), 1);
	assert_int_equal(person_sweep(s->db, 7, &s->e), 1);
	assert_int_equal(person_sweep_due(s->db, &s->e), 0);
	assert_done(s, person_swept_at(s->db, &at, &s->e));
	assert_int_equal(at, 7);
}

/* A domain that somebody else has too is nobody's name. */
static void
keeps_what_is_learnt_of_a_domain_of_others(void **state)
{
	struct scratch *s = *state;

	assert_done(s, person_erase(s->db, 2, &s->e));
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM domain"), 2);
}

static bool
holds(struct str json, const char *piece)
{
	return str_find_str(json, str_of(piece)) >= 0;
}

static void
writes_out_everything_as_json(void **state)
{
	static const char *const pieces[] = { "\"email\":\"Ada@vanity.example\"",
		"\"name\":\"Ada \\\"L\\\"\"", "\"tags\":[\"early\",\"press\"]",
		"\"step\":\"asked\",\"words\":\"Send it to me\",\"address\":\"192.0.2.7\"",
		"\"issue\":\"2026-02-14\",\"state\":\"failed\"",
		"\"at\":\"1970-01-01T00:00:02Z\",\"state\":\"failed\"", "\"kind\":\"left\"",
		"\"issue\":\"2026-02-14\",\"kind\":\"soft\"", "\"file\":\"people.csv\"",
		"\"before\":{\"name\":\"A. L.\"}", "\"events\":[]" };
	struct scratch *s = *state;
	enum json_kind kind;
	struct str json;

	assert_int_equal(person_json(s->db, 1, &s->a, &json, &s->e), 1);
	for (size_t i = 0; i < COUNT(pieces); i++)
		if (!holds(json, pieces[i]))
			fail_msg("%s is not in %.*s", pieces[i], STR_ARG(json));
	assert_false(holds(json, "bob@"));
	assert_done(s, json_check(&json, &kind, &s->e));
	assert_int_equal(kind, JSON_OBJECT);
	assert_false(db_in_transaction(s->db));
	assert_int_equal(person_json(s->db, 99, &s->a, &json, &s->e), 0);
	assert_false(db_in_transaction(s->db));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			erases_one_and_leaves_the_others, fill, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			keeps_what_is_learnt_of_a_domain_of_others, fill, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			writes_out_everything_as_json, fill, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
