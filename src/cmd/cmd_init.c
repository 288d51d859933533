/* cmd_init.c: `morningpost init`: a new publication with a sample issue. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/asset.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "cmd/command.h"
#include "settings/keys.h"
#include "settings/publication.h"
#include "store/db.h"

const char cmd_init_help[] = "  DIR    a folder that is not there yet, or is empty\n"
			     "\n"
			     "Writes the settings, a sample issue for today, keys and an empty "
			     "database. Nothing is sent anywhere.\n";

/* Entries of a folder but . and .. */
static bool
is_empty(int dir)
{
	int copy = file_openat(dir, ".", O_RDONLY | O_DIRECTORY, 0);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;
	bool empty = d != NULL;

	while (d && (entry = readdir(d)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			empty = false;
	if (d)
		closedir(d);
	return empty;
}

static int
open_folder(const char *path, bool *made, struct err *e)
{
	int dir;

	*made = mkdir(path, 0755) == 0;
	if (!*made && errno != EEXIST)
		return err_set(e, ERR_CANTCREATE, "%s: %s", path, strerror(errno));
	dir = file_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
	if (dir < 0)
		return err_set(e, ERR_CANTCREATE, "%s: %s", path, strerror(errno));
	if (is_empty(dir))
		return dir;
	close(dir);
	return err_set(e, ERR_CANTCREATE, "%s: is not empty; name a new folder", path);
}

static int
write_asset(int dir, const char *asset, const char *path, struct err *e)
{
	const struct asset *found = asset_find(asset);

	return found ? file_create(dir, path, found->bytes, 0660, e)
		     : err_set(e, ERR_INTERNAL, "%s was not built in", asset);
}

/* Editors write issues, pictures and templates through their group; var is ours alone (RELIABILITY
 * F4). */
static int
make_folders(int dir, struct err *e)
{
	static const struct {
		const char *name;
		mode_t mode;
	} folders[] = { { "issues", 02770 }, { "pictures", 02770 }, { "templates", 02770 },
		{ "var", 0700 } };

	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
		if (file_mkdir(dir, folders[i].name, folders[i].mode, e) < 0)
			return -1;
	return 0;
}

static int
fill_folder(int dir, struct err *e)
{
	char issue[32];
	struct db *db;

	umask(007);
	publication_issue_path(clock_day_at(clock_now(), "UTC"), issue);
	if (make_folders(dir, e) < 0 ||
		write_asset(dir, "templates/init-settings.yaml", "morningpost.yaml", e) < 0 ||
		write_asset(dir, "templates/init-issue.md", issue, e) < 0 ||
		keys_create(dir, e) < 0)
		return -1;
	umask(077);
	if (db_open(dir, "var/morningpost.db", DB_CREATE, &db, e) < 0)
		return -1;
	db_close(db);
	return 0;
}

/* So that it can be run again: a folder that is not empty is refused. Only what is made above goes;
 * what others have put there meanwhile is left, and its folder with it. */
static void
empty_folder(int dir)
{
	static const char *const files[] = { "morningpost.yaml", "var/morningpost.db",
		"var/morningpost.db-wal", "var/morningpost.db-shm", "var/morningpost.db-journal" };
	static const char *const folders[] = { "issues", "pictures", "templates", "var" };
	char issue[32];

	publication_issue_path(clock_day_at(clock_now(), "UTC"), issue);
	unlinkat(dir, issue, 0);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		unlinkat(dir, files[i], 0);
	keys_remove(dir);
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
		unlinkat(dir, folders[i], AT_REMOVEDIR);
}

int
cmd_init(struct context *c, int argc, char **argv, struct err *e)
{
	bool made;
	int dir, status;

	if (argc != 2)
		return command_usage("init", e, "it takes one DIR");
	if (argv[1][0] == '-')
		return command_usage("init", e, "it does not know '%s'", argv[1]);
	dir = open_folder(argv[1], &made, e);
	if (dir < 0)
		return -1;
	status = publication_become_owner(dir, argv[1], e);
	if (status == 0) {
		status = fill_folder(dir, e);
		if (status < 0)
			empty_folder(dir);
	}
	close(dir);
	if (status < 0 && made)
		rmdir(argv[1]);
	if (status < 0)
		return err_wrap(e, "%s", argv[1]);
	out_object(&c->out, NULL);
	out_strz(&c->out, "publication", argv[1]);
	out_end(&c->out);
	out_line(&c->out, "next: edit %s/morningpost.yaml, then", argv[1]);
	out_line(&c->out, "  morningpost -C %s subscriber add you@example.org", argv[1]);
	out_line(&c->out, "  morningpost -C %s check", argv[1]);
	out_line(&c->out, "  morningpost -C %s send", argv[1]);
	return 0;
}
