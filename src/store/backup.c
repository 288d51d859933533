#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/migrate.h"

/* A copy to be: SQLite opens it by its full path while it still has its temporary name. */
struct target {
	struct file_draft draft;
	char full[PATH_MAX], temporary[PATH_MAX];
};

static int
target_paths(struct target *t, struct err *e)
{
	const char *slash = strrchr(t->draft.path, '/');
	const char *name = slash ? slash + 1 : t->draft.path;
	char link[64], folder[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", t->draft.folder);
	n = readlink(link, folder, sizeof folder - 1);
	if (n < 0)
		return err_set(e, ERR_CANTCREATE, "%s: %s", t->draft.path, strerror(errno));
	folder[n] = '\0';
	if ((size_t)snprintf(t->full, sizeof t->full, "%s/%s", folder, name) >= sizeof t->full ||
		(size_t)snprintf(t->temporary, sizeof t->temporary, "%s/%s", folder,
			t->draft.temporary) >= sizeof t->temporary)
		return err_set(e, ERR_CANTCREATE, "%s: the path is too long", t->draft.path);
	return 0;
}

/* Remove what SQLite left beside an unfinished one, and it. */
static void
target_abort(struct target *t)
{
	static const char *const suffixes[] = { "-journal", "-wal", "-shm" };
	char name[NAME_MAX + 1];

	for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
		snprintf(name, sizeof name, "%s%s", t->draft.temporary, suffixes[i]);
		unlinkat(t->draft.folder, name, 0);
	}
	file_draft_abort(&t->draft);
}

/* ERR_DATA unless the file's content is whole. */
static int
check_whole(struct db *db, const char *shown, struct err *e)
{
	struct arena a = { 0 };
	struct str why;
	int whole = db_check(db, &a, &why, e);

	if (whole == 0)
		err_fill(e, ERR_DATA, "%s: damaged: %.*s", shown, STR_ARG(why));
	arena_free(&a);
	return whole > 0 ? 0 : -1;
}

static int
copy_to_temporary(struct db *db, const struct target *t, void (*progress)(int), struct err *e)
{
	struct db *to;
	int status;

	if (db_open_file(t->temporary, t->draft.path, true, &to, e) < 0)
		return -1;
	/* Nobody looks at it before it is renamed, and the commit syncs. */
	status = db_exec(to, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", e);
	if (status == 0)
		status = db_copy(db, to, progress, e);
	db_close(to);
	return status;
}

static int
settle(const struct target *t, bool check, struct err *e)
{
	struct db *db;
	int status;

	if (db_open_file(t->temporary, t->draft.path, true, &db, e) < 0)
		return -1;
	status = db_settle(db, e);
	if (status == 0 && check)
		status = check_whole(db, t->draft.path, e);
	db_close(db);
	return status;
}

/* Would it overwrite the database that it is a backup of, or a file that belongs to it? */
static bool
is_same(const struct db *db, const struct target *t)
{
	size_t n = strlen(db_file(db));

	return strncmp(t->full, db_file(db), n) == 0 && (t->full[n] == '\0' || t->full[n] == '-');
}

static int
write_copy(struct db *db, int dir, const char *to, bool check, void (*progress)(int), struct err *e)
{
	struct target t;
	int status;

	if (file_draft_begin(&t.draft, dir, to, e) < 0)
		return -1;
	status = target_paths(&t, e);
	if (status == 0 && is_same(db, &t))
		status = err_set(e, ERR_USAGE, "%s: that is the database itself", to);
	if (status == 0)
		status = copy_to_temporary(db, &t, progress, e);
	if (status == 0)
		status = settle(&t, check, e);
	if (status == 0)
		return file_draft_commit(&t.draft, 0600, false, e);
	target_abort(&t);
	return -1;
}

int
backup_write(struct db *db, int dir, const char *to, void (*progress)(int percent), struct err *e)
{
	return write_copy(db, dir, to, true, progress, e);
}

/* Restoring */

/* Open a backup and look at it well before anything is touched. */
static int
open_backup(const char *from, struct db **out, struct err *e)
{
	struct stat st;
	int version;

	if (stat(from, &st) < 0)
		return err_set(e, ERR_NOINPUT, "%s: %s", from, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_DATA, "%s: not a regular file", from);
	if (db_open_file(from, from, false, out, e) < 0)
		return -1;
	if (db_check_identity(*out, &version, e) < 0 || check_whole(*out, from, e) < 0) {
		db_close(*out);
		/* Not the settings are at fault here. */
		if (e->code == ERR_CONFIG)
			e->code = ERR_DATA;
		return -1;
	}
	return 0;
}

/* The first of PATH.before, PATH.before-2, ... that is free: no old one is lost by a second try. */
static int
free_name(int dir, const char *path, struct arena *a, struct str *out, struct err *e)
{
	struct stat st;

	for (int i = 1; i < 1000; i++) {
		*out = str_of(i == 1 ? arena_printf(a, "%s.before", path)
				     : arena_printf(a, "%s.before-%d", path, i));
		if (fstatat(dir, out->p, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)
			return 0;
	}
	return err_set(e, ERR_CANTCREATE, "%s: remove some of the old %s.before*", path, path);
}

/*
 * The usual way: one transaction in the database that is there, so that programs that have it open
 * see either state and write to the right file afterwards.
 */
static int
replace_content(struct db *from, struct db *live, int dir, const char *before, struct err *e)
{
	int version;

	if (strcmp(db_file(from), db_file(live)) == 0)
		return err_set(e, ERR_USAGE, "%s: that is the database itself", db_file(from));
	if (migrate_current(live, &version, e) < 0)
		return -1;
	/* Version 0 is one that was made a moment ago, because there was none. */
	if (version > 0 && write_copy(live, dir, before, false, NULL, e) < 0)
		return -1;
	return db_copy(from, live, NULL, e);
}

/*
 * For one that is damaged or no database at all. The old file goes first: a log that lay beside
 * another database would be replayed into the new one. A crash in between leaves none, which is
 * told, and never a mixture.
 */
static int
replace_file(struct db *from, int dir, const char *path, const char *before, struct err *e)
{
	static const char *const suffixes[] = { "", "-wal", "-journal", "-shm" };
	char old[PATH_MAX], kept[PATH_MAX];

	for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
		snprintf(old, sizeof old, "%s%s", path, suffixes[i]);
		snprintf(kept, sizeof kept, "%s%s", before, suffixes[i]);
		if (renameat(dir, old, dir, kept) < 0 && errno != ENOENT)
			return err_set(e, ERR_IO, "%s: %s", old, strerror(errno));
	}
	return write_copy(from, dir, path, true, NULL, e);
}

static int
replace(struct db *from, int dir, const char *path, const char *before, struct err *e)
{
	struct db *live;
	int status = db_open(dir, path, DB_REPLACE, &live, e);

	if (status == 0) {
		status = replace_content(from, live, dir, before, e);
		db_close(live);
	}
	if (status < 0 && e->code == ERR_CONFIG)
		status = replace_file(from, dir, path, before, e);
	return status;
}

/*
 * A subscriber's id stands in the links that were mailed, and a note's in its Message-ID. Those
 * that were given after the backup was made must not be given again: somebody's old link would take
 * another off the list.
 */
static int
keep_ids_of(struct db *live, struct db *old, struct err *e)
{
	struct stmt *from = db_prepare(old, "SELECT name, seq FROM sqlite_sequence", e), *to;
	int status = 0;

	while (from && (status = stmt_step(from, e)) > 0) {
		to = db_prepare(
			live, "UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1", e);
		if (!to)
			break;
		stmt_text(to, 1, stmt_get_text(from, 0));
		stmt_int(to, 2, stmt_get_int(from, 1));
		if (stmt_run(to, e) < 0)
			break;
	}
	if (from)
		stmt_reset(from);
	return from && status == 0 ? 0 : -1;
}

/* The same when nobody can tell which were given: leave a wide gap. */
static int
skip_ids(struct db *live, struct err *e)
{
	struct stmt *s = db_prepare(live, "UPDATE sqlite_sequence SET seq = seq + 1000000", e);

	return s ? stmt_run(s, e) : -1;
}

static int
keep_ids(struct db *live, int dir, const char *before, struct err *e)
{
	struct db *old;
	struct err why;
	int status = db_open(dir, before, DB_INSPECT, &old, &why);

	if (db_begin(live, e) < 0) {
		if (status == 0)
			db_close(old);
		return -1;
	}
	if (status == 0) {
		status = keep_ids_of(live, old, &why);
		db_close(old);
	}
	/* None was there before: then none was given either. */
	if (status == 0 || why.code == ERR_NOINPUT || skip_ids(live, e) == 0)
		return db_commit(live, e);
	db_rollback(live);
	return -1;
}

int
backup_restore(int dir, const char *path, const char *from, struct arena *a, struct str *before,
	struct err *e)
{
	struct db *backup, *db;
	struct stat st;
	int status;

	if (open_backup(from, &backup, e) < 0)
		return -1;
	status = free_name(dir, path, a, before, e);
	if (status == 0)
		status = replace(backup, dir, path, before->p, e);
	db_close(backup);
	if (status < 0 || db_open(dir, path, DB_WRITE, &db, e) < 0)
		return -1;
	status = keep_ids(db, dir, before->p, e);
	db_close(db);
	if (fstatat(dir, before->p, &st, AT_SYMLINK_NOFOLLOW) < 0)
		*before = (struct str){ 0 };
	return status;
}
