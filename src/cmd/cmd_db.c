/* cmd_db.c: `morningpost db`: what the database is, and its care. */
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "cmd/desk.h"
#include "people/carry.h"
#include "people/erase.h"
#include "store/backup.h"
#include "store/chain.h"
#include "store/migrate.h"
#include "store/person.h"
#include "store/thin.h"

enum { SCHEMA_WITH_DATA = 2 };

const char cmd_db_help[] =
	"  info          where it is, its schema, how many are on the list, and what is\n"
	"                kept of each source\n"
	"  migrate       bring it up to this program's schema; make it if there is none\n"
	"  check         read all of it: is it whole? 65 if not\n"
	"  backup FILE   write it into one file, at any time, also during a send\n"
	"  restore FILE  put a backup in its place; the old one is kept beside it, and who\n"
	"                has left since stays off the list. Not while a send or 'notes' runs\n"
	"                (75). A send after it wants --force when the backup is older\n"
	"                than the last send\n";

static int
tell_kept(void *context, const struct thin_kept *k, struct err *e)
{
	struct out *o = context;

	(void)e;
	out_line(o,
		"%-14.*s  %" PRId64 " days (%.*s to %.*s), %" PRId64 " answers, %" PRId64
		" rows, %" PRId64 " bytes of answers",
		STR_ARG(k->source), k->days, STR_ARG(k->first), STR_ARG(k->last), k->answers,
		k->rows, k->bytes);
	out_object(o, NULL);
	out_str(o, "source", k->source);
	out_int(o, "days", k->days);
	out_str(o, "first", k->first);
	out_str(o, "last", k->last);
	out_int(o, "answers", k->answers);
	out_int(o, "rows", k->rows);
	out_int(o, "bytes", k->bytes);
	out_end(o);
	return 0;
}

/* What is kept of each source. A database of an older schema has none. */
static int
tell_sources(struct out *o, struct db *db, int version, struct err *e)
{
	int status = 0;

	out_array(o, "sources");
	if (version >= SCHEMA_WITH_DATA)
		status = thin_each(db, tell_kept, o, e);
	out_end(o);
	return status;
}

static int
info(struct context *c, struct publication *p, const char *unused, struct err *e)
{
	int64_t counts[SUBSCRIBER_STATES];
	struct out *o = &c->out;
	struct stat st;
	struct db *db;
	int version, status;

	(void)unused;
	if (db_open(p->dir, DB_PATH, DB_INSPECT, &db, e) < 0)
		return -1;
	status = migrate_current(db, &version, e);
	if (status == 0)
		status = subscriber_counts(db, counts, e);
	if (status == 0) {
		out_object(o, NULL);
		out_strz(o, "file", db_file(db));
		if (fstatat(p->dir, DB_PATH, &st, AT_SYMLINK_NOFOLLOW) == 0)
			out_int(o, "bytes", st.st_size);
		out_int(o, "schema", version);
		out_int(o, "newest", migrate_newest());
		for (int i = 0; i < SUBSCRIBER_STATES; i++)
			out_int(o, subscriber_state_name((enum subscriber_state)i), counts[i]);
		status = tell_sources(o, db, version, e);
		out_end(o);
	}
	db_close(db);
	return status;
}

static int
migrate(struct context *c, struct publication *p, const char *unused, struct err *e)
{
	struct db *db;

	(void)unused;
	if (db_open(p->dir, DB_PATH, DB_CREATE, &db, e) < 0)
		return -1;
	db_close(db);
	out_line(&c->out, "%s has schema %d", DB_PATH, migrate_newest());
	if (c->out.json) {
		out_object(&c->out, NULL);
		out_int(&c->out, "schema", migrate_newest());
		out_end(&c->out);
	}
	return 0;
}

static int
check(struct context *c, struct publication *p, const char *unused, struct err *e)
{
	struct db *db;
	struct str why;
	int whole;

	(void)unused;
	if (db_open(p->dir, DB_PATH, DB_INSPECT, &db, e) < 0)
		return -1;
	whole = db_check(db, &p->arena, &why, e);
	db_close(db);
	if (whole < 0)
		return -1;
	out_object(&c->out, NULL);
	out_bool(&c->out, "whole", whole == 1);
	if (whole == 0)
		out_str(&c->out, "why", why);
	out_end(&c->out);
	if (whole == 0)
		log_error(
			"%s: damaged; 'morningpost db restore FILE' brings back a backup", DB_PATH);
	return whole == 1 ? 0 : ERR_DATA;
}

static void
show_percent(int percent)
{
	fprintf(stderr, "\r%3d %%%s", percent, percent == 100 ? "\r\033[K" : "");
	fflush(stderr);
}

/* The newest row of the log: whoever keeps the line outside can tell later whether its past was
 * altered. A database of an older schema has none. */
static int
tell_head(struct out *o, struct db *db, struct err *e)
{
	struct chain_head head;
	char text[CHAIN_HEX + 24];
	int version;

	if (migrate_current(db, &version, e) < 0)
		return -1;
	if (version < migrate_newest())
		return 0;
	if (chain_head(db, &head, e) < 0)
		return -1;
	chain_print_head(&head, text);
	out_line(o, "log head %s; keep it elsewhere for 'morningpost log verify --head'", text);
	if (o->json)
		out_strz(o, "head", text);
	return 0;
}

/* Of the copy: what was added meanwhile is not in it. */
static int
tell_backup(struct context *c, const char *file, struct err *e)
{
	struct db *copy;
	int status;

	if (db_open_settled(file, &copy, e) < 0)
		return -1;
	out_line(&c->out, "%s: written and checked", file);
	if (c->out.json) {
		out_object(&c->out, NULL);
		out_strz(&c->out, "file", file);
	}
	status = tell_head(&c->out, copy, e);
	if (c->out.json)
		out_end(&c->out);
	db_close(copy);
	return status;
}

static int
backup(struct context *c, struct publication *p, const char *file, struct err *e)
{
	bool bar = log_can_overwrite() && !c->quiet;
	struct db *db;
	int status;

	if (db_open(p->dir, DB_PATH, DB_INSPECT, &db, e) < 0)
		return -1;
	status = backup_write(db, AT_FDCWD, file, bar ? show_percent : NULL, e);
	db_close(db);
	return status < 0 ? -1 : tell_backup(c, file, e);
}

static void
tell_restored(struct context *c, const char *file, struct str before, int64_t left)
{
	struct out *o = &c->out;

	out_line(o, "%s: restored from %s", DB_PATH, file);
	if (before.n)
		out_line(o, "what was there is kept as %.*s", STR_ARG(before));
	if (left > 0)
		out_line(o, "%" PRId64 " who left after the backup was made stay off the list",
			left);
	out_line(o, "if mail went out after the backup was made, 'morningpost send' refuses until "
		    "--force");
	if (!o->json)
		return;
	out_object(o, NULL);
	out_strz(o, "file", file);
	if (before.n)
		out_str(o, "before", before);
	else
		out_null(o, "before");
	out_int(o, "left", left);
	out_end(o);
}

/* Who was erased since is in the file again, and in its log: nobody else uses it now, so it is swept
 * at once. */
static int
erase_again(struct db *db, const struct keys *keys, struct err *e)
{
	int64_t n;

	if (people_erase_again(db, keys, clock_now(), &n, e) < 0)
		return -1;
	return n && person_sweep(db, clock_now(), e) < 0 ? -1 : 0;
}

/* Nor does who has been suppressed since. */
static int
carry_suppressed(struct publication *p, struct db *old, struct db *db, int64_t *left, struct err *e)
{
	struct keys keys;
	struct err why;
	int64_t off;
	int status;

	if (keys_load(p->dir, true, &keys, &why) < 0) {
		log_warn("%s; who was suppressed after the backup was made may be on the list "
			 "again",
			why.text);
		return 0;
	}
	status = people_carry_suppressed(old, db, &keys, clock_now(), &off, e);
	*left += off;
	if (status == 0)
		status = erase_again(db, &keys, e);
	keys_free(&keys);
	return status;
}

/* Who has left since the backup was made does not want mail from a restored one either. */
static int
carry_over(struct publication *p, struct str before, int64_t *left, struct err *e)
{
	struct db *old, *db;
	struct err why;
	int status;

	*left = 0;
	if (before.n == 0)
		return 0;
	if (db_open(p->dir, before.p, DB_READ, &old, &why) < 0) {
		log_warn("%s; who left after the backup was made may be on the list again",
			why.text);
		return 0;
	}
	if (db_open(p->dir, DB_PATH, DB_WRITE, &db, e) < 0) {
		db_close(old);
		return -1;
	}
	status = people_carry_over(old, db, clock_now(), left, e);
	if (status == 0)
		status = carry_suppressed(p, old, db, left, e);
	db_close(db);
	db_close(old);
	return status;
}

/* var/mark stays as it is: by it the next send notices that the database is older than what went
 * out (R14). */
static int
restore(struct context *c, struct publication *p, const char *file, struct err *e)
{
	int send = -1, notes = -1, status;
	struct str before = { 0 };
	int64_t left = 0;

	status = file_lock(p->dir, "var/send.lock", &send, e);
	if (status == 0)
		status = err_set(e, ERR_TEMPFAIL, "a send is running; run again when it has ended");
	if (status > 0)
		status = file_lock(p->dir, "var/notes.lock", &notes, e);
	/* `notes --follow` does not end by itself. */
	if (status == 0)
		status = err_set(
			e, ERR_TEMPFAIL, "'morningpost notes' is running; stop it and run again");
	if (status > 0)
		status = backup_restore(p->dir, DB_PATH, file, &p->arena, &before, e);
	if (status == 0)
		status = carry_over(p, before, &left, e);
	if (send >= 0)
		close(send);
	if (notes >= 0)
		close(notes);
	if (status == 0)
		tell_restored(c, file, before, left);
	return status;
}

static const struct {
	const char *name;
	bool wants_file;
	int (*run)(struct context *c, struct publication *p, const char *file, struct err *e);
} verbs[] = {
	{ "info", false, info },
	{ "migrate", false, migrate },
	{ "check", false, check },
	{ "backup", true, backup },
	{ "restore", true, restore },
};

int
cmd_db(struct context *c, int argc, char **argv, struct err *e)
{
	struct publication p;
	size_t i = 0, n = sizeof verbs / sizeof verbs[0];
	int status;

	if (argc < 2)
		return command_usage(
			argv[0], e, "it needs a verb: info, migrate, check, backup or restore");
	while (i < n && strcmp(argv[1], verbs[i].name) != 0)
		i++;
	if (i == n)
		return command_usage(argv[0], e, "'%s' is none of its verbs", argv[1]);
	if (argc != 2 + verbs[i].wants_file)
		return command_usage(argv[0], e,
			verbs[i].wants_file ? "%s needs one FILE" : "%s takes no argument",
			argv[1]);
	if (publication_open(c->dir, &p, e) < 0)
		return -1;
	status = verbs[i].run(c, &p, argv[2], e);
	publication_close(&p);
	return status;
}
