#include "store/migrate.h"

#include <sys/wait.h>

#include "scratch.h"

static void
brings_a_new_database_to_the_newest_schema(void **state)
{
	struct scratch *s = *state;
	struct str why;
	int version;

	assert_true(migrate_newest() >= 1);
	assert_done(s, migrate_current(s->db, &version, &s->e));
	assert_int_equal(version, migrate_newest());
	assert_int_equal(db_check(s->db, &s->a, &why, &s->e), 1);
	assert_done(s, migrate_up(s->db, &s->e));
	assert_int_equal(scratch_number(s, "PRAGMA foreign_keys"), 1);
}

/* Every table is STRICT, and what is kept as a state is checked. */
static void
keeps_types_strict(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(scratch_number(s, "SELECT count(*) FROM pragma_table_list "
					   "WHERE schema = 'main' AND type = 'table' "
					   "AND name NOT LIKE 'sqlite_%' "
					   "AND NOT strict"),
		0);
	assert_int_equal(
		db_exec(s->db,
			"INSERT INTO subscriber (email, email_key, domain, state, state_at, "
			"created_at, updated_at) "
			"VALUES ('a@b.co', 'a@b.co', 'b.co', 'happy', 1, 1, 1)",
			&s->e),
		-1);
}

static void
happens_once_when_two_programs_start_at_once(void **state)
{
	struct scratch *s = *state;
	pid_t child[4];

	for (size_t i = 0; i < COUNT(child); i++) {
		child[i] = fork();
		assert_true(child[i] >= 0);
		if (child[i] == 0) {
			struct db *db;
			int status = db_open(s->dir, DB_PATH, DB_CREATE, &db, &s->e);

			if (status < 0)
				fprintf(stderr, "%s\n", s->e.text);
			else
				db_close(db);
			_exit(status < 0);
		}
	}
	for (size_t i = 0; i < COUNT(child); i++) {
		int status;

		assert_int_equal(waitpid(child[i], &status, 0), child[i]);
		assert_int_equal(status, 0);
	}
	assert_done(s, db_open(s->dir, DB_PATH, DB_READ, &s->db, &s->e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(brings_a_new_database_to_the_newest_schema,
			scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			keeps_types_strict, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(happens_once_when_two_programs_start_at_once,
			scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
