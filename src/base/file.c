#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sign.h"

bool
file_is_plain(struct str p)
{
	struct str rest = p, part;

	if (p.n == 0 || p.p[0] == '/' || p.p[p.n - 1] == '/' || str_find(p, '\0') >= 0)
		return false;
	while (str_split(&rest, '/', &part))
		if (part.n == 0 || str_eqz(part, ".") || str_eqz(part, ".."))
			return false;
	return true;
}

int
file_openat(int dir, const char *path, int flags, mode_t mode)
{
	int fd;

	do
		fd = openat(dir, path, flags | O_CLOEXEC, mode);
	while (fd < 0 && errno == EINTR);
	return fd;
}

int
file_sync(int fd)
{
	int status;

	do
		status = fsync(fd);
	while (status < 0 && errno == EINTR);
	return status;
}

ssize_t
file_take(int fd, char *to, size_t room)
{
	size_t have = 0;

	while (have < room) {
		ssize_t n = read(fd, to + have, room - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return (ssize_t)have;
}

int
file_put(int fd, struct str bytes)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes = str_from(bytes, (size_t)n);
	}
	return 0;
}

static enum err_code
code_of(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return ERR_NOINPUT;
	case EEXIST:
		return ERR_CANTCREATE;
	case ELOOP:
		return ERR_DATA;
	case ENOMEM:
	case EMFILE:
	case ENFILE:
		return ERR_INTERNAL;
	default:
		return ERR_IO;
	}
}

static int
fail(struct err *e, const char *path)
{
	if (errno == ELOOP)
		return err_set(
			e, ERR_DATA, "%s: is a symbolic link, and none is followed here", path);
	return err_set(e, code_of(errno), "%s: %s", path, strerror(errno));
}

static int
read_all(int fd, const char *path, size_t ceiling, struct arena *a, struct str *out, struct err *e)
{
	struct stat st;
	ssize_t have;
	size_t size;
	char *to;

	if (fstat(fd, &st) < 0)
		return fail(e, path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_DATA, "%s: not a regular file", path);
	if ((uintmax_t)st.st_size > ceiling)
		return err_set(e, ERR_DATA, "%s: %jd bytes, more than the %zu allowed", path,
			(intmax_t)st.st_size, ceiling);
	size = (size_t)st.st_size;
	to = arena_alloc(a, size + 1);
	have = file_take(fd, to, size);
	if (have < 0)
		return fail(e, path);
	to[have] = '\0';
	*out = (struct str){ .p = to, .n = (size_t)have };
	return 0;
}

int
file_read(
	int dir, const char *path, size_t ceiling, struct arena *a, struct str *out, struct err *e)
{
	int fd = file_openat(dir, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
	int status;

	if (fd < 0)
		return fail(e, path);
	status = read_all(fd, path, ceiling, a, out, e);
	close(fd);
	return status;
}

static int
check_secret(const struct stat *st, const char *path, struct err *e)
{
	if (!S_ISREG(st->st_mode))
		return err_set(e, ERR_CONFIG, "%s: a secret must be a regular file", path);
	if (st->st_uid != geteuid())
		return err_set(e, ERR_CONFIG, "%s: belongs to user %u, not to us (%u); chown it",
			path, st->st_uid, geteuid());
	if (st->st_mode & 0177)
		return err_set(e, ERR_CONFIG, "%s: mode %04o lets others read it; chmod 600", path,
			st->st_mode & 07777U);
	return 0;
}

int
file_check_secret(int dir, const char *path, struct err *e)
{
	struct stat st;

	if (fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return check_secret(&st, path, e);
	return errno == ENOENT ? 0 : fail(e, path);
}

int
file_read_secret(
	int dir, const char *path, size_t ceiling, struct arena *a, struct str *out, struct err *e)
{
	int fd = file_openat(dir, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
	struct stat st;
	int status;

	if (fd < 0) {
		fail(e, path);
		return err_to_config(e);
	}
	status = fstat(fd, &st) < 0 ? fail(e, path) : check_secret(&st, path, e);
	if (status == 0)
		status = read_all(fd, path, ceiling, a, out, e);
	close(fd);
	return status;
}

/* Open the folder that path is in; *base is its last component. */
static int
open_parent(int dir, const char *path, const char **base, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char parent[4096];
	size_t n = slash ? (size_t)(slash - path) : 0;
	int fd;

	if (n >= sizeof parent) {
		errno = ENAMETOOLONG;
		return fail(e, path);
	}
	*base = slash ? slash + 1 : path;
	if (slash) {
		memcpy(parent, path, n);
		parent[n] = '\0';
	}
	fd = file_openat(dir, !slash ? "." : n ? parent : "/", O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return fail(e, path);
	return fd;
}

static int
draft_fail(struct file_draft *d, struct err *e)
{
	fail(e, d->path);
	/* A folder that is not there, or a file that is: either way it cannot be made. */
	if (e->code == ERR_NOINPUT)
		e->code = ERR_CANTCREATE;
	file_draft_abort(d);
	return -1;
}

/*
 * A device or a pipe is not to be replaced, nor a link to one: as root, "-o /dev/null" or
 * "-o /dev/stdout" would take it away from all. The latter leads into /proc, whatever is behind it.
 */
static const char *
why_not_replaced(int folder, const char *base)
{
	static const char special[] =
		"a device, pipe or socket, which a file would take the place of";
	static const char proc[] = "/proc/";
	char target[sizeof proc] = "";
	struct stat st;

	if (readlinkat(folder, base, target, sizeof target - 1) > 0 && strcmp(target, proc) == 0)
		return special;
	if (fstatat(folder, base, &st, 0) < 0 || S_ISREG(st.st_mode))
		return NULL;
	return S_ISDIR(st.st_mode) ? "is a folder; name a file in it" : special;
}

int
file_draft_begin(struct file_draft *d, int dir, const char *path, struct err *e)
{
	const char *base, *why;
	uint64_t unique;

	*d = (struct file_draft){ .path = path, .folder = -1, .fd = -1 };
	d->folder = open_parent(dir, path, &base, e);
	if (d->folder < 0)
		return draft_fail(d, e);
	why = why_not_replaced(d->folder, base);
	if (why) {
		file_draft_abort(d);
		return err_set(e, ERR_CANTCREATE, "%s: %s", path, why);
	}
	sign_random(&unique, sizeof unique);
	snprintf(d->temporary, sizeof d->temporary, ".%.200s.%016jx", base, (uintmax_t)unique);
	d->fd = file_openat(d->folder, d->temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	return d->fd < 0 ? draft_fail(d, e) : 0;
}

int
file_draft_commit(struct file_draft *d, mode_t mode, bool must_be_new, struct err *e)
{
	const char *slash = strrchr(d->path, '/');
	const char *base = slash ? slash + 1 : d->path;
	int failed = fchmod(d->fd, mode) < 0 || file_sync(d->fd) < 0;

	if (!failed && must_be_new)
		failed = linkat(d->folder, d->temporary, d->folder, base, 0);
	else if (!failed)
		failed = renameat(d->folder, d->temporary, d->folder, base);
	if (failed || file_sync(d->folder) < 0)
		return draft_fail(d, e);
	/* After a rename there is none; after a link its first name goes. */
	file_draft_abort(d);
	return 0;
}

void
file_draft_abort(struct file_draft *d)
{
	int error = errno;

	if (d->folder >= 0 && *d->temporary)
		unlinkat(d->folder, d->temporary, 0);
	if (d->fd >= 0)
		close(d->fd);
	if (d->folder >= 0)
		close(d->folder);
	d->fd = d->folder = -1;
	errno = error;
}

static int
put(int dir, const char *path, struct str bytes, mode_t mode, bool must_be_new, struct err *e)
{
	struct file_draft d;

	if (file_draft_begin(&d, dir, path, e) < 0)
		return -1;
	if (file_put(d.fd, bytes) < 0)
		return draft_fail(&d, e);
	return file_draft_commit(&d, mode, must_be_new, e);
}

int
file_write(int dir, const char *path, struct str bytes, mode_t mode, struct err *e)
{
	return put(dir, path, bytes, mode, false, e);
}

int
file_create(int dir, const char *path, struct str bytes, mode_t mode, struct err *e)
{
	return put(dir, path, bytes, mode, true, e);
}

int
file_mkdir(int dir, const char *path, mode_t mode, struct err *e)
{
	struct stat st;

	if (mkdirat(dir, path, mode) == 0)
		return fchmodat(dir, path, mode, 0) == 0 ? 0 : fail(e, path);
	if (errno == EEXIST && fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		S_ISDIR(st.st_mode))
		return 0;
	return err_set(e, ERR_CANTCREATE, "%s: %s", path, strerror(errno));
}

int
file_open_dir(int dir, const char *path, struct err *e)
{
	int fd = file_openat(dir, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);

	return fd < 0 ? fail(e, path) : fd;
}

DIR *
file_open_entries(int dir, const char *path, struct err *e)
{
	int fd = file_open_dir(dir, path, e);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && !entries) {
		fail(e, path);
		close(fd);
	}
	return entries;
}

int
file_lock(int dir, const char *path, int *fd, struct err *e)
{
	int status;

	*fd = file_openat(dir, path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (*fd < 0)
		return fail(e, path);
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
		return 1;
	status = errno == EWOULDBLOCK ? 0 : fail(e, path);
	close(*fd);
	*fd = -1;
	return status;
}
