/* import.h: a CSV file of people, of any size, onto the list. */
#ifndef PEOPLE_IMPORT_H
#define PEOPLE_IMPORT_H

#include <stdbool.h>

#include "people/sheet.h"
#include "settings/keys.h"
#include "store/db.h"

struct import_options {
	const char *file;        /* its name, for the record and for messages */
	const char *encoding;    /* NULL: UTF-8, or what a byte order mark says */
	bool strict;             /* one transaction for all: a bad row refuses the file */
	bool resubscribe;        /* bring back who left or bounced */
	const struct keys *keys; /* the public halves do */
	int64_t now;
	/* Called for each row that is not taken, and after each chunk; progress may be NULL. */
	void (*rejected)(void *context, size_t line, const char *reason);
	void (*progress)(void *context, int64_t rows);
	void *context;
};

struct import_result {
	int64_t run; /* 0: nothing was written */
	int64_t added, updated, unchanged, rejected;
	int64_t left;       /* of the unchanged: had left, bounced or complained, and stay away */
	int64_t suppressed; /* of the unchanged: never get mail */
	int64_t back, off;  /* of the updated: brought back; taken off the list */
	bool refused;       /* strict, and a row was bad: nothing was changed */
	struct sheet sheet;
	char ignored[512]; /* names of columns that nobody asked for */
};

/*
 * Read the descriptor to its end. Rows are checked with no transaction open and written in chunks
 * of one short transaction each (RELIABILITY D3), so that unsubscribing goes on meanwhile; memory
 * does not grow with the file. ERR_DATA when it is no list of people at all: no header row, no
 * `email` column, a packed file. After any error what was committed stays, and importing the same
 * file again goes on from there.
 */
int people_import(struct db *db, int fd, const struct import_options *options,
	struct import_result *result, struct err *e);

struct import_undone {
	int64_t removed;  /* were new, and nothing had happened to them: gone */
	int64_t restored; /* were there before, and are as they were */
	int64_t off;      /* were new, and got mail since: taken off the list */
	int64_t kept;     /* changed since, by themselves or others: left as they are */
};

enum import_undo { IMPORT_UNDONE, IMPORT_UNDONE_BEFORE, IMPORT_UNKNOWN };

/* Take a run back, in chunks; interrupted, it can be done again. */
int people_import_undo(struct db *db, int64_t run, int64_t now, enum import_undo *outcome,
	struct import_undone *undone, struct err *e);

#endif
