#include "store/chain.h"

#include "base/asset.h"
#include "store/migrate.h"

#include "scratch.h"

/* Five rows, of two people and an issue. */
static void
fill(struct scratch *s)
{
	static const char *const kinds[] = { "subscribed", "confirmed", "send-began",
		"unsubscribed", "resubscribed" };

	assert_done(s, db_begin(s->db, &s->e));
	for (int i = 0; i < 5; i++)
		assert_done(s, event_add(s->db, 1000 + i, kinds[i], i == 2 ? 0 : 1 + i % 2,
				       i == 2 ? 1 : 0, STR("{\"by\":\"page\"}"), &s->e));
	assert_done(s, db_commit(s->db, &s->e));
}

struct told {
	char text[256];
	size_t n;
};

static void
tell(void *context, enum chain_fault fault, int64_t id, int64_t last)
{
	static const char *const names[] = { "changed", "missing", "cut off", "added", "new past" };
	struct told *t = context;

	t->n += (size_t)snprintf(t->text + t->n, sizeof t->text - t->n, "%s%s %d-%d",
		t->n ? ", " : "", names[fault], (int)id, (int)last);
}

static void
verify(struct scratch *s, const struct chain_head *known, const char *want)
{
	struct told told = { .text = "" };
	struct chain_head end;
	int64_t rows;
	int whole = chain_verify(s->db, known, tell, &told, &end, &rows, &s->e);

	assert_done(s, whole);
	assert_string_equal(told.text, want);
	assert_int_equal(whole, *want == '\0');
}

/* What somebody does who may write to the file, and what is told of it. */
static const struct {
	const char *sql, *want;
} damages[] = {
	{ "UPDATE event SET detail = '{\"by\":\"operator\"}' WHERE id = 2", "changed 2-2" },
	{ "UPDATE event SET at = at + 1 WHERE id = 1", "changed 1-1" },
	{ "UPDATE event SET kind = 'left' WHERE id = 3", "changed 3-3" },
	{ "UPDATE event SET subscriber_id = 2 WHERE id = 1", "changed 1-1" },
	{ "UPDATE event SET issue_id = NULL WHERE id = 3", "changed 3-3" },
	/* The last of them: nothing follows that would show it. */
	{ "UPDATE event SET kind = 'left' WHERE id = 5", "changed 5-5" },
	/* A hash of its own makes the one behind it wrong as well. */
	{ "UPDATE event SET hash = randomblob(32) WHERE id = 2", "changed 2-2, changed 3-3" },
	{ "UPDATE event SET hash = randomblob(32) WHERE id = 5", "changed 5-5, new past 5-5" },
	{ "DELETE FROM event WHERE id = 2", "missing 2-2" },
	{ "DELETE FROM event WHERE id IN (2, 3)", "missing 2-3" },
	{ "DELETE FROM event WHERE id = 1", "missing 1-1" },
	{ "DELETE FROM event WHERE id >= 4", "cut off 4-5" },
	{ "DELETE FROM event", "cut off 1-5" },
	{ "DELETE FROM log_head", "added 1-5" },
	{ "INSERT INTO event (id, at, kind, hash) VALUES (6, 1, 'x', randomblob(32))",
		"changed 6-6, added 6-6" },
	{ "UPDATE event SET id = 20 WHERE id = 2; UPDATE event SET id = 2 WHERE id = 3; UPDATE "
	  "event "
	  "SET id = 3 WHERE id = 20",
		"changed 2-2, changed 3-3, changed 4-4" },
	{ "UPDATE event SET id = id + 1 WHERE id = 5", "missing 5-5, added 6-6" },
};

static void
finds_each_damage_where_it_is(void **state)
{
	struct scratch *s = *state;

	fill(s);
	verify(s, NULL, "");
	for (size_t i = 0; i < COUNT(damages); i++) {
		struct db *kept = s->db;

		assert_done(s, db_open_copy(kept, &s->db, &s->e));
		assert_done(s, db_exec(s->db,
				       "DROP TRIGGER event_is_not_changed; DROP TRIGGER "
				       "event_is_kept;",
				       &s->e));
		assert_done(s, db_exec(s->db, damages[i].sql, &s->e));
		verify(s, NULL, damages[i].want);
		db_close(s->db);
		s->db = kept;
	}
}

static void
is_only_added_to(void **state)
{
	struct scratch *s = *state;

	fill(s);
	assert_int_equal(db_exec(s->db, "UPDATE event SET at = 1 WHERE id = 1", &s->e), -1);
	assert_int_equal(db_exec(s->db, "DELETE FROM event WHERE id = 5", &s->e), -1);
	assert_int_equal(db_exec(s->db, "INSERT INTO event (at, kind) VALUES (1, 'x')", &s->e), -1);
	verify(s, NULL, "");
}

/* Whoever can write everything writes the head as well: a copy of it elsewhere tells. */
static void
tells_by_a_head_that_was_kept_outside(void **state)
{
	struct scratch *s = *state;
	struct chain_head known, other;
	char text[CHAIN_HEX + 24];

	fill(s);
	assert_done(s, chain_head(s->db, &known, &s->e));
	assert_int_equal(known.id, 5);
	chain_print_head(&known, text);
	assert_true(chain_parse_head(str_of(text), &other));
	assert_int_equal(other.id, 5);
	assert_memory_equal(other.hash, known.hash, EVENT_HASH);
	verify(s, &known, "");
	assert_done(s,
		db_exec(s->db,
			"DROP TRIGGER event_is_kept; DELETE FROM event WHERE id > 3; UPDATE "
			"log_head SET event_id = 3, hash = (SELECT hash FROM event WHERE id = 3)",
			&s->e));
	verify(s, NULL, "");
	verify(s, &known, "cut off 4-5");
	/* ... and goes on from there. */
	assert_done(s, db_begin(s->db, &s->e));
	for (int i = 0; i < 3; i++)
		assert_done(s, event_add(s->db, 9, "other", 0, 0, STR(""), &s->e));
	assert_done(s, db_commit(s->db, &s->e));
	verify(s, NULL, "");
	verify(s, &known, "new past 5-5");
}

static void
reads_heads_strictly(void **state)
{
	static const char *const bad[] = { "", ":", "5", "5:", "-1:00",
		"5:00112233445566778899aabbccddeeff00112233445566778899aabbccddeef",
		"5:00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff",
		"5:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff0",
		"5:00112233445566778899aabbccddeeff0011 233445566778899aabbccddeeff" };
	struct chain_head h;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(chain_parse_head(str_of(bad[i]), &h));
}

/* The bytes are written down in chain.h: another program comes to the same hash. */
static void
is_what_it_is_said_to_be(void **state)
{
	static const uint8_t zeros[EVENT_HASH];
	const struct event ev = { .id = 1,
		.at = 2,
		.kind = STR("subscribed"),
		.subscriber = 3,
		.issue = 0,
		.detail = STR("{}") };
	struct chain_head h = { .id = 1 };
	char text[CHAIN_HEX + 24];

	(void)state;
	chain_hash(zeros, &ev, h.hash);
	chain_print_head(&h, text);
	assert_string_equal(
		text, "1:a1eaf618cdbec6ef8bd9f2e325bd2d1a1d5aeff61598cd2de10a8cf2981e7c70");
}

/* A database from before the chain: its rows keep their numbers and get their hashes. */
static void
begins_with_the_rows_that_were_there(void **state)
{
	struct scratch *s = *state;
	char path[128];
	size_t n;
	const struct asset *all = asset_all(&n);

	db_close(s->db);
	s->db = NULL;
	scratch_write(s, DB_PATH, STR(""));
	snprintf(path, sizeof path, "%s/%s", s->path, DB_PATH);
	assert_done(s, db_open_file(path, DB_PATH, true, &s->db, &s->e));
	for (size_t i = 0; i < n && !str_ends(str_of(all[i].name), STR("_log.sql")); i++)
		if (str_starts(str_of(all[i].name), STR("migrations/")))
			assert_done(s, db_exec(s->db, all[i].bytes.p, &s->e));
	assert_done(s, db_exec(s->db,
			       "INSERT INTO event (at, kind, subscriber_id, detail) VALUES (1, "
			       "'imported', 1, '{}'), (2, 'imported', 2, '{}'), (3, 'send-began', "
			       "NULL, '{\"tags\":[]}'); UPDATE event SET id = 7 WHERE id = 3",
			       &s->e));
	db_close(s->db);
	s->db = NULL;
	assert_done(s, db_open(s->dir, DB_PATH, DB_WRITE, &s->db, &s->e));
	verify(s, NULL, "");
	assert_int_equal(scratch_number(s, "SELECT sum(id) FROM event"), 10);
	assert_int_equal(scratch_number(s, "SELECT event_id FROM log_head"), 7);
	fill(s);
	verify(s, NULL, "");
	assert_int_equal(scratch_number(s, "SELECT max(id) FROM event"), 12);
}

#define WITH_DB(test) cmocka_unit_test_setup_teardown(test, scratch_setup_db, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DB(finds_each_damage_where_it_is),
		WITH_DB(is_only_added_to),
		WITH_DB(tells_by_a_head_that_was_kept_outside),
		cmocka_unit_test(reads_heads_strictly),
		cmocka_unit_test(is_what_it_is_said_to_be),
		WITH_DB(begins_with_the_rows_that_were_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
