#include "settings/publication.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "settings/salvage.h"

enum { SETTINGS_CEILING = 256 * 1024, PASSWORD = 4096 };

/* What root writes must be the owner's to read tomorrow. */
int
publication_become_owner(int dir, const char *path, struct err *e)
{
	struct stat st;

	if (geteuid() != 0)
		return 0;
	if (fstat(dir, &st) < 0)
		return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
	if (st.st_uid == 0) {
		log_warn("%s belongs to root, so this runs as root; a user of its own would be "
			 "safer (chown)",
			path);
		return 0;
	}
	if (setgroups(0, NULL) < 0 || setgid(st.st_gid) < 0 || setuid(st.st_uid) < 0)
		return err_set(e, ERR_CONFIG, "%s: cannot go on as its owner, user %u: %s", path,
			st.st_uid, strerror(errno));
	return 0;
}

/* What is in var/ decides who gets mail: nobody else may write there. */
static int
check_var(int dir, struct err *e)
{
	struct stat st;

	if (fstatat(dir, "var", &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(e, ERR_CONFIG,
			"var/ is missing: %s; the list and the keys were in it: bring it back from "
			"a backup, or, to begin anew, move one here that 'morningpost init DIR' "
			"made",
			strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return err_set(e, ERR_CONFIG, "var is not a folder");
	if (st.st_uid != geteuid())
		return err_set(e, ERR_CONFIG,
			"var/ belongs to user %u and this runs as %u; run it as the owner",
			st.st_uid, geteuid());
	if (st.st_mode & 022)
		return err_set(e, ERR_CONFIG,
			"var/ has mode %04o, so others can write to it; chmod 700 var",
			st.st_mode & 07777U);
	return 0;
}

static int
read_settings(struct publication *p, struct str *text, struct err *e)
{
	if (file_read(p->dir, "morningpost.yaml", SETTINGS_CEILING, &p->arena, text, e) < 0) {
		if (e->code == ERR_NOINPUT)
			return err_set(e, ERR_NOINPUT,
				"no publication here: morningpost.yaml is missing; name its folder "
				"with -C, or make one with 'morningpost init DIR'");
		return -1;
	}
	return 0;
}

/* As an editor jumps to it: the path to the file, and its line. */
static const char *
settings_name(struct publication *p)
{
	return strcmp(p->path, ".") == 0 ? "morningpost.yaml"
					 : arena_printf(&p->arena, "%s/morningpost.yaml", p->path);
}

typedef int parse_fn(
	struct str text, const char *name, struct arena *a, struct settings *out, struct err *e);

static int
open_with(const char *path, parse_fn *parse, struct publication *out, struct err *e)
{
	struct str text;

	*out = (struct publication){ .path = path };
	out->dir = file_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
	if (out->dir < 0)
		return err_set(e, ERR_NOINPUT, "%s: %s", path, strerror(errno));
	if (publication_become_owner(out->dir, path, e) == 0) {
		umask(077);
		if (read_settings(out, &text, e) == 0 && check_var(out->dir, e) == 0) {
			if (parse(text, settings_name(out), &out->arena, &out->settings, e) == 0)
				return 0;
		} else {
			err_prefix(e, "%s", path);
		}
	}
	publication_close(out);
	return -1;
}

int
publication_open(const char *path, struct publication *out, struct err *e)
{
	return open_with(path, settings_parse, out, e);
}

int
publication_salvage(const char *path, struct publication *out, struct err *e)
{
	return open_with(path, settings_salvage, out, e);
}

void
publication_close(struct publication *p)
{
	if (p->dir >= 0)
		close(p->dir);
	p->dir = -1;
	arena_free(&p->arena);
}

int
publication_password(
	const struct publication *p, const char *file, struct arena *a, char **out, struct err *e)
{
	struct str text;

	*out = NULL;
	if (!file)
		return 0;
	if (file_read_secret(p->dir, file, PASSWORD, a, &text, e) < 0)
		return -1;
	text = str_trim(text);
	if (text.n == 0 || str_find(text, '\n') >= 0 || str_find(text, '\r') >= 0)
		return err_set(e, ERR_CONFIG, "%s: it holds one line, the password", file);
	*out = arena_strz(a, text);
	return 0;
}

const char *
publication_path(const struct publication *p, const char *file, struct arena *a)
{
	return !file || file[0] == '/' ? file
				       : arena_printf(a, "/proc/self/fd/%d/%s", p->dir, file);
}

void
publication_issue_path(struct day d, char out[static 32])
{
	char day[11];

	clock_print_day(d, day);
	snprintf(out, 32, "issues/%s.md", day);
}

struct day
publication_today(const struct publication *p, int64_t now)
{
	return clock_day_at(now, p->settings.publication.timezone);
}

int64_t
publication_last_moment(const struct publication *p, struct day issue)
{
	const char *zone = p->settings.publication.timezone;
	int minute = p->settings.send.not_after;

	if (minute < 0)
		return clock_moment(clock_add_days(issue, 1), 0, 0, zone);
	return clock_moment(issue, minute / 60, minute % 60, zone);
}
