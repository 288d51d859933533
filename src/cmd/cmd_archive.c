/* cmd_archive.c: `morningpost archive`: the public archive as static files. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "cmd/command.h"
#include "settings/publication.h"
#include "web/archive.h"

const char cmd_archive_help[] =
	"  export DIR   write the public archive into DIR as files for any web server: the same\n"
	"               bytes that 'serve' answers with. Run again it writes what has changed and\n"
	"               leaves the rest; it removes nothing\n";

/* A page is at most so long; a picture is smaller. */
enum { DOCUMENT = 8 << 20 };

struct export
{
	struct archive archive;
	int dir;
	size_t written, unchanged;
};

/* -- one file --------------------------------------------------------------------------------- */

/* Letters, digits, dashes and one ending (RELIABILITY F3): every path is ours, and one that is not so
 * has come from somewhere else. */
static bool
is_name(struct str s)
{
	static const struct str letters = STR_INIT("abcdefghijklmnopqrstuvwxyz0123456789-.");
	size_t dots = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (str_find(letters, s.p[i]) < 0)
			return false;
		dots += s.p[i] == '.';
	}
	return s.n > 0 && s.n <= 80 && dots <= 1 && s.p[0] != '.';
}

static bool
is_path(struct str file)
{
	struct str part;

	while (str_split(&file, '/', &part))
		if (!is_name(part))
			return false;
	return true;
}

/* Open the folder that a file stands in, made where it is not there; no symbolic link is followed below
 * the folder that was named. *base is the file's own name. */
static int
open_folder(int dir, const char *file, const char **base, struct err *e)
{
	int at = file_openat(dir, ".", O_RDONLY | O_DIRECTORY, 0);
	const char *slash;

	while (at >= 0 && (slash = strchr(file, '/'))) {
		struct arena a = { 0 };
		const char *name = arena_strz(&a, (struct str){ file, (size_t)(slash - file) });
		int next = file_mkdir(at, name, 0755, e) < 0 ? -1 : file_open_dir(at, name, e);

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
	int folder, same;

	if (!is_path(str_of(file)))
		return err_set(e, ERR_INTERNAL, "'%s' is no path of ours", file);
	folder = open_folder(x->dir, file, &name, e);
	if (folder < 0)
		return err_wrap(e, "%s", file);
	same = is_same(folder, name, bytes, e);
	if (same == 0)
		same = file_write(folder, name, bytes, 0644, e) < 0 ? -1 : 0;
	close(folder);
	if (same < 0)
		return err_wrap(e, "%s", file);
	x->written += same == 0;
	x->unchanged += same == 1;
	if (same == 0) {
		out_strz(&c->out, NULL, file);
		out_line(&c->out, "%s", file);
	}
	return 0;
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
	out_int(&c->out, "unchanged", (int64_t)x->unchanged);
	out_end(&c->out);
	if (status == 0)
		log_info("%zu files written, %zu were as they should be", x->written, x->unchanged);
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

static int export(struct context *c, const struct publication *p, const char *path, struct err *e)
{
	struct export x = { .dir = -1 };
	struct arena a = { 0 };
	struct db *db = NULL;
	struct site site;
	int status = site_load(p, &a, &site, e);

	if (status == 0)
		status = db_open(p->dir, DB_PATH, DB_READ, &db, e);
	if (status == 0)
		status = x.dir = open_target(path, e);
	if (status >= 0) {
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
	struct publication p;
	int status;

	if (argc != 3 || strcmp(argv[1], "export") != 0)
		return command_usage("archive", e, "it takes 'export' and a folder");
	if (publication_open(c->dir, &p, e) < 0)
		return -1;
	status = export(c, &p, argv[2], e);
	publication_close(&p);
	return status;
}
