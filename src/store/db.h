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

enum db_mode { DB_READ, DB_WRITE, DB_CREATE };

/*
 * Open PATH below the folder `dir`. WAL, synchronous FULL, foreign keys, busy timeout 5 s,
 * trusted_schema off, each read back (RELIABILITY D1); application_id is ours or the file is
 * refused, as is one that is damaged or newer than this program (ERR_CONFIG, in words). An older
 * one is migrated (migrate.h) unless the mode is DB_READ. Files are 0600.
 */
int db_open(int dir, const char *path, enum db_mode mode, struct db **out, struct err *e);
void db_close(struct db *db);

/*
 * Begin with BEGIN IMMEDIATE: it waits up to the busy timeout, then ERR_TEMPFAIL ("database busy").
 * db_commit: the same. After a failure inside, db_rollback (also harmless when there is none). One
 * transaction is one promise; none stays open over the network.
 */
int db_begin(struct db *db, struct err *e);
int db_commit(struct db *db, struct err *e);
void db_rollback(struct db *db);
/* A read transaction: several selects see one state. Ends by db_rollback. */
int db_begin_read(struct db *db, struct err *e);
bool db_in_transaction(const struct db *db);

/* Several statements without values: for migrations and pragmas with constant text only. */
int db_exec(struct db *db, const char *constant_sql, struct err *e);

/* Find or prepare; NULL and e when the text is wrong. The text must be a string literal (it is the
 * cache's key). */
struct stmt *db_prepare(struct db *db, const char *sql, struct err *e);

/* Bind by position, from 1. Texts and blobs are borrowed until the step that ends the statement. */
void stmt_int(struct stmt *s, int i, int64_t v);
void stmt_real(struct stmt *s, int i, double v);
void stmt_text(struct stmt *s, int i, struct str v);
void stmt_textz(struct stmt *s, int i, const char *v); /* NULL binds null */
void stmt_blob(struct stmt *s, int i, struct str v);
void stmt_null(struct stmt *s, int i);

/* 1 a row, 0 no more (and reset, ready for new values), -1 failed (and reset). */
int stmt_step(struct stmt *s, struct err *e);
/* Run a statement that gives no rows, or whose rows do not matter. */
int stmt_run(struct stmt *s, struct err *e);
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

/*
 * SQLite's backup API into a temporary file beside `to`, checked, fsynced, renamed (D5); works
 * while a send is running. `progress` may be NULL. Paths are the operator's: below dir or absolute.
 */
int db_backup(struct db *db, int dir, const char *to, void (*progress)(int percent), struct err *e);
/* Copy a backup over the database at `path`, after checking that it is one of ours and whole; the
 * old one is kept beside it as PATH.before. */
int db_restore(int dir, const char *path, const char *from, struct err *e);

/* Facts (table fact): 1 got it, 0 none. */
int db_fact(struct db *db, const char *name, struct arena *a, struct str *out, struct err *e);
int db_set_fact(struct db *db, const char *name, struct str value, struct err *e);

#endif
