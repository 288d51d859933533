#include "people/suppress_import.h"

#include <stdio.h>

#include "base/log.h"

enum { CHUNK = 500 }; /* lines a transaction */

/* What the column may be called; the first is what other lists call theirs. */
static const char *const columns[] = { "email", "e-mail", "email address", "address", "recipient",
	"sha256", "hash" };

struct importing {
	struct db *db;
	const struct suppress_import_options *o;
	struct suppress_import_result *result;
	bool begun;
	size_t column; /* where it stands in each row */
	struct arena arena;
	struct suppress_target targets[CHUNK];
	size_t count;
	bool has_hashes; /* of somebody that only a sweep can find */
};

/* Is it a header row, and which of its columns is ours? */
static bool
is_header(const struct str *fields, size_t n, size_t *column)
{
	for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++)
		for (*column = 0; *column < n; ++*column)
			if (str_ieq(str_trim(csv_unguard(fields[*column])), str_of(columns[c])))
				return true;
	*column = 0;
	return false;
}

static int
write_chunk(struct importing *im, struct suppress_import_result *r, struct err *e)
{
	enum suppress_outcome outcome;

	for (size_t i = 0; i < im->count; i++) {
		if (people_suppress(
			    im->db, &im->targets[i], STR("import"), im->o->now, &outcome, e) < 0)
			return -1;
		r->known += outcome == SUPPRESS_WAS_THERE;
		r->added += outcome != SUPPRESS_WAS_THERE;
		r->off += outcome == SUPPRESS_TAKEN_OFF;
	}
	return 0;
}

/* Counts are told only when they are committed. */
static int
flush(struct importing *im, struct err *e)
{
	struct suppress_import_result r = *im->result;

	if (im->count == 0)
		return 0;
	if (db_begin(im->db, e) < 0 || write_chunk(im, &r, e) < 0 || db_commit(im->db, e) < 0) {
		db_rollback(im->db);
		return -1;
	}
	*im->result = r;
	im->count = 0;
	arena_free(&im->arena);
	return 0;
}

static void
reject(struct importing *im, size_t line, const char *reason)
{
	im->result->rejected++;
	im->o->rejected(im->o->context, line, reason);
}

static void
reject_text(struct importing *im, size_t line, struct str text, const char *why)
{
	char reason[512], safe[300];

	log_escape(text, safe, sizeof safe);
	snprintf(reason, sizeof reason, "'%s' is neither an address nor a hash: %s", safe, why);
	reject(im, line, reason);
}

static int
take(struct importing *im, size_t line, struct str text, struct err *e)
{
	struct suppress_target *target = &im->targets[im->count];
	size_t n = 0;
	const char *why;
	int got;

	text = str_trim(csv_unguard(text));
	while (n < text.n && text.p[n] != ' ' && text.p[n] != '\t' && text.p[n] != ';')
		n++;
	text = str_sub(text, 0, n);
	if (text.n == 0 || text.p[0] == '#')
		return 0;
	got = suppress_read(im->o->keys, text, &im->arena, target, &why, e);
	if (got == 0)
		reject_text(im, line, text, why);
	if (got <= 0)
		return got;
	im->has_hashes = im->has_hashes || target->email.n == 0;
	return ++im->count == CHUNK ? flush(im, e) : 0;
}

static int
on_row(void *context, size_t line, const struct str *fields, size_t n, const char *fault,
	struct err *e)
{
	struct importing *im = context;
	bool first = !im->begun;

	im->begun = true;
	if (fault) {
		reject(im, line, fault);
		return 0;
	}
	if (first && is_header(fields, n, &im->column))
		return 0;
	return im->column < n ? take(im, line, fields[im->column], e) : 0;
}

int
suppress_import(struct db *db, int fd, const struct suppress_import_options *o,
	struct suppress_import_result *out, struct err *e)
{
	struct importing im = { .db = db, .o = o, .result = out };
	int64_t off = 0;
	int status;

	*out = (struct suppress_import_result){ 0 };
	if (db_expect_bulk(db, e) < 0)
		return -1;
	status = sheet_read(fd, o->encoding, columns[0], on_row, &im, &out->sheet, e);
	if (status == 0)
		status = flush(&im, e);
	if (status == 0 && im.has_hashes)
		status = suppress_sweep(db, o->keys, o->now, &off, e);
	out->off += off;
	arena_free(&im.arena);
	return status;
}
