/* scratch.h: a folder for one test, with var/ in it, and a fresh database there; gone
 * afterwards. */
#ifndef UNIT_SCRATCH_H
#define UNIT_SCRATCH_H

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sign.h"
#include "store/db.h"

#include "test.h"

struct scratch {
	char path[64];
	int dir;
	struct db *db; /* open to write */
	struct arena a;
	struct err e;
};

/* Fails the test, with the words, when something returned an error. */
#define assert_done(s, call)                                                                       \
	do {                                                                                       \
		if ((call) < 0)                                                                    \
			fail_msg("%s: %s", #call, (s)->e.text);                                    \
	} while (0)

static inline int
scratch_setup(void **state)
{
	struct scratch *s = calloc(1, sizeof *s);

	sign_start();
	assert_non_null(s);
	strcpy(s->path, "/tmp/morningpost-test-XXXXXX");
	assert_non_null(mkdtemp(s->path));
	s->dir = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(s->dir >= 0);
	assert_int_equal(mkdirat(s->dir, "var", 0700), 0);
	*state = s;
	return 0;
}

static inline int
scratch_setup_db(void **state)
{
	struct scratch *s;

	scratch_setup(state);
	s = *state;
	assert_done(s, db_open(s->dir, DB_PATH, DB_CREATE, &s->db, &s->e));
	return 0;
}

static inline int
scratch_remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static inline int
scratch_teardown(void **state)
{
	struct scratch *s = *state;

	db_close(s->db);
	arena_free(&s->a);
	close(s->dir);
	nftw(s->path, scratch_remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(s);
	return 0;
}

/* A small file below the folder. */
static inline void
scratch_write(struct scratch *s, const char *name, struct str bytes)
{
	int fd = openat(s->dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.p, bytes.n), bytes.n);
	close(fd);
}

/* One number from the database. */
static inline int64_t
scratch_number(struct scratch *s, const char *sql)
{
	struct stmt *st = db_prepare(s->db, sql, &s->e);
	int64_t n;

	if (!st)
		fail_msg("%s", s->e.text);
	assert_int_equal(stmt_step(st, &s->e), 1);
	n = stmt_get_int(st, 0);
	stmt_reset(st);
	return n;
}

#endif
