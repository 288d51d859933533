#include "people/import.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/csv.h"
#include "base/log.h"
#include "base/text.h"
#include "people/subscribe.h"
#include "store/event.h"
#include "store/import_run.h"

enum { CHUNK = 1000 }; /* rows a transaction: 10 to 30 ms */

enum column { EMAIL, NAME, TAGS, STATE, TIMEZONE, COLUMNS };

static const char *const column_names[COLUMNS] = { "email", "name", "tags", "state", "timezone" };

/* Where each column stands in the file, -1: nowhere. */
struct header {
	int at[COLUMNS];
	size_t width; /* fields in the header row */
};

struct import {
	struct db *db;
	const struct import_options *options;
	struct import_result *result;
	struct header header;
	bool has_header;
	struct import_run run;
	char why[32]; /* "import 7" */

	/* The chunk that is being gathered. */
	struct people_entry *entries;
	size_t count;
	struct arena arena;
};

/* The header */

static int
find_column(struct str name)
{
	for (int i = 0; i < COLUMNS; i++)
		if (str_ieq(str_trim(name), str_of(column_names[i])))
			return i;
	return -1;
}

/* Add a column's name to a list of them, for a message. */
static void
list_name(char *list, size_t size, struct str name)
{
	size_t used = strlen(list);
	char safe[64];

	log_escape(str_trim(name), safe, sizeof safe);
	snprintf(list + used, size - used, "%s'%s'", used ? ", " : "", safe);
}

static int
take_header(struct import *im, const struct str *fields, size_t n, struct err *e)
{
	struct header *h = &im->header;
	char found[512] = "";

	for (size_t i = 0; i < n; i++)
		if (str_find(fields[i], '\0') >= 0)
			return err_set(e, ERR_DATA,
				"the header row has NUL bytes; if the file is UTF-16 without its "
				"mark, name it: --encoding utf-16le");
	h->width = n;
	for (int i = 0; i < COLUMNS; i++)
		h->at[i] = -1;
	for (size_t i = 0; i < n; i++) {
		int column = find_column(fields[i]);

		list_name(found, sizeof found, fields[i]);
		if (column < 0)
			list_name(im->result->ignored, sizeof im->result->ignored, fields[i]);
		else if (h->at[column] >= 0)
			return err_set(
				e, ERR_DATA, "two columns are named '%s'", column_names[column]);
		else
			h->at[column] = (int)i;
	}
	if (h->at[EMAIL] < 0)
		return err_set(e, ERR_DATA,
			"no column is named 'email'; the first row must name the columns, and it "
			"has %s",
			found);
	im->has_header = true;
	return 0;
}

/* Rows */

static void reject(struct import *im, size_t line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void
reject(struct import *im, size_t line, const char *format, ...)
{
	char reason[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(reason, sizeof reason, format, ap);
	va_end(ap);
	im->result->rejected++;
	im->options->rejected(im->options->context, line, reason);
}

/* A field as it was before it was written, or empty where there is none. */
static struct str
field(const struct import *im, enum column column, const struct str *fields, size_t n)
{
	int at = im->header.at[column];

	return at >= 0 && (size_t)at < n ? str_trim(csv_unguard(fields[at])) : (struct str){ 0 };
}

/* What is wrong with the row as a whole, or NULL. */
static const char *
check_row(const struct import *im, const struct str *fields, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (str_find(fields[i], '\0') >= 0)
			return "a NUL byte";
		if (!text_is_utf8(fields[i]))
			return strcmp(im->result->sheet.encoding, "UTF-8") == 0
				       ? "not UTF-8; if the file is in another encoding, name it: "
					 "--encoding latin1"
				       : "a character that this encoding does not have";
		if (i >= im->header.width && str_trim(fields[i]).n)
			return "more fields than the header row";
	}
	return NULL;
}

static bool
take_tags(struct import *im, struct str cell, struct people_entry *entry, const char **why)
{
	struct str *tags, piece, rest;
	size_t room = 1;

	for (size_t i = 0; i < cell.n; i++)
		room += cell.p[i] == ',' || cell.p[i] == ';';
	if (room > PEOPLE_TAGS_LIMIT) {
		*why = "more than 50 tags";
		return false;
	}
	tags = arena_many(&im->arena, room, struct str);
	while (cell.n) {
		size_t end = 0;

		while (end < cell.n && cell.p[end] != ',' && cell.p[end] != ';')
			end++;
		piece = str_trim(str_sub(cell, 0, end));
		rest = str_from(cell, end + 1);
		if (piece.n && !people_tag_ok(piece, why))
			return false;
		if (piece.n)
			tags[entry->tag_count++] = arena_str(&im->arena, piece);
		cell = rest;
	}
	entry->tags = tags;
	return true;
}

/* Make an entry of a row. False: rejected. */
static bool
take_row(struct import *im, size_t line, const struct str *fields, size_t n,
	struct people_entry *entry)
{
	struct str email = field(im, EMAIL, fields, n), state = field(im, STATE, fields, n);
	struct str zone = field(im, TIMEZONE, fields, n);
	char safe[300];
	const char *why;

	*entry = (struct people_entry){ .state = SUBSCRIBER_ACTIVE,
		.resubscribe = im->options->resubscribe };
	if (address_parse(email, &im->arena, &entry->address, &why) == ADDRESS_BAD) {
		log_escape(email, safe, sizeof safe);
		reject(im, line, "'%s' is no address: %s", safe, why);
		return false;
	}
	if (state.n && !subscriber_state_parse(state, &entry->state)) {
		log_escape(state, safe, sizeof safe);
		reject(im, line,
			"'%s' is no state; they are pending, active, unsubscribed, bounced, "
			"complained",
			safe);
		return false;
	}
	if (zone.n && !people_timezone_ok(zone)) {
		log_escape(zone, safe, sizeof safe);
		reject(im, line, "'%s' is no time zone that this machine knows", safe);
		return false;
	}
	if (!people_clean_name(field(im, NAME, fields, n), &im->arena, &entry->name, &why) ||
		!take_tags(im, field(im, TAGS, fields, n), entry, &why)) {
		reject(im, line, "%s", why);
		return false;
	}
	entry->timezone = arena_str(&im->arena, zone);
	return true;
}

/* Writing */

static void
count(struct import_result *r, enum people_outcome outcome)
{
	switch (outcome) {
	case PEOPLE_ADDED:
		r->added++;
		break;
	case PEOPLE_BROUGHT_BACK:
		r->back++;
		r->updated++;
		break;
	case PEOPLE_TAKEN_OFF:
		r->off++;
		r->updated++;
		break;
	case PEOPLE_UPDATED:
		r->updated++;
		break;
	case PEOPLE_HAS_LEFT:
		r->left++;
		r->unchanged++;
		break;
	case PEOPLE_SUPPRESSED:
		r->suppressed++;
		r->unchanged++;
		break;
	case PEOPLE_UNCHANGED:
		r->unchanged++;
		break;
	}
}

static int
begin_run(struct import *im, struct err *e)
{
	im->run = (struct import_run){ .file = str_of(im->options->file),
		.started_at = im->options->now };
	if (import_run_begin(im->db, &im->run, e) < 0)
		return -1;
	im->result->run = im->run.id;
	snprintf(im->why, sizeof im->why, "import %lld", (long long)im->run.id);
	return 0;
}

static int
keep_run(struct import *im, const struct import_result *r, bool ended, struct err *e)
{
	im->run.added = r->added;
	im->run.updated = r->updated;
	im->run.unchanged = r->unchanged;
	im->run.rejected = r->rejected;
	im->run.ended_at = ended ? im->options->now : 0;
	return import_run_keep(im->db, &im->run, e);
}

/* The chunk's rows and the run's counts, in the transaction that is open; *r is counted up. */
static int
write_rows(struct import *im, struct import_result *r, struct err *e)
{
	enum people_outcome outcome;

	if (!im->run.id) {
		if (begin_run(im, e) < 0)
			return -1;
		r->run = im->run.id;
	}
	for (size_t i = 0; i < im->count; i++) {
		im->entries[i].why = im->why;
		im->entries[i].import_run = im->run.id;
		if (people_put(im->db, im->options->keys, &im->entries[i], im->options->now,
			    &im->arena, NULL, &outcome, e) < 0)
			return -1;
		count(r, outcome);
	}
	return keep_run(im, r, false, e);
}

/* A transaction, unless the one of a strict run is open. */
static int
begin(struct import *im, struct err *e)
{
	return db_in_transaction(im->db) ? 0 : db_begin(im->db, e);
}

/* Write the chunk; its counts are told only when it is committed. */
static int
flush(struct import *im, struct err *e)
{
	struct import_result r = *im->result;

	if (im->count == 0)
		return 0;
	if (begin(im, e) < 0 || write_rows(im, &r, e) < 0 ||
		(!im->options->strict && db_commit(im->db, e) < 0)) {
		db_rollback(im->db);
		return -1;
	}
	*im->result = r;
	im->count = 0;
	arena_free(&im->arena);
	im->entries = arena_many(&im->arena, CHUNK, struct people_entry);
	if (im->options->progress)
		im->options->progress(
			im->options->context, r.added + r.updated + r.unchanged + r.rejected);
	return 0;
}

static int
on_row(void *context, size_t line, const struct str *fields, size_t n, const char *fault,
	struct err *e)
{
	struct import *im = context;

	if (!im->has_header) {
		if (fault)
			return err_set(e, ERR_DATA, "line %zu: %s", line, fault);
		return take_header(im, fields, n, e) < 0 ? err_wrap(e, "line %zu", line) : 0;
	}
	if (!fault)
		fault = check_row(im, fields, n);
	if (fault)
		reject(im, line, "%s", fault);
	else if (take_row(im, line, fields, n, &im->entries[im->count]))
		im->count++;
	return im->count == CHUNK ? flush(im, e) : 0;
}

/* The last chunk, and the run's end. */
static int
finish(struct import *im, struct err *e)
{
	if (!im->has_header)
		return err_set(e, ERR_DATA, "empty: the first row must name the columns");
	if (im->options->strict && im->result->rejected) {
		im->result->refused = true;
		return 0;
	}
	if (flush(im, e) < 0)
		return -1;
	/* Not one row to write: no run either. */
	if (!im->run.id)
		return 0;
	if (begin(im, e) < 0)
		return -1;
	if (keep_run(im, im->result, true, e) == 0 && db_commit(im->db, e) == 0)
		return 0;
	db_rollback(im->db);
	return -1;
}

int
people_import(struct db *db, int fd, const struct import_options *options,
	struct import_result *result, struct err *e)
{
	struct import im = { .db = db, .options = options, .result = result };
	int status;

	*result = (struct import_result){ 0 };
	if (db_expect_bulk(db, e) < 0)
		return -1;
	im.entries = arena_many(&im.arena, CHUNK, struct people_entry);
	status = sheet_read(
		fd, options->encoding, column_names[EMAIL], on_row, &im, &result->sheet, e);
	if (status == 0)
		status = finish(&im, e);
	/* Strict and refused, or failed: nothing of it stays. */
	db_rollback(db);
	if (options->strict && (status < 0 || result->refused))
		result->run = result->added = result->updated = result->unchanged = 0;
	arena_free(&im.arena);
	return status;
}

/* Undoing */

/* Somebody that the run added. */
static int
undo_added(struct db *db, const struct import_run *run, int64_t id, int64_t now,
	struct import_undone *u, struct err *e)
{
	char why[48];
	enum people_leaving leaving;
	int status = subscriber_forget(db, id, e);

	if (status > 0)
		u->removed++;
	if (status != 0)
		return status < 0 ? -1 : 0;
	/* They, an operator or a later list had a say: then it is not this run's any more. */
	status = event_heard_of(db, id, e);
	if (status > 0)
		u->kept++;
	if (status != 0)
		return status < 0 ? -1 : 0;
	snprintf(why, sizeof why, "import %lld undone", (long long)run->id);
	u->off++;
	return people_leave(db, id, why, now, &leaving, e);
}

/* The event says what they were and are again: it may have brought them back, or taken them off. */
static int
restore(struct db *db, const struct import_run *run, int64_t id, int64_t now, struct err *e)
{
	struct subscriber before, after;
	struct arena a = { 0 };
	int status = subscriber_get(db, id, &a, &before, e);

	if (status > 0)
		status = import_run_restore(db, run, id, now, e);
	if (status > 0)
		status = subscriber_get(db, id, &a, &after, e);
	if (status > 0 && event_add(db, now, "restored", id, 0,
				  str_of(arena_printf(&a, "{\"from\":\"%s\",\"to\":\"%s\"}",
					  subscriber_state_name(before.state),
					  subscriber_state_name(after.state))),
				  e) < 0)
		status = -1;
	arena_free(&a);
	return status;
}

static int
undo_changed(struct db *db, const struct import_run *run, int64_t id, int64_t now,
	struct import_undone *u, struct err *e)
{
	int status = restore(db, run, id, now, e);

	u->restored += status > 0;
	u->kept += status == 0;
	return status < 0 ? -1 : 0;
}

typedef int ids_fn(struct db *db, int64_t run, int64_t after, int64_t *ids, size_t room, size_t *n,
	struct err *e);
typedef int undo_fn(struct db *db, const struct import_run *run, int64_t id, int64_t now,
	struct import_undone *u, struct err *e);

/* The next of them after *after, in one transaction: 1 there may be more. */
static int
undo_chunk(struct db *db, const struct import_run *run, ids_fn *list, undo_fn *undo, int64_t *after,
	int64_t now, struct import_undone *u, struct err *e)
{
	int64_t ids[500];
	size_t n;

	if (list(db, run->id, *after, ids, 500, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (undo(db, run, ids[i], now, u, e) < 0)
			return -1;
		*after = ids[i];
	}
	return n == 500;
}

static int
undo_all(struct db *db, const struct import_run *run, ids_fn *list, undo_fn *undo, int64_t now,
	struct import_undone *u, struct err *e)
{
	int64_t after = 0;
	int status;

	do {
		if (db_begin(db, e) < 0)
			return -1;
		status = undo_chunk(db, run, list, undo, &after, now, u, e);
		if (status >= 0 && db_commit(db, e) < 0)
			status = -1;
		db_rollback(db);
	} while (status > 0);
	return status;
}

int
people_import_undo(struct db *db, int64_t id, int64_t now, enum import_undo *outcome,
	struct import_undone *undone, struct err *e)
{
	struct arena a = { 0 };
	struct import_run run;
	int status = import_run_get(db, id, &a, &run, e);

	arena_free(&a);
	*undone = (struct import_undone){ 0 };
	*outcome = status == 0 ? IMPORT_UNKNOWN : IMPORT_UNDONE_BEFORE;
	if (status <= 0 || run.undone_at)
		return status < 0 ? -1 : 0;
	*outcome = IMPORT_UNDONE;
	if (undo_all(db, &run, import_run_changed, undo_changed, now, undone, e) < 0 ||
		undo_all(db, &run, import_run_added, undo_added, now, undone, e) < 0)
		return -1;
	run.undone_at = now;
	if (db_begin(db, e) < 0)
		return -1;
	if (import_run_keep(db, &run, e) == 0 && db_commit(db, e) == 0)
		return 0;
	db_rollback(db);
	return -1;
}
