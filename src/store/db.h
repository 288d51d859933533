/* db.h: sqlite3.h's door: a connection, prepared statements kept for reuse, transactions that wait
 * their turn. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* A connection; one thread, one db. Whoever opens it closes it. */
struct db;
/* A statement borrowed from the connection's cache until its next db_prepare of the same text. */
struct stmt;

/* Where it lies below the publication's folder. */
#define DB_PATH "var/morningpost.db"

/* DB_INSPECT reads a database of any schema number (`db info`, `db check`, backups); DB_REPLACE
 * opens or makes one whose content is about to be replaced whole (backup_restore). */
enum db_mode { DB_READ, DB_WRITE, DB_CREATE, DB_INSPECT, DB_REPLACE };

/*
 * Open PATH below the folder `dir`. WAL, synchronous FULL, foreign keys, trusted_schema off, each
 * read back (RELIABILITY D1); others are waited for for 5 s. application_id is ours or the file is
 * refused, as is one that is damaged or newer than this program (ERR_CONFIG, in words); none of
 * those is ever written to. A symbolic link, a second hard link or a file of somebody else is
 * refused too. An older one is migrated (migrate.h) by DB_WRITE and DB_CREATE and refused by
 * DB_READ. A missing one is ERR_NOINPUT, and made by DB_CREATE alone. Files are 0600.
 */
int db_open(int dir, const char *path, enum db_mode mode, struct db **out, struct err *e);
/* A private copy to try things on, gone when it is closed. Nobody else waits for it. */
int db_open_copy(struct db *of, struct db **out, struct err *e);
/* NULL is fine. A transaction that is open is rolled back. */
void db_close(struct db *db);

/*
 * Begin with BEGIN IMMEDIATE: it waits its turn for 5 s, then ERR_TEMPFAIL ("database busy"). A
 * commit that fails has been rolled back. After a failure inside, db_rollback (also harmless when
 * there is none). One transaction is one promise; none stays open over the network.
 */
int db_begin(struct db *db, struct err *e);
int db_commit(struct db *db, struct err *e);
void db_rollback(struct db *db);
/* A read transaction: several selects see one state. Ends by db_rollback. */
int db_begin_read(struct db *db, struct err *e);
bool db_in_transaction(const struct db *db);

/* Several statements without values: for migrations, with text that was built in only. */
int db_exec(struct db *db, const char *constant_sql, struct err *e);

/* Many rows are about to come: 32 MiB of cache, and a log that is tidied less often. Addresses in
 * no order touch the whole index again and again. */
int db_expect_bulk(struct db *db, struct err *e);

/* Find or prepare; NULL and e when the text does not fit the schema. The text must be a string
 * literal: its address is the cache's key. */
struct stmt *db_prepare(struct db *db, const char *sql, struct err *e);

/* Bind by position, from 1. Texts and blobs are borrowed until the step that ends the statement. */
void stmt_int(struct stmt *s, int i, int64_t v);
void stmt_real(struct stmt *s, int i, double v);
void stmt_text(struct stmt *s, int i, struct str v);
void stmt_textz(struct stmt *s, int i, const char *v); /* NULL binds null */
void stmt_blob(struct stmt *s, int i, struct str v);
void stmt_null(struct stmt *s, int i);
void stmt_int_or_null(struct stmt *s, int i, bool known, int64_t v);
void stmt_text_or_null(struct stmt *s, int i, struct str v); /* an empty one binds null */

/* 1 a row, 0 no more (and reset, ready for new values), -1 failed (and reset). */
int stmt_step(struct stmt *s, struct err *e);
/* Run a statement that gives no rows, or whose rows do not matter. */
int stmt_run(struct stmt *s, struct err *e);
/* Is there a row? 1 yes, 0 no, -1; and reset. */
int stmt_ask(struct stmt *s, struct err *e);
/* Leave a row loop early. */
void stmt_reset(struct stmt *s);

/* Columns of the current row, from 0; texts borrowed until the next step. NULL is 0, empty. */
int64_t stmt_get_int(struct stmt *s, int i);
double stmt_get_real(struct stmt *s, int i);
struct str stmt_get_text(struct stmt *s, int i);
struct str stmt_get_blob(struct stmt *s, int i);
bool stmt_is_null(struct stmt *s, int i);

/* Rows that the last statement changed; the row id that the last insert made. */
int64_t db_changes(struct db *db);
int64_t db_last_id(struct db *db);

/* integrity_check and foreign_key_check: 1 fine, 0 not (why in words), -1. */
int db_check(struct db *db, struct arena *a, struct str *why, struct err *e);

/* Copy all of `from`, as it is at this moment, over all of `to`: one transaction there. Writers of
 * `from` are not held up. `progress` may be NULL. */
int db_copy(struct db *from, struct db *to, void (*progress)(int percent), struct err *e);

/*
 * For backup.h. db_open_file: a database file as it is, by its full path; nothing is asked of it
 * but that SQLite can read it. db_settle: leave WAL mode, so that the file is whole without others
 * beside it.
 */
int db_open_file(const char *path, const char *shown, bool write, struct db **out, struct err *e);
int db_settle(struct db *db, struct err *e);
/* One that is settled and that nobody writes: it is read without a lock, a log or an index beside it,
 * which would stay if the disk failed. */
int db_open_settled(const char *path, struct db **out, struct err *e);
/*
 * Write the file anew, without the pieces of deleted rows that its pages may still have, and empty
 * the log beside it. Writers wait meanwhile (5 s for a million people), so not while a send runs. 1
 * done, 0 somebody reads from the log just now: again later.
 */
int db_sweep(struct db *db, struct err *e);
/* Is it one of ours, with a schema this program knows? ERR_CONFIG when not. */
int db_check_identity(struct db *db, int *version, struct err *e);
/* Its file's full path, free of symbolic links. */
const char *db_file(const struct db *db);

/* Facts (table fact): 1 got it, 0 none. */
int db_fact(struct db *db, const char *name, struct arena *a, struct str *out, struct err *e);
int db_set_fact(struct db *db, const char *name, struct str value, struct err *e);

#endif
