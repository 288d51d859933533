#include "store/db.h"

#include "base/file.h"
#include "scratch.h"

static void
makes_a_database_only_when_told_to(void **state)
{
	struct scratch *s = *state;
	struct stat st;

	assert_int_equal(db_open(s->dir, DB_PATH, DB_WRITE, &s->db, &s->e), -1);
	assert_int_equal(s->e.code, ERR_NOINPUT);
	assert_int_equal(fstatat(s->dir, DB_PATH, &st, 0), -1);
	assert_done(s, db_open(s->dir, DB_PATH, DB_CREATE, &s->db, &s->e));
	assert_int_equal(fstatat(s->dir, DB_PATH, &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(fstatat(s->dir, DB_PATH "-wal", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void
sets_what_makes_commits_last(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(scratch_number(s, "PRAGMA synchronous"), 2);
	assert_int_equal(scratch_number(s, "PRAGMA foreign_keys"), 1);
	assert_int_equal(scratch_number(s, "PRAGMA trusted_schema"), 0);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM pragma_journal_mode WHERE "
					   "journal_mode = 'wal'"),
		1);
}

/* What lies in the database's place, and what the refusal says. */
static void
refuses_what_is_not_its_own_and_leaves_it_alone(void **state)
{
	static const struct {
		const char *what, *why;
	} rows[] = {
		{ "", "an empty file" },
		{ "this is no database, however long one looks at it, and it goes on for a while "
		  "so that it is longer than a header of one hundred bytes would be",
			"no database" },
	};
	struct scratch *s = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str now;

		scratch_write(s, DB_PATH, str_of(rows[i].what));
		assert_int_equal(db_open(s->dir, DB_PATH, DB_WRITE, &s->db, &s->e), -1);
		assert_int_equal(s->e.code, ERR_CONFIG);
		assert_non_null(strstr(s->e.text, rows[i].why));
		assert_done(s, file_read(s->dir, DB_PATH, 4096, &s->a, &now, &s->e));
		assert_str(now, rows[i].what);
	}
}

static void
refuses_another_programs_database(void **state)
{
	struct scratch *s = *state;

	assert_done(s, db_exec(s->db, "PRAGMA application_id = 7", &s->e));
	db_close(s->db);
	s->db = NULL;
	for (enum db_mode mode = DB_READ; mode <= DB_REPLACE; mode++) {
		assert_int_equal(db_open(s->dir, DB_PATH, mode, &s->db, &s->e), -1);
		assert_int_equal(s->e.code, ERR_CONFIG);
		assert_non_null(strstr(s->e.text, "another program's"));
	}
}

static void
refuses_planted_files(void **state)
{
	static const char *const names[] = { DB_PATH, (DB_PATH "-wal"), (DB_PATH "-shm"),
		(DB_PATH "-journal") };
	struct scratch *s = *state;

	for (size_t i = 0; i < COUNT(names); i++) {
		assert_done(s, db_open(s->dir, DB_PATH, DB_CREATE, &s->db, &s->e));
		db_close(s->db);
		s->db = NULL;
		unlinkat(s->dir, names[i], 0);
		scratch_write(s, "target", STR("keep me"));

		assert_int_equal(symlinkat("../target", s->dir, names[i]), 0);
		assert_int_equal(db_open(s->dir, DB_PATH, DB_CREATE, &s->db, &s->e), -1);
		assert_int_equal(s->e.code, ERR_CONFIG);
		unlinkat(s->dir, names[i], 0);

		assert_int_equal(linkat(s->dir, "target", s->dir, names[i], 0), 0);
		assert_int_equal(db_open(s->dir, DB_PATH, DB_CREATE, &s->db, &s->e), -1);
		assert_non_null(strstr(s->e.text, "hard links"));
		unlinkat(s->dir, names[i], 0);

		assert_int_equal(mkfifoat(s->dir, names[i], 0600), 0);
		assert_int_equal(db_open(s->dir, DB_PATH, DB_CREATE, &s->db, &s->e), -1);
		unlinkat(s->dir, names[i], 0);
	}
}

static void
refuses_a_file_that_others_can_write(void **state)
{
	struct scratch *s = *state;

	db_close(s->db);
	s->db = NULL;
	assert_int_equal(fchmodat(s->dir, DB_PATH, 0666, 0), 0);
	assert_int_equal(db_open(s->dir, DB_PATH, DB_WRITE, &s->db, &s->e), -1);
	assert_non_null(strstr(s->e.text, "chmod"));
}

static void
refuses_a_newer_schema_but_lets_it_be_looked_at(void **state)
{
	struct scratch *s = *state;

	assert_done(s, db_exec(s->db, "PRAGMA user_version = 9000", &s->e));
	db_close(s->db);
	s->db = NULL;
	assert_int_equal(db_open(s->dir, DB_PATH, DB_WRITE, &s->db, &s->e), -1);
	assert_int_equal(s->e.code, ERR_CONFIG);
	assert_non_null(strstr(s->e.text, "newer morningpost (schema 9000"));
	assert_done(s, db_open(s->dir, DB_PATH, DB_INSPECT, &s->db, &s->e));
}

static void
reads_but_does_not_write_in_read_mode(void **state)
{
	struct scratch *s = *state;
	struct db *reader;

	assert_done(s, db_open(s->dir, DB_PATH, DB_READ, &reader, &s->e));
	assert_int_equal(db_set_fact(reader, "a", STR("b"), &s->e), -1);
	assert_int_equal(db_fact(reader, "a", &s->a, &(struct str){ 0 }, &s->e), 0);
	db_close(reader);
}

static void
keeps_values_as_they_were_bound(void **state)
{
	struct scratch *s = *state;
	struct stmt *st = db_prepare(s->db, "SELECT ?1, ?2, ?3, ?4, ?5, ?6", &s->e);
	struct str hostile = STR("a\0b'; DROP TABLE subscriber; --\xff");

	assert_non_null(st);
	stmt_int(st, 1, INT64_MIN);
	stmt_real(st, 2, 0.5);
	stmt_text(st, 3, hostile);
	stmt_text(st, 4, (struct str){ 0 });
	stmt_textz(st, 5, NULL);
	stmt_blob(st, 6, hostile);
	assert_int_equal(stmt_step(st, &s->e), 1);
	assert_true(stmt_get_int(st, 0) == INT64_MIN);
	assert_true(stmt_get_real(st, 1) > 0.49 && stmt_get_real(st, 1) < 0.51);
	assert_true(str_eq(stmt_get_text(st, 2), hostile));
	assert_false(stmt_is_null(st, 3));
	assert_int_equal(stmt_get_text(st, 3).n, 0);
	assert_true(stmt_is_null(st, 4));
	assert_true(str_eq(stmt_get_blob(st, 5), hostile));
	assert_int_equal(stmt_step(st, &s->e), 0);
}

static void
forgets_bound_values_between_uses(void **state)
{
	struct scratch *s = *state;
	struct stmt *st = db_prepare(s->db, "SELECT ?1 IS NULL", &s->e);

	stmt_int(st, 1, 1);
	assert_int_equal(stmt_step(st, &s->e), 1);
	assert_int_equal(stmt_get_int(st, 0), 0);
	assert_int_equal(stmt_step(st, &s->e), 0);
	assert_int_equal(stmt_step(st, &s->e), 1);
	assert_int_equal(stmt_get_int(st, 0), 1);
	stmt_reset(st);
}

static void
refuses_a_value_that_is_too_large(void **state)
{
	struct scratch *s = *state;
	struct stmt *st = db_prepare(s->db, "SELECT length(?1)", &s->e);
	struct str large = { .p = mem_alloc((64 << 20) + 1), .n = (64 << 20) + 1 };

	stmt_blob(st, 1, large);
	assert_int_equal(stmt_step(st, &s->e), -1);
	assert_int_equal(s->e.code, ERR_DATA);
	free((void *)(uintptr_t)large.p);
}

static void
says_so_when_another_writes_too_long(void **state)
{
	struct scratch *s = *state;
	struct db *other;
	struct str value;

	assert_done(s, db_open(s->dir, DB_PATH, DB_WRITE, &other, &s->e));
	assert_done(s, db_begin(other, &s->e));
	assert_done(s, db_set_fact(other, "who", STR("other"), &s->e));
	assert_int_equal(db_begin(s->db, &s->e), -1);
	assert_int_equal(s->e.code, ERR_TEMPFAIL);
	assert_non_null(strstr(s->e.text, "database busy"));
	assert_false(db_in_transaction(s->db));
	assert_done(s, db_commit(other, &s->e));
	db_close(other);
	assert_int_equal(db_fact(s->db, "who", &s->a, &value, &s->e), 1);
	assert_str(value, "other");
}

static void
forgets_what_was_rolled_back(void **state)
{
	struct scratch *s = *state;
	struct str value;

	assert_done(s, db_begin(s->db, &s->e));
	assert_done(s, db_set_fact(s->db, "x", STR("1"), &s->e));
	db_rollback(s->db);
	db_rollback(s->db);
	assert_int_equal(db_fact(s->db, "x", &s->a, &value, &s->e), 0);
	assert_done(s, db_set_fact(s->db, "x", STR("1"), &s->e));
	assert_done(s, db_set_fact(s->db, "x", STR("2"), &s->e));
	assert_int_equal(db_fact(s->db, "x", &s->a, &value, &s->e), 1);
	assert_str(value, "2");
}

static void
tries_things_on_a_copy(void **state)
{
	struct scratch *s = *state;
	struct db *copy;
	struct str value;

	assert_done(s, db_set_fact(s->db, "x", STR("here"), &s->e));
	assert_done(s, db_open_copy(s->db, &copy, &s->e));
	assert_int_equal(db_fact(copy, "x", &s->a, &value, &s->e), 1);
	assert_done(s, db_begin(copy, &s->e));
	assert_done(s, db_set_fact(copy, "x", STR("there"), &s->e));
	assert_done(s, db_commit(copy, &s->e));
	db_close(copy);
	assert_int_equal(db_fact(s->db, "x", &s->a, &value, &s->e), 1);
	assert_str(value, "here");
}

/* D7: a thousand single bits, one at a time, in a file with some rows. Whatever the answer is, it
 * is no crash, and the same file is there afterwards. */
static void
survives_flipped_bits(void **state)
{
	struct scratch *s = *state;
	struct str whole, why;
	unsigned seed = 1;
	int noticed = 0;

	assert_done(s,
		db_exec(s->db,
			"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 500) "
			"INSERT INTO fact SELECT 'name' || i, 'value' || i FROM n",
			&s->e));
	db_close(s->db);
	s->db = NULL;
	assert_done(s, file_read(s->dir, DB_PATH, 1 << 20, &s->a, &whole, &s->e));
	for (int i = 0; i < 1000; i++) {
		struct str bad = arena_str(&s->a, whole);
		size_t bit;
		int status;

		seed = seed * 1103515245 + 12345;
		bit = (seed >> 8) % (whole.n * 8);
		((char *)(uintptr_t)bad.p)[bit / 8] ^= (char)(1 << bit % 8);
		scratch_write(s, DB_PATH, bad);
		status = db_open(s->dir, DB_PATH, DB_READ, &s->db, &s->e);
		if (status == 0) {
			status = db_check(s->db, &s->a, &why, &s->e);
			db_close(s->db);
			s->db = NULL;
		}
		noticed += status != 1;
		unlinkat(s->dir, DB_PATH "-wal", 0);
		unlinkat(s->dir, DB_PATH "-shm", 0);
		if (i % 50 == 49) {
			arena_free(&s->a);
			scratch_write(s, DB_PATH, STR(""));
			unlinkat(s->dir, DB_PATH, 0);
			assert_done(s, db_open(s->dir, DB_PATH, DB_CREATE, &s->db, &s->e));
			assert_done(s, db_set_fact(s->db, "again", STR("1"), &s->e));
			db_close(s->db);
			s->db = NULL;
			assert_done(s, file_read(s->dir, DB_PATH, 1 << 20, &s->a, &whole, &s->e));
		}
	}
	assert_true(noticed > 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			makes_a_database_only_when_told_to, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			sets_what_makes_commits_last, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(refuses_what_is_not_its_own_and_leaves_it_alone,
			scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			refuses_another_programs_database, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			refuses_planted_files, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			refuses_a_file_that_others_can_write, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(refuses_a_newer_schema_but_lets_it_be_looked_at,
			scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			reads_but_does_not_write_in_read_mode, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			keeps_values_as_they_were_bound, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			forgets_bound_values_between_uses, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			refuses_a_value_that_is_too_large, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			says_so_when_another_writes_too_long, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			forgets_what_was_rolled_back, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			tries_things_on_a_copy, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			survives_flipped_bits, scratch_setup_db, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
