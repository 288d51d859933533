#include "deliver/mark.h"

#include <stdio.h>

#include "base/file.h"

#define FACT "send_serial"
#define FILE_NAME "var/mark"
enum { SERIAL = 32 };

/* 0 where there is none yet. */
static int
read_number(struct str text, const char *where, uint64_t *out, struct err *e)
{
	if (str_u64(str_trim(text), UINT64_MAX / 16, out))
		return 0;
	return err_set(e, ERR_DATA,
		"%s holds no number; if no backup was restored since the last send, remove it",
		where);
}

static int
read_serial(const struct publication *p, struct db *db, uint64_t *in_db, uint64_t *in_mark,
	struct err *e)
{
	struct arena a = { 0 };
	struct str text;
	int got = db_fact(db, FACT, &a, &text, e), status = got < 0 ? -1 : 0;

	*in_db = *in_mark = 0;
	if (got == 1)
		status = read_number(text, "the fact " FACT, in_db, e);
	if (status == 0) {
		status = file_read(p->dir, FILE_NAME, SERIAL, &a, &text, e);
		if (status == 0)
			status = read_number(text, FILE_NAME, in_mark, e);
		else if (e->code == ERR_NOINPUT)
			status = 0;
	}
	arena_free(&a);
	return status;
}

int
mark_check(const struct publication *p, struct db *db, bool force, struct err *e)
{
	uint64_t in_db, in_mark;

	if (read_serial(p, db, &in_db, &in_mark, e) < 0)
		return -1;
	if (in_mark <= in_db || force)
		return 0;
	return err_set(e, ERR_DATA,
		"the database is older than the last send (%ju, and var/mark has %ju): was a "
		"backup restored? Who was served since is not in it; --force sends all the same",
		(uintmax_t)in_db, (uintmax_t)in_mark);
}

int
mark_raise(const struct publication *p, struct db *db, struct err *e)
{
	uint64_t in_db, in_mark;
	char text[SERIAL];

	if (read_serial(p, db, &in_db, &in_mark, e) < 0)
		return -1;
	snprintf(text, sizeof text, "%ju\n", (uintmax_t)(in_db > in_mark ? in_db : in_mark) + 1);
	if (db_begin(db, e) < 0 || db_set_fact(db, FACT, str_trim(str_of(text)), e) < 0 ||
		db_commit(db, e) < 0) {
		db_rollback(db);
		return -1;
	}
	return file_write(p->dir, FILE_NAME, str_of(text), 0600, e);
}
