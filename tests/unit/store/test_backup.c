#include "store/backup.h"

#include <dirent.h>

#include "scratch.h"

static const char *
full(struct scratch *s, const char *name)
{
	return arena_printf(&s->a, "%s/%s", s->path, name);
}

static void
assert_fact(struct scratch *s, struct db *db, const char *name, const char *want)
{
	struct str value = { 0 };

	assert_done(s, db_fact(db, name, &s->a, &value, &s->e));
	assert_str(value, want);
}

static bool
is_no_dot(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int
files_in(struct scratch *s, const char *folder)
{
	DIR *d = opendir(arena_printf(&s->a, "%s/%s", s->path, folder));
	const struct dirent *entry;
	int n = 0;

	assert_non_null(d);
	while ((entry = readdir(d)))
		n += is_no_dot(entry);
	closedir(d);
	return n;
}

static void
writes_one_whole_file_while_another_writes(void **state)
{
	struct scratch *s = *state;
	struct db *writer, *copy;
	struct str why;
	struct stat st;

	assert_int_equal(mkdirat(s->dir, "backups", 0700), 0);
	assert_done(s, db_set_fact(s->db, "x", STR("1"), &s->e));
	assert_done(s, db_open(s->dir, DB_PATH, DB_WRITE, &writer, &s->e));
	assert_done(s, db_begin(writer, &s->e));
	assert_done(s, db_set_fact(writer, "x", STR("uncommitted"), &s->e));
	assert_done(s, backup_write(s->db, s->dir, "backups/b.db", NULL, &s->e));
	assert_done(s, backup_write(s->db, s->dir, "backups/b.db", NULL, &s->e));
	db_close(writer);

	assert_int_equal(fstatat(s->dir, "backups/b.db", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(files_in(s, "backups"), 1);
	assert_done(s, db_open_file(full(s, "backups/b.db"), "b.db", false, &copy, &s->e));
	assert_fact(s, copy, "x", "1");
	assert_int_equal(db_check(copy, &s->a, &why, &s->e), 1);
	db_close(copy);
}

static void
never_writes_over_the_database_itself(void **state)
{
	struct scratch *s = *state;
	static const char *const names[] = { DB_PATH, (DB_PATH "-wal"),
		"var/../var/morningpost.db" };

	for (size_t i = 0; i < COUNT(names); i++) {
		assert_int_equal(backup_write(s->db, s->dir, names[i], NULL, &s->e), -1);
		assert_int_equal(s->e.code, ERR_USAGE);
	}
	assert_int_equal(backup_write(s->db, s->dir, "none/b.db", NULL, &s->e), -1);
	assert_int_equal(s->e.code, ERR_CANTCREATE);
}

static void
brings_a_backup_back_under_those_who_have_it_open(void **state)
{
	struct scratch *s = *state;
	struct db *before_db;
	struct str before;

	assert_done(s, db_set_fact(s->db, "x", STR("old"), &s->e));
	assert_done(s, backup_write(s->db, s->dir, "b.db", NULL, &s->e));
	assert_done(s, db_set_fact(s->db, "x", STR("new"), &s->e));
	assert_done(s, backup_restore(s->dir, DB_PATH, full(s, "b.db"), &s->a, &before, &s->e));
	assert_str(before, DB_PATH ".before");
	assert_fact(s, s->db, "x", "old");
	/* And what is written through the old connection is in the restored file. */
	assert_done(s, db_set_fact(s->db, "y", STR("later"), &s->e));
	db_close(s->db);
	assert_done(s, db_open(s->dir, DB_PATH, DB_READ, &s->db, &s->e));
	assert_fact(s, s->db, "y", "later");
	assert_done(s, db_open_file(full(s, before.p), "before", false, &before_db, &s->e));
	assert_fact(s, before_db, "x", "new");
	db_close(before_db);
	/* A second one does not lose the first one's old state. */
	assert_done(s, backup_restore(s->dir, DB_PATH, full(s, "b.db"), &s->a, &before, &s->e));
	assert_str(before, DB_PATH ".before-2");
}

static void
brings_a_backup_back_over_a_damaged_file(void **state)
{
	struct scratch *s = *state;
	struct str before;

	assert_done(s, db_set_fact(s->db, "x", STR("old"), &s->e));
	assert_done(s, backup_write(s->db, s->dir, "b.db", NULL, &s->e));
	db_close(s->db);
	s->db = NULL;
	scratch_write(s, DB_PATH,
		STR("rubbish that is longer than the hundred bytes which a header of SQLite's "
		    "takes; it would have been one of those"));
	scratch_write(s, DB_PATH "-wal", STR("an old log"));
	assert_done(s, backup_restore(s->dir, DB_PATH, full(s, "b.db"), &s->a, &before, &s->e));
	assert_done(s, db_open(s->dir, DB_PATH, DB_WRITE, &s->db, &s->e));
	assert_fact(s, s->db, "x", "old");
	assert_int_equal(faccessat(s->dir, DB_PATH ".before", F_OK, 0), 0);
}

static void
brings_a_backup_back_where_there_is_none(void **state)
{
	struct scratch *s = *state;
	struct str before;

	assert_done(s, db_set_fact(s->db, "x", STR("old"), &s->e));
	assert_done(s, backup_write(s->db, s->dir, "b.db", NULL, &s->e));
	db_close(s->db);
	s->db = NULL;
	unlinkat(s->dir, DB_PATH, 0);
	assert_done(s, backup_restore(s->dir, DB_PATH, full(s, "b.db"), &s->a, &before, &s->e));
	assert_int_equal(before.n, 0);
	assert_done(s, db_open(s->dir, DB_PATH, DB_WRITE, &s->db, &s->e));
	assert_fact(s, s->db, "x", "old");
}

static void
refuses_a_bad_backup_and_touches_nothing(void **state)
{
	static const struct {
		const char *name;
		struct str bytes;
		enum err_code code;
	} rows[] = {
		{ "none", { 0 }, ERR_NOINPUT },
		{ "empty", { 0 }, ERR_DATA },
		{ "text", { "no database", 11 }, ERR_DATA },
		{ "var", { 0 }, ERR_DATA },
	};
	struct scratch *s = *state;
	struct str before;

	assert_done(s, db_set_fact(s->db, "x", STR("mine"), &s->e));
	scratch_write(s, "empty", STR(""));
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (rows[i].bytes.n)
			scratch_write(s, rows[i].name, rows[i].bytes);
		assert_int_equal(backup_restore(s->dir, DB_PATH, full(s, rows[i].name), &s->a,
					 &before, &s->e),
			-1);
		assert_int_equal(s->e.code, rows[i].code);
		assert_fact(s, s->db, "x", "mine");
	}
	assert_int_equal(
		backup_restore(s->dir, DB_PATH, full(s, DB_PATH), &s->a, &before, &s->e), -1);
	assert_fact(s, s->db, "x", "mine");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(writes_one_whole_file_while_another_writes,
			scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			never_writes_over_the_database_itself, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(brings_a_backup_back_under_those_who_have_it_open,
			scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(brings_a_backup_back_over_a_damaged_file,
			scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(brings_a_backup_back_where_there_is_none,
			scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(refuses_a_bad_backup_and_touches_nothing,
			scratch_setup_db, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
