#include "web/page_static.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "web/page_archive.h"
#include "web/shelf.h"

enum { NAME_LIMIT = 100, DEPTH_LIMIT = 6, FILE_LIMIT = 16 * 1024 * 1024, MAX_AGE = 300 };

bool
page_static_name_ok(struct str name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_.";

	if (name.n == 0 || name.n > NAME_LIMIT || name.p[0] == '.')
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!memchr(plain, name.p[i], sizeof plain - 1))
			return false;
	return true;
}

const char *
page_static_type(struct str name)
{
	static const struct {
		const char *ending, *type;
	} types[] = {
		{ "feed.xml", "application/atom+xml; charset=utf-8" },
		{ "feed.json", "application/feed+json; charset=utf-8" },
		{ ".html", "text/html; charset=utf-8" },
		{ ".css", "text/css; charset=utf-8" },
		{ ".js", "text/javascript; charset=utf-8" },
		{ ".json", "application/json" },
		{ ".xml", "application/xml; charset=utf-8" },
		{ ".txt", "text/plain; charset=utf-8" },
		{ ".svg", "image/svg+xml" },
		{ ".png", "image/png" },
		{ ".jpg", "image/jpeg" },
		{ ".jpeg", "image/jpeg" },
		{ ".gif", "image/gif" },
		{ ".webp", "image/webp" },
	};

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (str_ends(name, str_of(types[i].ending)))
			return types[i].type;
	return NULL;
}

/* One step down from `at`, which is closed. -1: it is not there, or a link, or no plain name. */
static int
step(int at, struct str name, bool *folder)
{
	char z[NAME_LIMIT + 1];
	struct stat st;
	int fd = -1;

	if (page_static_name_ok(name)) {
		snprintf(z, sizeof z, "%.*s", STR_ARG(name));
		fd = file_openat(at, z, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
	}
	*folder = fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
	close(at);
	return fd;
}

/* Walk down a path. *name is that of the file it ends at: the index where that is a folder. */
static int
open_path(int archive, struct str path, struct str *name)
{
	int at = fcntl(archive, F_DUPFD_CLOEXEC, 0);
	struct str rest = str_from(path, 1);
	bool folder = true;

	for (int depth = 0; at >= 0 && folder && depth < DEPTH_LIMIT; depth++) {
		if (!str_split(&rest, '/', name)) {
			*name = STR("index.html");
			return step(at, *name, &folder);
		}
		at = step(at, *name, &folder);
	}
	/* A file ends the path, without a slash behind it. */
	if (at >= 0 && (folder || rest.n || str_ends(path, STR("/")))) {
		close(at);
		return -1;
	}
	return at;
}

/* A file that is replaced has another key, so what is on the shelf is never an old one. */
static struct str
key_of(struct visit *v, const struct stat *st)
{
	return str_of(arena_printf(v->arena, "%.*s %ju %ju %jd %ld", STR_ARG(v->path),
		(uintmax_t)st->st_ino, (uintmax_t)st->st_size, (intmax_t)st->st_mtim.tv_sec,
		st->st_mtim.tv_nsec));
}

static int
shelve(struct visit *v, int fd, size_t size, const char *type, struct str key,
	const struct shelved **out, struct err *e)
{
	char *to = arena_alloc(v->arena, size + 1);
	ssize_t have = file_take(fd, to, size);
	struct document d = { .type = type };

	if (have < 0)
		return err_set(e, ERR_IO, "a file of the archive: %s", strerror(errno));
	d.body = (struct str){ to, (size_t)have };
	*out = shelf_put(v->clerk->shelf, key, &d);
	return 0;
}

static int
answer(struct visit *v, int fd, const struct stat *st, const char *type, struct err *e)
{
	struct str key = key_of(v, st);
	const struct shelved *s = shelf_find(v->clerk->shelf, key);

	if (!s && shelve(v, fd, (size_t)st->st_size, type, key, &s, e) < 0)
		return -1;
	page_shelved(v, s, MAX_AGE);
	return 1;
}

int
page_static(struct visit *v, struct err *e)
{
	struct str name;
	struct stat st;
	const char *type;
	int fd = open_path(v->clerk->files, v->path, &name), status = 0;

	if (fd < 0)
		return 0;
	type = page_static_type(name);
	if (type && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= FILE_LIMIT)
		status = answer(v, fd, &st, type, e);
	close(fd);
	return status;
}
