/* cmd_archive.c: `morningpost archive`: the public archive as static files. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "cmd/command.h"
#include "cmd/manifest.h"
#include "settings/publication.h"
#include "web/archive.h"

const char cmd_archive_help[] =
	"  export DIR   write the public archive into DIR as files for any web server: the same\n"
	"               bytes that 'serve' answers with. Run again it writes what has changed,\n"
	"               removes what it wrote before and is public no longer, and leaves the rest\n"
	"    --keep     remove nothing\n";

/* A page is at most so long; a picture is smaller. */
enum { DOCUMENT = 8 << 20 };

struct export
{
	struct archive archive;
	int dir;
	bool keep;
	struct manifest before, now; /* of an earlier export; of this one */
	size_t written, removed, unchanged;
};

/* -- one file --------------------------------------------------------------------------------- */

/* Open the folder that a file stands in, made (if asked) where it is not there; no symbolic link is followed
 * below the folder that was named. *base is the file's own name. */
static int
open_folder(int dir, const char *file, bool make, const char **base, struct err *e)
{
	int at = file_openat(dir, ".", O_RDONLY | O_DIRECTORY, 0);
	const char *slash;

	while (at >= 0 && (slash = strchr(file, '/'))) {
		struct arena a = { 0 };
		const char *name = arena_strz(&a, (struct str){ file, (size_t)(slash - file) });
		int next =
			make && file_mkdir(at, name, 0755, e) < 0 ? -1 : file_open_dir(at, name, e);

		close(at);
		at = next;
		file = slash + 1;
		arena_free(&a);
	}
	*base = file;
	return at;
}

/* 1 it has these bytes, 0 it has others or is not there, -1 what is there is no file of ours. */
static int
is_same(int folder, const char *name, struct str bytes, struct err *e)
{
	struct arena a = { 0 };
	struct str old;
	int got;

	if (file_read(folder, name, DOCUMENT, &a, &old, e) == 0)
		got = str_eq(old, bytes);
	else
		got = e->code == ERR_NOINPUT ? 0 : -1;
	if (got == 0)
		*e = (struct err){ 0 };
	arena_free(&a);
	return got;
}

static int
write_file(struct context *c, struct export *x, const char *file, struct str bytes, struct err *e)
{
	const char *name;
	char hash[SIGN_HEX];
	int folder, same;

	if (!manifest_path_ok(str_of(file)))
		return err_set(e, ERR_INTERNAL, "'%s' is no path of ours", file);
	folder = open_folder(x->dir, file, true, &name, e);
	if (folder < 0)
		return err_wrap(e, "%s", file);
	same = is_same(folder, name, bytes, e);
	if (same == 0)
		same = file_write(folder, name, bytes, 0644, e) < 0 ? -1 : 0;
	close(folder);
	if (same < 0)
		return err_wrap(e, "%s", file);
	sign_hash_hex(bytes, hash);
	manifest_add(&x->now, file, hash);
	x->written += same == 0;
	x->unchanged += same == 1;
	if (same == 0) {
		out_strz(&c->out, NULL, file);
		out_line(&c->out, "%s", file);
	}
	return 0;
}

/* -- what is public no longer ----------------------------------------------------------------- */

/* Is it there as we wrote it? */
static bool
is_ours(int folder, const char *name, const char *hash)
{
	struct err unheard = { 0 };
	struct arena a = { 0 };
	char found[SIGN_HEX] = "";
	struct str bytes;

	if (file_read(folder, name, DOCUMENT, &a, &bytes, &unheard) == 0)
		sign_hash_hex(bytes, found);
	arena_free(&a);
	return strcmp(found, hash) == 0;
}

/* Folders that are empty now go as well, but for the one that was named. */
static void
remove_folders(int dir, const char *file)
{
	struct arena a = { 0 };
	char *path = arena_strz(&a, str_of(file)), *slash;
	bool empty = true;

	while (empty && (slash = strrchr(path, '/'))) {
		struct err unheard = { 0 };
		const char *name;
		int folder;

		*slash = '\0';
		folder = open_folder(dir, path, false, &name, &unheard);
		empty = folder >= 0 && unlinkat(folder, name, AT_REMOVEDIR) == 0;
		if (folder >= 0)
			close(folder);
	}
	arena_free(&a);
}

static int
remove_from(struct context *c, struct export *x, int folder, const char *name,
	const struct manifest_entry *entry, struct err *e)
{
	if (!is_ours(folder, name, entry->hash)) {
		if (faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			log_warn("%s is public no longer, but somebody has changed it: it stays",
				entry->path);
		return 0;
	}
	if (unlinkat(folder, name, 0) < 0)
		return err_set(e, ERR_IO, "%s: %s", entry->path, strerror(errno));
	remove_folders(x->dir, entry->path);
	x->removed++;
	out_strz(&c->out, NULL, entry->path);
	out_line(&c->out, "%s (removed)", entry->path);
	return 0;
}

static int
remove_file(struct context *c, struct export *x, const struct manifest_entry *entry, struct err *e)
{
	struct err unheard = { 0 };
	const char *name;
	int folder = open_folder(x->dir, entry->path, false, &name, &unheard), status;

	/* Its folder is gone, or is a link by now, and none that we follow. */
	if (folder < 0)
		return 0;
	status = remove_from(c, x, folder, name, entry, e);
	close(folder);
	return status;
}

/*
 * What an earlier export wrote and this one did not goes, or, where it has to stay (this export failed, or
 * nothing is to be removed), is remembered for the next one.
 */
static int
settle(struct context *c, struct export *x, int status, struct err *e)
{
	struct err unheard = { 0 };
	struct manifest written;

	manifest_sort(&x->now);
	written = x->now;
	out_array(&c->out, "removed");
	for (size_t i = 0; i < x->before.count; i++) {
		const struct manifest_entry *entry = &x->before.entries[i];

		if (manifest_has(&written, entry->path))
			continue;
		if (status == 0 && !x->keep)
			status = remove_file(c, x, entry, e);
		if (status < 0 || x->keep)
			manifest_add(&x->now, entry->path, entry->hash);
	}
	out_end(&c->out);
	manifest_sort(&x->now);
	return manifest_write(x->dir, &x->now, status < 0 ? &unheard : e) < 0 ? -1 : status;
}

/* -- all of them ------------------------------------------------------------------------------ */

static int
write_path(struct context *c, struct export *x, struct str path, struct err *e)
{
	struct arena a = { 0 };
	struct document d;
	int got = archive_find(&x->archive, path, &a, &d, e);

	/* Gone since the list was made: the next run sees that. */
	if (got == 1)
		got = write_file(c, x, archive_file(path, &a), d.body, e);
	arena_free(&a);
	return got < 0 ? -1 : 0;
}

static int
write_all(struct context *c, struct export *x, struct err *e)
{
	struct arena a = { 0 };
	struct str *paths;
	size_t n;
	bool changed;
	int status = archive_refresh(&x->archive, &changed, e);

	if (status == 0)
		status = archive_paths(&x->archive, &a, &paths, &n, e);
	out_object(&c->out, NULL);
	out_array(&c->out, "written");
	for (size_t i = 0; status == 0 && i < n; i++)
		status = write_path(c, x, paths[i], e);
	out_end(&c->out);
	status = settle(c, x, status, e);
	out_int(&c->out, "unchanged", (int64_t)x->unchanged);
	out_end(&c->out);
	if (status == 0)
		log_info("%zu files written, %zu removed, %zu were as they should be", x->written,
			x->removed, x->unchanged);
	arena_free(&a);
	return status;
}

static int
open_target(const char *path, struct err *e)
{
	int fd;

	if (mkdir(path, 0755) == 0)
		chmod(path, 0755);
	else if (errno != EEXIST)
		return err_set(e, ERR_CANTCREATE, "%s: %s", path, strerror(errno));
	fd = file_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
	return fd < 0 ? err_set(e, ERR_CANTCREATE, "%s: %s", path, strerror(errno)) : fd;
}

/* The list only says what may be removed: where it cannot be read, nothing is. */
static void
read_manifest(struct export *x, const char *path, struct arena *a)
{
	struct err e = { 0 };

	x->before = x->now = (struct manifest){ .arena = a };
	if (manifest_read(x->dir, &x->before, &e) < 0)
		log_warn("%s/%s; what is there and public no longer stays", path, e.text);
}

static int export(
	struct context *c, const struct publication *p, const char *path, bool keep, struct err *e)
{
	struct export x = { .dir = -1, .keep = keep };
	struct arena a = { 0 };
	struct db *db = NULL;
	struct site site;
	int status = site_load(p, &a, &site, e);

	if (status == 0)
		status = db_open(p->dir, DB_PATH, DB_READ, &db, e);
	if (status == 0)
		status = x.dir = open_target(path, e);
	if (status >= 0) {
		read_manifest(&x, path, &a);
		archive_init(&x.archive, &site, db);
		status = write_all(c, &x, e);
		archive_close(&x.archive);
		close(x.dir);
	}
	db_close(db);
	arena_free(&a);
	return status;
}

int
cmd_archive(struct context *c, int argc, char **argv, struct err *e)
{
	static const struct option longs[] = { { "keep", no_argument, NULL, 'k' }, { 0 } };
	struct publication p;
	bool keep = false;
	int opt, status;

	while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (opt != 'k')
			return command_bad_option("archive", opt, argv, e);
		keep = true;
	}
	if (argc - optind != 2 || strcmp(argv[optind], "export") != 0)
		return command_usage("archive", e, "it takes 'export' and a folder");
	if (publication_open(c->dir, &p, e) < 0)
		return -1;
	status = export(c, &p, argv[optind + 1], keep, e);
	publication_close(&p);
	return status;
}
