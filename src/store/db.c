#include "store/db.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/gzip.h"
#include "base/json.h"
#include "store/migrate.h"

enum {
	OURS = 0x4d507374, /* application_id, "MPst": migrations/0001_first.sql sets it */
	SLOTS = 512, /* of the statement cache; a power of two, far above the program's literals */
	PATIENCE = 5000, /* milliseconds that another writer is waited for */
	LONGEST_VALUE = 64 << 20,
};

struct stmt {
	struct db *db;
	sqlite3_stmt *st;
	const char *sql; /* the literal: the key */
	int bind_code;   /* the first bind that failed; told by the step */
};

struct db {
	sqlite3 *handle;
	char *path; /* as it is shown */
	struct stmt *cache[SLOTS];
	size_t cached;
};

/* Put what SQLite says into words for who can act. Always -1. */
static int
fail(const struct db *db, int code, struct err *e)
{
	const char *said = sqlite3_errmsg(db->handle);
	int system = sqlite3_system_errno(db->handle);

	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(e, ERR_TEMPFAIL,
			"%s: database busy: another program has been writing for %d s; run again",
			db->path, PATIENCE / 1000);
	case SQLITE_FULL:
		return err_set(
			e, ERR_IO, "%s: the disk is full; this step was not stored", db->path);
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return err_set(e, ERR_IO,
			"%s: cannot be written (%s); give its user the right to write the file and "
			"its folder",
			db->path, said);
	case SQLITE_CANTOPEN:
		/* Of several tries the last one's reason would be told, which is another. */
		return err_set(e, ERR_IO,
			"%s: it cannot be opened, or no file be made beside it: is the disk full, "
			"or its folder not to be written?",
			db->path);
	case SQLITE_IOERR:
		return err_set(e, ERR_IO, "%s: %s%s%s", db->path, said, system ? ": " : "",
			system ? strerror(system) : "");
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return err_set(e, ERR_CONFIG,
			"%s: damaged, or no database (%s); 'morningpost db restore FILE' brings "
			"back a backup",
			db->path, said);
	default:
		return err_set(e, ERR_INTERNAL, "%s: %s", db->path, said);
	}
}

/*
 * Called while another has the lock. SQLite's own waits grow to 100 ms, and with eight writers that
 * commit in 5 ms the unlucky one starves; a short pause each time gives all the same chance.
 */
static int
wait_for_turn(void *unused, int times)
{
	int pause = times < 10 ? times + 1 : 10;

	(void)unused;
	if (times > PATIENCE / 10)
		return 0;
	nanosleep(&(struct timespec){ .tv_nsec = pause * 1000000L }, NULL);
	return 1;
}

/*
 * unpacked(BODY): the text of an answer's body as SQLite may read it (migrations/0002_data.sql).
 * Bodies were checked before they were kept; a packed one that is damaged now is an error, and not
 * a day without rows.
 */
static void
unpacked(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	const char *bytes = sqlite3_value_blob(argv[0]);
	struct str body = { .p = bytes, .n = (size_t)sqlite3_value_bytes(argv[0]) };
	struct buf text;
	bool good = true;

	(void)argc;
	if (!bytes)
		return;
	buf_init(&text, LONGEST_VALUE);
	if (gzip_is(body))
		good = gzip_unpack(body, &text);
	else
		buf_add(&text, body);
	if (str_starts(buf_str(&text), STR("\xef\xbb\xbf")))
		buf_drop(&text, 3);
	json_mend(text.p, text.n);
	if (good)
		sqlite3_result_text64(context, text.p, text.n, SQLITE_TRANSIENT, SQLITE_UTF8);
	else
		sqlite3_result_error(context, "an answer's body is damaged", -1);
	buf_free(&text);
}

/* Innocuous, so that views may use it though the schema is not trusted: it reads its argument and
 * nothing else. */
static int
add_functions(struct db *db, struct err *e)
{
	int code = sqlite3_create_function_v2(db->handle, "unpacked", 1,
		SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL, unpacked, NULL, NULL,
		NULL);

	return code == SQLITE_OK ? 0 : fail(db, code, e);
}

/* A connection that trusts neither the file nor its schema. */
static int
harden(struct db *db, struct err *e)
{
	static const struct {
		int option, value;
	} options[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 },
	};
	static const struct {
		int limit, value;
	} limits[] = {
		{ SQLITE_LIMIT_LENGTH, LONGEST_VALUE },
		{ SQLITE_LIMIT_SQL_LENGTH, 1 << 20 },
		{ SQLITE_LIMIT_ATTACHED, 1 }, /* VACUUM wants one */
		{ SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000 },
		{ SQLITE_LIMIT_TRIGGER_DEPTH, 10 },
	};
	int code;

	sqlite3_extended_result_codes(db->handle, 1);
	sqlite3_busy_handler(db->handle, wait_for_turn, NULL);
	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
		sqlite3_limit(db->handle, limits[i].limit, limits[i].value);
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
		code = sqlite3_db_config(db->handle, options[i].option, options[i].value, NULL);
		if (code != SQLITE_OK)
			return fail(db, code, e);
	}
	return 0;
}

/* Open by full path ("": a temporary one); `shown` is for messages. */
static int
connect(const char *path, const char *shown, int flags, struct db **out, struct err *e)
{
	struct db *db = mem_alloc(sizeof *db);
	size_t size = strlen(shown) + 1;
	int code;

	*db = (struct db){ .path = memcpy(mem_alloc(size), shown, size) };
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	code = sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (code != SQLITE_OK)
		fail(db, code, e);
	if (code != SQLITE_OK || harden(db, e) < 0 || add_functions(db, e) < 0) {
		db_close(db);
		return -1;
	}
	*out = db;
	return 0;
}

void
db_close(struct db *db)
{
	int code;

	if (!db)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		if (db->cache[i]) {
			sqlite3_finalize(db->cache[i]->st);
			free(db->cache[i]);
		}
	/* Only a statement left open can refuse this, and all of them were ours to close. */
	code = sqlite3_close(db->handle);
	assert(code == SQLITE_OK);
	free(db->path);
	free(db);
}

static int
exec(struct db *db, const char *sql, struct err *e)
{
	int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? 0 : fail(db, code, e);
}

int
db_exec(struct db *db, const char *constant_sql, struct err *e)
{
	return exec(db, constant_sql, e);
}

/* A longer log than 4,000 pages saves more, but then its tidying makes a commit wait for the disk
 * for 200 ms and more, and a write lock is to be held for 100 at most (D3). */
int
db_expect_bulk(struct db *db, struct err *e)
{
	return exec(db, "PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 4000", e);
}

/* Statements */

static size_t
slot_of(const char *sql)
{
	/* Literals stand some bytes apart; the multiplication spreads them (Knuth 6.4). */
	return (size_t)(((uint64_t)(uintptr_t)sql * UINT64_C(0x9e3779b97f4a7c15)) >> 32) &
	       (SLOTS - 1);
}

static struct stmt *
prepare_new(struct db *db, size_t slot, const char *sql, struct err *e)
{
	struct stmt *s;
	sqlite3_stmt *st;
	int code = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL);

	if (code != SQLITE_OK) {
		fail(db, code, e);
		return NULL;
	}
	assert(db->cached < SLOTS / 2);
	s = mem_alloc(sizeof *s);
	*s = (struct stmt){ .db = db, .st = st, .sql = sql };
	db->cache[slot] = s;
	db->cached++;
	return s;
}

struct stmt *
db_prepare(struct db *db, const char *sql, struct err *e)
{
	size_t slot = slot_of(sql);

	while (db->cache[slot] && db->cache[slot]->sql != sql)
		slot = (slot + 1) & (SLOTS - 1);
	if (!db->cache[slot])
		return prepare_new(db, slot, sql, e);
	stmt_reset(db->cache[slot]);
	return db->cache[slot];
}

static void
bound(struct stmt *s, int code)
{
	/* Out of range or misused is a bug; too big is a stranger's value. */
	assert(code != SQLITE_RANGE && code != SQLITE_MISUSE);
	if (code != SQLITE_OK && s->bind_code == SQLITE_OK)
		s->bind_code = code;
}

void
stmt_int(struct stmt *s, int i, int64_t v)
{
	bound(s, sqlite3_bind_int64(s->st, i, v));
}

void
stmt_real(struct stmt *s, int i, double v)
{
	bound(s, sqlite3_bind_double(s->st, i, v));
}

void
stmt_text(struct stmt *s, int i, struct str v)
{
	bound(s, sqlite3_bind_text64(s->st, i, v.n ? v.p : "", v.n, SQLITE_STATIC, SQLITE_UTF8));
}

void
stmt_textz(struct stmt *s, int i, const char *v)
{
	if (v)
		stmt_text(s, i, str_of(v));
	else
		stmt_null(s, i);
}

void
stmt_blob(struct stmt *s, int i, struct str v)
{
	bound(s, sqlite3_bind_blob64(s->st, i, v.n ? v.p : "", v.n, SQLITE_STATIC));
}

void
stmt_null(struct stmt *s, int i)
{
	bound(s, sqlite3_bind_null(s->st, i));
}

void
stmt_int_or_null(struct stmt *s, int i, bool known, int64_t v)
{
	if (known)
		stmt_int(s, i, v);
	else
		stmt_null(s, i);
}

void
stmt_text_or_null(struct stmt *s, int i, struct str v)
{
	if (v.n)
		stmt_text(s, i, v);
	else
		stmt_null(s, i);
}

void
stmt_reset(struct stmt *s)
{
	sqlite3_reset(s->st);
	/* What was borrowed may be gone by the next use. */
	sqlite3_clear_bindings(s->st);
	s->bind_code = SQLITE_OK;
}

int
stmt_step(struct stmt *s, struct err *e)
{
	int code = s->bind_code;

	if (code == SQLITE_OK)
		code = sqlite3_step(s->st);
	if (code == SQLITE_ROW)
		return 1;
	if (code == SQLITE_TOOBIG)
		err_fill(e, ERR_DATA, "%s: a value is larger than %d MiB", s->db->path,
			LONGEST_VALUE >> 20);
	else if (code != SQLITE_DONE)
		fail(s->db, code, e);
	stmt_reset(s);
	return code == SQLITE_DONE ? 0 : -1;
}

int
stmt_ask(struct stmt *s, struct err *e)
{
	int got = stmt_step(s, e);

	if (got > 0)
		stmt_reset(s);
	return got;
}

int
stmt_run(struct stmt *s, struct err *e)
{
	return stmt_ask(s, e) < 0 ? -1 : 0;
}

int64_t
stmt_get_int(struct stmt *s, int i)
{
	return sqlite3_column_int64(s->st, i);
}

double
stmt_get_real(struct stmt *s, int i)
{
	return sqlite3_column_double(s->st, i);
}

/* NULL is a null, or that there was no memory to hand the value out: it is not to be taken for an
 * empty one. */
static void
check_memory(const struct stmt *s)
{
	if (sqlite3_errcode(s->db->handle) == SQLITE_NOMEM)
		mem_out();
}

struct str
stmt_get_text(struct stmt *s, int i)
{
	const char *p = (const char *)sqlite3_column_text(s->st, i);

	if (!p)
		check_memory(s);
	return (struct str){ .p = p, .n = p ? (size_t)sqlite3_column_bytes(s->st, i) : 0 };
}

struct str
stmt_get_blob(struct stmt *s, int i)
{
	const char *p = sqlite3_column_blob(s->st, i);

	if (!p)
		check_memory(s);
	return (struct str){ .p = p, .n = p ? (size_t)sqlite3_column_bytes(s->st, i) : 0 };
}

bool
stmt_is_null(struct stmt *s, int i)
{
	return sqlite3_column_type(s->st, i) == SQLITE_NULL;
}

int64_t
db_changes(struct db *db)
{
	return sqlite3_changes64(db->handle);
}

int64_t
db_last_id(struct db *db)
{
	return sqlite3_last_insert_rowid(db->handle);
}

/* A question with one number for its answer. */
static int
ask(struct db *db, const char *sql, int64_t *out, struct err *e)
{
	struct stmt *s = db_prepare(db, sql, e);

	if (!s || stmt_step(s, e) < 0)
		return -1;
	*out = stmt_get_int(s, 0);
	stmt_reset(s);
	return 0;
}

/* Transactions */

static int
run(struct db *db, const char *sql, struct err *e)
{
	struct stmt *s = db_prepare(db, sql, e);

	return s ? stmt_run(s, e) : -1;
}

int
db_begin(struct db *db, struct err *e)
{
	/* IMMEDIATE, so that the wait is here and not in the middle, where SQLite cannot wait. */
	return run(db, "BEGIN IMMEDIATE", e);
}

int
db_begin_read(struct db *db, struct err *e)
{
	return run(db, "BEGIN", e);
}

int
db_commit(struct db *db, struct err *e)
{
	if (run(db, "COMMIT", e) == 0)
		return 0;
	db_rollback(db);
	return -1;
}

void
db_rollback(struct db *db)
{
	struct err ignored;

	/* A full disk has SQLite roll back by itself; so ask first. */
	if (db_in_transaction(db))
		(void)run(db, "ROLLBACK", &ignored);
}

const char *
db_file(const struct db *db)
{
	return sqlite3_db_filename(db->handle, "main");
}

bool
db_in_transaction(const struct db *db)
{
	return !sqlite3_get_autocommit(db->handle);
}

/* Opening */

/* The folder that a path below dir is in, and its own name there. */
static int
open_folder(int dir, const char *path, const char **name, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];

	assert(file_is_plain(str_of(path)));
	*name = slash ? slash + 1 : path;
	snprintf(
		folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
	return file_open_dir(dir, folder, e);
}

/* Is it a file that we may open: a regular one of ours, with one name, that others cannot write? 1
 * yes, 0 none there. */
static int
check_file(int folder, const char *name, const char *shown, struct err *e)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno == ENOENT)
			return 0;
		return err_set(e, ERR_IO, "%s: %s", shown, strerror(errno));
	}
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_CONFIG, "%s: not a regular file; it is not followed", shown);
	if (st.st_nlink != 1)
		return err_set(e, ERR_CONFIG, "%s: has %ju names (hard links); it must have one",
			shown, (uintmax_t)st.st_nlink);
	if (st.st_uid != geteuid())
		return err_set(e, ERR_CONFIG, "%s: belongs to user %u, not to us (%u); chown it",
			shown, st.st_uid, geteuid());
	if (st.st_mode & 022)
		return err_set(e, ERR_CONFIG, "%s: mode %04o lets others write it; chmod 600",
			shown, st.st_mode & 07777U);
	return 1;
}

/* The same for the database and the files that SQLite keeps beside it. 1 it is there, 0 not. */
static int
check_files(int folder, const char *name, const char *shown, struct err *e)
{
	static const char *const suffixes[] = { "-wal", "-shm", "-journal" };
	int there = check_file(folder, name, shown, e);

	for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0] && there >= 0; i++) {
		char beside[NAME_MAX + 1], beside_shown[PATH_MAX];

		snprintf(beside, sizeof beside, "%s%s", name, suffixes[i]);
		snprintf(beside_shown, sizeof beside_shown, "%s%s", shown, suffixes[i]);
		if (check_file(folder, beside, beside_shown, e) < 0)
			return -1;
	}
	return there;
}

static int
create_empty(int folder, const char *name, const char *shown, struct err *e)
{
	int fd = file_openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);

	/* Another program may have made it a moment ago: that is as good. */
	if (fd < 0 && errno != EEXIST)
		return err_set(e, ERR_CANTCREATE, "%s: %s", shown, strerror(errno));
	if (fd >= 0)
		close(fd);
	return 0;
}

/*
 * SQLite opens by name. /proc/self/fd gives the folder's own name, free of symbolic links, and
 * SQLITE_OPEN_NOFOLLOW refuses one that is put in its way afterwards. A descriptor of the database
 * itself is never opened here: closing it would drop this process's locks (POSIX).
 */
static int
full_path(int folder, const char *name, char *to, size_t size, struct err *e)
{
	char link[64], path[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
	n = readlink(link, path, sizeof path - 1);
	if (n < 0)
		return err_set(e, ERR_IO, "%s: %s", link, strerror(errno));
	path[n] = '\0';
	if ((size_t)snprintf(to, size, "%s/%s", path, name) >= size)
		return err_set(e, ERR_CANTCREATE, "%s/%s: the path is too long", path, name);
	return 0;
}

/* Temporary files that SQLite spills into (unlinked at once) belong below var/ as well. */
static void
keep_temporary_files_in(const char *path)
{
	if (!sqlite3_temp_directory)
		sqlite3_temp_directory =
			sqlite3_mprintf("%.*s", (int)(strrchr(path, '/') - path), path);
}

static int
connect_below(int dir, const char *path, enum db_mode mode, struct db **out, struct err *e)
{
	const char *name;
	char full[PATH_MAX];
	int folder = open_folder(dir, path, &name, e);
	int there;

	if (folder < 0)
		return -1;
	there = check_files(folder, name, path, e);
	if (there == 0 && mode != DB_CREATE && mode != DB_REPLACE)
		there = err_set(e, ERR_NOINPUT,
			"%s: there is no database; 'morningpost db migrate' makes an empty one, "
			"'morningpost db restore FILE' brings back a backup",
			path);
	else if (there == 0)
		there = create_empty(folder, name, path, e);
	if (there >= 0)
		there = full_path(folder, name, full, sizeof full, e);
	close(folder);
	if (there < 0)
		return -1;
	keep_temporary_files_in(full);
	return connect(full, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, out, e);
}

int
db_open_file(const char *path, const char *shown, bool write, struct db **out, struct err *e)
{
	return connect(path, shown, write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY, out, e);
}

int
db_open_settled(const char *path, struct db **out, struct err *e)
{
	struct buf uri;
	int status;

	buf_init(&uri, 4 * PATH_MAX);
	buf_addz(&uri, "file:");
	for (const char *p = path; *p; p++)
		if (strchr("?#%", *p))
			buf_printf(&uri, "%%%02x", (unsigned)*p);
		else
			buf_addc(&uri, *p);
	buf_addz(&uri, "?immutable=1");
	buf_addc(&uri, '\0');
	status = connect(uri.p, path, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, out, e);
	buf_free(&uri);
	return status;
}

/* 1 ours, 0 nothing in it at all. The tables are asked for first: whoever makes it at this moment commits
 * them and the number together, and tables without the number would be a stranger's. */
static int
ours(struct db *db, struct err *e)
{
	int64_t id, tables;

	if (ask(db, "SELECT count(*) FROM sqlite_schema", &tables, e) < 0 ||
		ask(db, "PRAGMA application_id", &id, e) < 0)
		return -1;
	if (id == OURS)
		return 1;
	if (id == 0 && tables == 0)
		return 0;
	return err_set(e, ERR_CONFIG, "%s: another program's database (application id %lld)",
		db->path, (long long)id);
}

/* Ours, and with something in it; which schema? */
static int
identify(struct db *db, int *version, struct err *e)
{
	int status = ours(db, e);

	if (status == 0)
		return err_set(e, ERR_CONFIG,
			"%s: an empty file, where a database should be; 'morningpost db restore "
			"FILE' brings back a backup",
			db->path);
	return status < 0 ? -1 : migrate_current(db, version, e);
}

int
db_check_identity(struct db *db, int *version, struct err *e)
{
	if (identify(db, version, e) < 0)
		return -1;
	if (*version > migrate_newest())
		return err_set(e, ERR_CONFIG,
			"%s: made by a newer morningpost (schema %d, this program knows %d)",
			db->path, *version, migrate_newest());
	return 0;
}

/* Set a pragma and read it back: some builds and some files quietly keep another value (D1). */
static int
set_pragmas(struct db *db, bool write, struct err *e)
{
	static const struct {
		const char *set, *get;
		int64_t want;
	} pragmas[] = {
		{ "PRAGMA foreign_keys = ON", "PRAGMA foreign_keys", 1 },
		{ "PRAGMA trusted_schema = OFF", "PRAGMA trusted_schema", 0 },
		{ "PRAGMA synchronous = FULL", "PRAGMA synchronous", 2 },
		{ "PRAGMA cell_size_check = ON", "PRAGMA cell_size_check", 1 },
		{ "PRAGMA temp_store = MEMORY", "PRAGMA temp_store", 2 },
		/* What is deleted is overwritten: an erased address is not to be found in the file. */
		{ "PRAGMA secure_delete = ON", "PRAGMA secure_delete", 1 },
		{ "PRAGMA query_only = ON", "PRAGMA query_only", 1 },
	};
	size_t n = sizeof pragmas / sizeof pragmas[0] - write;
	int64_t have;

	for (size_t i = 0; i < n; i++) {
		if (exec(db, pragmas[i].set, e) < 0 || ask(db, pragmas[i].get, &have, e) < 0)
			return -1;
		if (have != pragmas[i].want)
			return err_set(e, ERR_INTERNAL, "%s: SQLite did not take '%s'", db->path,
				pragmas[i].set);
	}
	return exec(db, "PRAGMA cache_size = -8192; PRAGMA journal_size_limit = 67108864", e);
}

/* Into WAL mode. SQLite does not wait when two programs do it at once, so we do. */
static int
set_wal(struct db *db, struct err *e)
{
	struct stmt *s;
	bool wal = false;

	for (int times = 0;; times++) {
		s = db_prepare(db, "PRAGMA journal_mode = WAL", e);
		if (s && stmt_step(s, e) > 0)
			break;
		if (e->code != ERR_TEMPFAIL || !wait_for_turn(NULL, times))
			return -1;
	}
	wal = str_eqz(stmt_get_text(s, 0), "wal");
	stmt_reset(s);
	if (!wal)
		return err_set(e, ERR_CONFIG,
			"%s: could not be put into WAL mode; is var/ on a network file system, or "
			"read-only?",
			db->path);
	return 0;
}

/* Is it what this mode works with? */
static int
check_mode(struct db *db, enum db_mode mode, struct err *e)
{
	int version;

	switch (mode) {
	case DB_CREATE:
	case DB_REPLACE:
		return ours(db, e) < 0 ? -1 : 0;
	case DB_INSPECT:
		return identify(db, &version, e);
	case DB_READ:
	case DB_WRITE:
		if (db_check_identity(db, &version, e) < 0)
			return -1;
		if (mode == DB_WRITE || version == migrate_newest())
			return 0;
		return err_set(e, ERR_CONFIG,
			"%s: made by an older morningpost (schema %d, this program has %d); "
			"'morningpost db migrate' brings it up",
			db->path, version, migrate_newest());
	}
	return 0;
}

static int
admit(struct db *db, enum db_mode mode, struct err *e)
{
	bool write = mode != DB_READ && mode != DB_INSPECT;

	/* First the look, then the touch: setting WAL mode writes. */
	if (check_mode(db, mode, e) < 0)
		return -1;
	if (write && sqlite3_db_readonly(db->handle, "main") == 1)
		return err_set(
			e, ERR_IO, "%s: read-only; this needs the right to write it", db->path);
	if (set_pragmas(db, write, e) < 0 || (write && set_wal(db, e) < 0))
		return -1;
	return mode == DB_WRITE || mode == DB_CREATE ? migrate_up(db, e) : 0;
}

int
db_open(int dir, const char *path, enum db_mode mode, struct db **out, struct err *e)
{
	struct db *db;

	if (connect_below(dir, path, mode, &db, e) < 0)
		return -1;
	if (admit(db, mode, e) < 0) {
		db_close(db);
		return -1;
	}
	*out = db;
	return 0;
}

int
db_open_copy(struct db *of, struct db **out, struct err *e)
{
	struct db *db;
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;

	if (connect("", "the trial copy", flags, &db, e) < 0)
		return -1;
	if (db_copy(of, db, NULL, e) < 0 || set_pragmas(db, true, e) < 0) {
		db_close(db);
		return -1;
	}
	*out = db;
	return 0;
}

/* Whole files */

/* Pages that were split keep pieces of rows in their unused middle, whatever secure_delete does:
 * only VACUUM leaves those behind. Its copy goes to a file, for it may be larger than memory. */
int
db_sweep(struct db *db, struct err *e)
{
	int status = exec(db, "PRAGMA temp_store = FILE; VACUUM", e);
	struct err ignored;
	int64_t busy;

	(void)exec(db, "PRAGMA temp_store = MEMORY", &ignored);
	if (status < 0 || ask(db, "PRAGMA wal_checkpoint(TRUNCATE)", &busy, e) < 0)
		return -1;
	return !busy;
}

int
db_settle(struct db *db, struct err *e)
{
	return run(db, "PRAGMA journal_mode = DELETE", e);
}

static int
copy_pages(struct db *to, sqlite3_backup *copy, void (*progress)(int percent), struct err *e)
{
	int code;

	for (int times = 0;;) {
		code = sqlite3_backup_step(copy, 1000);
		if (progress && sqlite3_backup_pagecount(copy) > 0)
			progress(100 - (int)(100LL * sqlite3_backup_remaining(copy) /
					       sqlite3_backup_pagecount(copy)));
		if (code == SQLITE_OK)
			continue;
		if ((code & 0xff) != SQLITE_BUSY && (code & 0xff) != SQLITE_LOCKED)
			break;
		if (!wait_for_turn(NULL, times++))
			break;
	}
	sqlite3_backup_finish(copy);
	return code == SQLITE_DONE ? 0 : fail(to, code, e);
}

int
db_copy(struct db *from, struct db *to, void (*progress)(int percent), struct err *e)
{
	sqlite3_backup *copy;
	bool began = !db_in_transaction(from);
	int64_t tables;
	int status = -1;

	/* The read transaction holds one state. Without it every commit of a send that runs would
	 * start the copy anew, and it would never end. */
	if (began && db_begin_read(from, e) < 0)
		return -1;
	if (ask(from, "SELECT count(*) FROM sqlite_schema", &tables, e) == 0) {
		copy = sqlite3_backup_init(to->handle, "main", from->handle, "main");
		status = copy ? copy_pages(to, copy, progress, e)
			      : fail(to, sqlite3_errcode(to->handle), e);
	}
	if (began)
		db_rollback(from);
	return status;
}

/* Collect the rows of a check, the first few of them; 1 when there was none but `fine`. */
static int
run_check(struct db *db, const char *sql, const char *fine, struct buf *why, struct err *e)
{
	struct stmt *s = db_prepare(db, sql, e);
	int status, faults = 0;

	if (!s)
		return -1;
	while ((status = stmt_step(s, e)) > 0) {
		struct str said = stmt_get_text(s, 0);

		if (str_eqz(said, fine))
			continue;
		if (faults++ < 10)
			buf_printf(why, "%s%.*s%s", why->n ? "; " : "", STR_ARG(said),
				*fine ? "" : " has rows that belong to nobody");
	}
	return status < 0 ? -1 : faults == 0;
}

int
db_check(struct db *db, struct arena *a, struct str *why, struct err *e)
{
	struct buf said;
	int whole, keys = 1;

	buf_init(&said, 16384);
	whole = run_check(db, "PRAGMA integrity_check(10)", "ok", &said, e);
	if (whole > 0)
		keys = run_check(db, "PRAGMA foreign_key_check", "", &said, e);
	/* A page that is too bad to be read at all is an answer as well. */
	if ((whole < 0 || keys < 0) && e->code == ERR_CONFIG) {
		buf_addz(&said, e->text);
		whole = 0;
	}
	*why = buf_keep(&said, a);
	return whole < 0 || keys < 0 ? -1 : whole && keys;
}

/* Facts */

int
db_fact(struct db *db, const char *name, struct arena *a, struct str *out, struct err *e)
{
	struct stmt *s = db_prepare(db, "SELECT value FROM fact WHERE name = ?1", e);
	int status;

	if (!s)
		return -1;
	stmt_textz(s, 1, name);
	status = stmt_step(s, e);
	if (status > 0) {
		*out = arena_str(a, stmt_get_text(s, 0));
		stmt_reset(s);
	}
	return status;
}

int
db_set_fact(struct db *db, const char *name, struct str value, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO fact (name, value) VALUES (?1, ?2) "
		"ON CONFLICT (name) DO UPDATE SET value = excluded.value",
		e);

	if (!s)
		return -1;
	stmt_textz(s, 1, name);
	stmt_text(s, 2, value);
	return stmt_run(s, e);
}
