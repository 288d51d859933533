#include "base/file.h"

#include <assert.h>
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
	size_t have = 0, size;
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
	while (have < size) {
		ssize_t n = read(fd, to + have, size - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(e, path);
		if (n == 0)
			break;
		have += (size_t)n;
	}
	to[have] = '\0';
	*out = (struct str){ .p = to, .n = have };
	return 0;
}

int
file_read(
	int dir, const char *path, size_t ceiling, struct arena *a, struct str *out, struct err *e)
{
	int fd = openat(dir, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int status;

	if (fd < 0)
		return fail(e, path);
	status = read_all(fd, path, ceiling, a, out, e);
	close(fd);
	return status;
}

static int
check_secret(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return fail(e, path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_CONFIG, "%s: a secret must be a regular file", path);
	if (st.st_uid != geteuid())
		return err_set(e, ERR_CONFIG, "%s: belongs to user %u, not to us (%u); chown it",
			path, st.st_uid, geteuid());
	if (st.st_mode & 0177)
		return err_set(e, ERR_CONFIG, "%s: mode %04o lets others read it; chmod 600", path,
			st.st_mode & 07777U);
	return 0;
}

int
file_read_secret(
	int dir, const char *path, size_t ceiling, struct arena *a, struct str *out, struct err *e)
{
	int fd = openat(dir, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int status;

	if (fd < 0) {
		fail(e, path);
		e->code = ERR_CONFIG;
		return -1;
	}
	status = check_secret(fd, path, e);
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

	assert(n < sizeof parent);
	*base = slash ? slash + 1 : path;
	if (slash) {
		memcpy(parent, path, n);
		parent[n] = '\0';
	}
	fd = openat(dir, !slash ? "." : n ? parent : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail(e, path);
	return fd;
}

static int
write_all(int fd, struct str bytes)
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

static int
write_temporary(int parent, const char *name, struct str bytes, mode_t mode)
{
	int fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int error;

	if (fd < 0)
		return -1;
	if (write_all(fd, bytes) == 0 && fchmod(fd, mode) == 0 && fsync(fd) == 0)
		return close(fd);
	error = errno;
	close(fd);
	unlinkat(parent, name, 0);
	errno = error;
	return -1;
}

static int
put(int dir, const char *path, struct str bytes, mode_t mode, bool must_be_new, struct err *e)
{
	const char *base;
	char temporary[300];
	uint64_t unique;
	int parent = open_parent(dir, path, &base, e);
	int failed;

	if (parent < 0)
		return -1;
	sign_random(&unique, sizeof unique);
	snprintf(temporary, sizeof temporary, ".%.200s.%016jx", base, (uintmax_t)unique);
	failed = write_temporary(parent, temporary, bytes, mode);
	if (!failed && must_be_new)
		failed = linkat(parent, temporary, parent, base, 0);
	else if (!failed)
		failed = renameat(parent, temporary, parent, base);
	if (!failed)
		failed = fsync(parent);
	if (failed) {
		fail(e, path);
		if (e->code == ERR_NOINPUT)
			e->code = ERR_CANTCREATE;
	}
	/* Gone already after a rename; the link's first name and what failed go now. */
	unlinkat(parent, temporary, 0);
	close(parent);
	return failed ? -1 : 0;
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
	int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? fail(e, path) : fd;
}

int
file_lock(int dir, const char *path, int *fd, struct err *e)
{
	*fd = openat(dir, path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
	if (*fd < 0)
		return fail(e, path);
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
		return 1;
	if (errno == EWOULDBLOCK) {
		close(*fd);
		return 0;
	}
	fail(e, path);
	close(*fd);
	return -1;
}
