/* cmd_subscriber_import.c: `morningpost subscriber import` and `export`. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "cmd/subscriber.h"
#include "people/export.h"
#include "people/import.h"
#include "store/import_run.h"

/* import */

enum { NO_NUMBER = -1 };

struct import_command {
	struct context *c;
	struct import_options options;
	bool dry_run;
	int64_t undo;  /* a run, 0, or NO_NUMBER: --undo without one */
	bool in_array; /* "rejected" has been begun */
	bool bar;      /* a progress line stands on the terminal */
	int fd;        /* of the file, */
	int64_t size;  /* and its size, where it has one: 0 for a pipe */
};

static int
import_options(struct import_command *im, int argc, char **argv, struct err *e)
{
	static const struct option longs[] = {
		{ "dry-run", no_argument, NULL, 'd' },
		{ "strict", no_argument, NULL, 's' },
		{ "resubscribe", no_argument, NULL, 'r' },
		{ "encoding", required_argument, NULL, 'e' },
		{ "undo", required_argument, NULL, 'u' },
		{ NULL, 0, NULL, 0 },
	};
	uint64_t run;
	int opt;

	while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1)
		switch (opt) {
		case 'd':
			im->dry_run = true;
			break;
		case 's':
			im->options.strict = true;
			break;
		case 'r':
			im->options.resubscribe = true;
			break;
		case 'e':
			im->options.encoding = optarg;
			break;
		case 'u':
			if (!str_u64(str_of(optarg), INT64_MAX, &run) || run == 0)
				return command_usage(
					argv[0], e, "--undo '%s': not the number of a run", optarg);
			im->undo = (int64_t)run;
			break;
		default:
			/* Which they were is told, once the list is open. */
			if (opt != ':' || optopt != 'u')
				return command_bad_option(argv[0], opt, argv, e);
			im->undo = NO_NUMBER;
		}
	if (im->undo && optind < argc)
		return command_usage(argv[0], e, "--undo takes no file");
	if (!im->undo && argc - optind != 1)
		return command_usage(argv[0], e, "it needs one FILE, or - for standard input");
	im->options.file = im->undo ? "" : argv[optind];
	return 0;
}

static void
clear_bar(struct import_command *im)
{
	if (im->bar)
		fputs("\r\033[K", stderr);
	im->bar = false;
}

static void
told_rejected(void *context, size_t line, const char *reason)
{
	struct import_command *im = context;
	struct out *o = &im->c->out;

	clear_bar(im);
	log_warn("%s:%zu: %s", im->options.file, line, reason);
	if (!o->json)
		return;
	/* Written as they come, so that a million of them take no memory; hence first of all. */
	if (!im->in_array) {
		out_object(o, NULL);
		out_array(o, "rejected");
		im->in_array = true;
	}
	out_object(o, NULL);
	out_int(o, "line", (int64_t)line);
	out_strz(o, "reason", reason);
	out_end(o);
}

static void
told_progress(void *context, int64_t rows)
{
	enum { BAR = 24 };
	struct import_command *im = context;
	int64_t at = im->size ? lseek(im->fd, 0, SEEK_CUR) : -1;
	int filled = at < 0 ? 0 : at >= im->size ? BAR : (int)(at * BAR / im->size);

	if (at < 0)
		fprintf(stderr, "\r%" PRId64 " rows", rows);
	else
		fprintf(stderr, "\r[%.*s%*s] %3d %%, %" PRId64 " rows", filled,
			"########################", BAR - filled, "",
			(int)(at >= im->size ? 100 : at * 100 / im->size), rows);
	fflush(stderr);
	im->bar = true;
}

static void
import_json(struct import_command *im, const struct import_result *r)
{
	struct out *o = &im->c->out;

	if (!im->in_array) {
		out_object(o, NULL);
		out_array(o, "rejected");
	}
	out_end(o);
	if (r->run && !im->dry_run)
		out_int(o, "run", r->run);
	else
		out_null(o, "run");
	out_int(o, "added", r->added);
	out_int(o, "updated", r->updated);
	out_int(o, "unchanged", r->unchanged);
	out_int(o, "left", r->left);
	out_int(o, "suppressed", r->suppressed);
	out_int(o, "brought_back", r->back);
	out_int(o, "taken_off", r->off);
	out_bool(o, "dry_run", im->dry_run);
	out_end(o);
}

static void
import_text(struct import_command *im, const struct import_result *r)
{
	struct out *o = &im->c->out;

	out_line(o,
		"%s%" PRId64 " added, %" PRId64 " updated, %" PRId64 " unchanged, %" PRId64
		" rejected",
		im->dry_run ? "would be: " : "", r->added, r->updated, r->unchanged, r->rejected);
	if (r->left)
		out_line(o, "%" PRId64 " had left, bounced or complained and stay away%s", r->left,
			im->options.resubscribe
				? ""
				: "; --resubscribe brings back who left or bounced");
	if (r->suppressed)
		out_line(o,
			"%" PRId64 " are suppressed and get no mail ('morningpost suppress list')",
			r->suppressed);
	if (r->back || r->off)
		out_line(o, "%" PRId64 " brought back, %" PRId64 " taken off the list", r->back,
			r->off);
	if (r->run && !im->dry_run)
		out_line(o,
			"run %" PRId64 "; 'morningpost subscriber import --undo %" PRId64
			"' takes it back",
			r->run, r->run);
}

/* -- what was cut off ------------------------------------------------------------------------- */

/* Who has killed an import knows neither its number nor what to do with the half of it. One that goes
 * on at this moment looks the same. */
static void
tell_run(const struct import_run *run)
{
	char since[24];

	clock_rfc3339(run->started_at, since);
	log_warn("import %" PRId64 " (%.*s), begun at %s, has not ended: %" PRId64
		 " of its rows were dealt with. If it does not run any more, import the file "
		 "again, which goes on from there, or take it back by "
		 "'morningpost subscriber import --undo %" PRId64 "'",
		run->id, STR_ARG(run->file), since,
		run->added + run->updated + run->unchanged + run->rejected, run->id);
}

/* All but the one that is to be undone. */
static int
tell_unfinished(struct db *db, int64_t undo, struct err *e)
{
	struct import_run run = { 0 };
	struct arena a = { 0 };
	int got;

	while ((got = import_run_unfinished(db, run.id, &a, &run, e)) > 0)
		if (run.id != undo)
			tell_run(&run);
	arena_free(&a);
	return got;
}

/* This one, when it failed behind its first chunk. */
static void
tell_failed(struct db *db, int64_t id)
{
	struct import_run run;
	struct arena a = { 0 };
	struct err ignored;

	if (import_run_get(db, id, &a, &run, &ignored) > 0)
		tell_run(&run);
	arena_free(&a);
}

/* -- a file ----------------------------------------------------------------------------------- */

static int
import_file(struct import_command *im, struct db *db, int fd, struct err *e)
{
	struct import_result r;
	struct db *target = db;
	struct stat st;
	int status;

	im->fd = fd;
	im->size = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? st.st_size : 0;
	im->options.now = clock_now();
	im->options.rejected = told_rejected;
	im->options.context = im;
	if (log_can_overwrite() && !im->c->quiet)
		im->options.progress = told_progress;
	/* A dry run does all of it, to a copy. */
	if (im->dry_run && db_open_copy(db, &target, e) < 0)
		return -1;
	status = people_import(target, fd, &im->options, &r, e);
	if (im->dry_run)
		db_close(target);
	clear_bar(im);
	if (status < 0) {
		if (!im->dry_run)
			tell_failed(db, r.run);
		return err_wrap(e, "%s", im->options.file);
	}
	sheet_tell(&r.sheet, im->options.file);
	if (*r.ignored)
		log_info("%s: columns left out: %s", im->options.file, r.ignored);
	if (im->c->out.json)
		import_json(im, &r);
	else
		import_text(im, &r);
	if (r.refused)
		log_error("%s: %" PRId64
			  " rows are bad, and --strict takes all or none: nothing was changed",
			im->options.file, r.rejected);
	return r.refused || (r.rejected && r.added + r.updated + r.unchanged == 0) ? ERR_DATA : 0;
}

static void
tell_undone(const struct import_command *im, const struct import_undone *u)
{
	struct out *o = &im->c->out;

	out_line(o,
		"import %" PRId64 "%s undone: %" PRId64 " removed, %" PRId64
		" put back as they were",
		im->undo, im->dry_run ? " would be" : "", u->removed, u->restored);
	if (u->off)
		out_line(o, "%" PRId64 " had got mail since and were taken off the list", u->off);
	if (u->kept)
		out_line(o, "%" PRId64 " had changed since and stay as they are", u->kept);
	if (o->json) {
		out_object(o, NULL);
		out_int(o, "run", im->undo);
		out_int(o, "removed", u->removed);
		out_int(o, "restored", u->restored);
		out_int(o, "taken_off", u->off);
		out_int(o, "kept", u->kept);
		out_bool(o, "dry_run", im->dry_run);
		out_end(o);
	}
}

static int
undo(struct import_command *im, struct db *db, struct err *e)
{
	struct import_undone u;
	enum import_undo outcome;
	struct db *target = db;
	int status;

	/* A dry run does all of it, to a copy. */
	if (im->dry_run && db_open_copy(db, &target, e) < 0)
		return -1;
	status = people_import_undo(target, im->undo, clock_now(), &outcome, &u, e);
	if (im->dry_run)
		db_close(target);
	if (status < 0)
		return -1;
	switch (outcome) {
	case IMPORT_UNKNOWN:
		return err_set(
			e, ERR_NOINPUT, "there was no import with the number %" PRId64, im->undo);
	case IMPORT_UNDONE_BEFORE:
		return err_set(e, ERR_DATA, "import %" PRId64 " has been undone before", im->undo);
	case IMPORT_UNDONE:
		break;
	}
	tell_undone(im, &u);
	return 0;
}

static int
open_input(const char *file, struct err *e)
{
	int fd;

	if (strcmp(file, "-") == 0)
		return STDIN_FILENO;
	fd = file_openat(AT_FDCWD, file, O_RDONLY | O_NOCTTY, 0);
	if (fd < 0)
		return err_set(
			e, errno == ENOENT ? ERR_NOINPUT : ERR_IO, "%s: %s", file, strerror(errno));
	return fd;
}

/* A strict import holds the database for as long as it takes, which a send could not wait for. */
static int
hold_send_lock(struct desk *d, int *lock, struct err *e)
{
	int status = file_lock(d->publication.dir, "var/send.lock", lock, e);

	if (status == 0)
		return err_set(e, ERR_TEMPFAIL,
			"a send is running, and --strict would hold it up; run again after it, or "
			"without --strict");
	return status < 0 ? -1 : 0;
}

static int
import_into(struct import_command *im, struct desk *d, struct err *e)
{
	int lock = -1, fd, status;

	if (tell_unfinished(d->db, im->undo, e) < 0)
		return -1;
	if (im->undo == NO_NUMBER)
		return command_usage("subscriber import", e, "--undo needs the number of a run");
	if (im->undo)
		return undo(im, d->db, e);
	if (desk_take_keys(d, e) < 0 ||
		(im->options.strict && !im->dry_run && hold_send_lock(d, &lock, e) < 0))
		return -1;
	im->options.keys = &d->keys;
	fd = open_input(im->options.file, e);
	status = fd < 0 ? -1 : import_file(im, d->db, fd, e);
	if (fd > STDIN_FILENO)
		close(fd);
	if (lock >= 0)
		close(lock);
	return status;
}

int
subscriber_import_verb(struct context *c, int argc, char **argv, struct err *e)
{
	struct import_command im = { .c = c };
	struct desk d;
	int status;

	if (import_options(&im, argc, argv, e) < 0 ||
		desk_open(&d, c, im.dry_run ? DB_READ : DB_WRITE, e) < 0)
		return -1;
	status = import_into(&im, &d, e);
	desk_close(&d);
	return status;
}

/* export */

/* Into a file that appears whole, for its owner alone (E2). */
static int
export_file(struct db *db, const char *file, bool all, int64_t *rows, struct err *e)
{
	struct file_draft draft;
	FILE *to;
	int status;

	if (file_draft_begin(&draft, AT_FDCWD, file, e) < 0)
		return -1;
	to = fdopen(dup(draft.fd), "w");
	if (!to) {
		file_draft_abort(&draft);
		return err_set(e, ERR_IO, "%s: %s", file, strerror(errno));
	}
	status = people_export(db, all, to, rows, e);
	if (fclose(to) != 0 && status == 0)
		status = err_set(e, ERR_IO, "%s: %s", file, strerror(errno));
	if (status == 0)
		return file_draft_commit(&draft, 0600, false, e);
	file_draft_abort(&draft);
	return err_wrap(e, "%s", file);
}

static int
export_list(struct context *c, struct db *db, const char *file, bool all, struct err *e)
{
	int64_t rows;

	if (!file)
		return people_export(db, all, c->out.to, &rows, e);
	if (export_file(db, file, all, &rows, e) < 0)
		return -1;
	out_line(&c->out, "%s: %" PRId64 " rows", file, rows);
	if (c->out.json) {
		out_object(&c->out, NULL);
		out_strz(&c->out, "file", file);
		out_int(&c->out, "rows", rows);
		out_end(&c->out);
	}
	return 0;
}

int
subscriber_export_verb(struct context *c, int argc, char **argv, struct err *e)
{
	static const struct option longs[] = {
		{ "all", no_argument, NULL, 'a' },
		{ NULL, 0, NULL, 0 },
	};
	const char *file = NULL;
	bool all = false;
	struct desk d;
	int opt, status;

	while ((opt = getopt_long(argc, argv, ":o:", longs, NULL)) != -1)
		switch (opt) {
		case 'a':
			all = true;
			break;
		case 'o':
			file = strcmp(optarg, "-") == 0 ? NULL : optarg;
			break;
		default:
			return command_bad_option(argv[0], opt, argv, e);
		}
	if (optind < argc)
		return command_usage(
			argv[0], e, "'%s' is too much; -o FILE names the file", argv[optind]);
	if (c->out.json && !file)
		return command_usage(
			argv[0], e, "it writes CSV; 'morningpost subscriber list --json' has JSON");
	if (desk_open(&d, c, DB_READ, e) < 0)
		return -1;
	status = export_list(c, d.db, file, all, e);
	desk_close(&d);
	return status;
}
