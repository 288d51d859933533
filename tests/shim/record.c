/*
 * record.c: preloaded into the program by tests/cli/test_power.py; writes down, in their order, every change of a
 * file below $SHIM_UNDER, every fsync, and what goes over sockets. tests/cli/power.py reads it.
 *
 * $SHIM_RECORD gets a head and two strings for each (power.py has the table). A lock is held around the call and its
 * record, so that their order is the true one.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PATH = 4096 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *under;
static size_t under_length;
static int record = -1;

#define REAL(name)                                                                                 \
	static __typeof__(&name) real;                                                             \
	if (!real) {                                                                               \
		void *found = dlsym(RTLD_NEXT, #name);                                             \
		memcpy(&real, &found, sizeof real);                                                \
	}

__attribute__((constructor)) static void
begin(void)
{
	const char *file = getenv("SHIM_RECORD");

	under = getenv("SHIM_UNDER");
	if (!file || !under)
		return;
	under_length = strlen(under);
	record = fcntl(
		open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600), F_DUPFD_CLOEXEC, 900);
}

struct head {
	int64_t number;
	uint32_t one, two; /* lengths of the strings */
	char call, padding[7];
};

static void
put(char call, int64_t number, const void *one, size_t one_n, const void *two, size_t two_n)
{
	struct head h = {
		.call = call, .one = (uint32_t)one_n, .two = (uint32_t)two_n, .number = number
	};
	const struct iovec v[] = { { .iov_base = &h, .iov_len = sizeof h },
		{ .iov_base = (void *)(uintptr_t)one, .iov_len = one_n },
		{ .iov_base = (void *)(uintptr_t)two, .iov_len = two_n } };
	int error = errno;

	if (syscall(SYS_writev, record, v, 3) < 0)
		_exit(99);
	errno = error;
}

/* The name below $SHIM_UNDER that a descriptor has, or NULL. "" is the folder itself. */
static const char *
name_of(int fd, char path[static PATH])
{
	char link[64];
	int error = errno;
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, PATH - 1);
	errno = error;
	if (record < 0 || n < 0)
		return NULL;
	path[n] = '\0';
	if (strncmp(path, under, under_length) != 0)
		return NULL;
	return path[under_length] == '/' ? path + under_length + 1 : path[under_length] ? NULL : "";
}

/* The same for a name and the folder that it counts from. */
static const char *
name_at(int dir, const char *name, char path[static PATH])
{
	char folder[PATH], whole[2 * PATH];
	const char *base, *in;
	int fd;

	if (record < 0)
		return NULL;
	base = strrchr(name, '/');
	snprintf(folder, sizeof folder, "%.*s", base ? (int)(base - name + 1) : 1,
		base ? name : ".");
	fd = (int)syscall(SYS_openat, dir, folder, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	in = name_of(fd, path);
	syscall(SYS_close, fd);
	if (!in)
		return NULL;
	base = base ? base + 1 : name;
	snprintf(whole, sizeof whole, "%s%s%s", in, *in ? "/" : "", base);
	snprintf(path, PATH, "%.*s", PATH - 1, whole);
	return path;
}

#define LOCKED(body)                                                                               \
	do {                                                                                       \
		pthread_mutex_lock(&lock);                                                         \
		body;                                                                              \
		pthread_mutex_unlock(&lock);                                                       \
	} while (0)

static bool
is_socket(int fd)
{
	struct stat st;

	return record >= 0 && fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

static void
wrote(int fd, const void *p, ssize_t n, off_t at)
{
	char path[PATH];
	const char *name;

	if (n <= 0)
		return;
	if (is_socket(fd))
		put('>', fd, NULL, 0, p, (size_t)n);
	else if ((name = name_of(fd, path)))
		put('w', at >= 0 ? at : lseek(fd, 0, SEEK_CUR) - n, name, strlen(name), p,
			(size_t)n);
}

ssize_t
write(int fd, const void *p, size_t n)
{
	REAL(write)
	ssize_t got;

	LOCKED(got = real(fd, p, n); wrote(fd, p, got, -1));
	return got;
}

ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	REAL(pwrite)
	ssize_t got;

	LOCKED(got = real(fd, p, n, at); wrote(fd, p, got, at));
	return got;
}

ssize_t
pwrite64(int fd, const void *p, size_t n, off_t at)
{
	REAL(pwrite64)
	ssize_t got;

	LOCKED(got = real(fd, p, n, at); wrote(fd, p, got, at));
	return got;
}

ssize_t
send(int fd, const void *p, size_t n, int flags)
{
	REAL(send)
	ssize_t got;

	LOCKED(got = real(fd, p, n, flags); wrote(fd, p, got, 0));
	return got;
}

ssize_t
sendmsg(int fd, const struct msghdr *m, int flags)
{
	REAL(sendmsg)
	ssize_t got, left;

	LOCKED(got = real(fd, m, flags); left = got;
		for (size_t i = 0; i < m->msg_iovlen && left > 0; i++) {
			size_t n = m->msg_iov[i].iov_len < (size_t)left ? m->msg_iov[i].iov_len
									: (size_t)left;

			wrote(fd, m->msg_iov[i].iov_base, (ssize_t)n, 0);
			left -= (ssize_t)n;
		});
	return got;
}

ssize_t
recv(int fd, void *p, size_t n, int flags)
{
	REAL(recv)
	ssize_t got;

	LOCKED(got = real(fd, p, n, flags);
		if (got > 0 && is_socket(fd)) put('<', fd, NULL, 0, p, (size_t)got));
	return got;
}

#define ABOUT_FD(letter, call, number)                                                             \
	char path[PATH];                                                                           \
	const char *name;                                                                          \
	int got;                                                                                   \
	LOCKED(got = (call); if (got == 0 && (name = name_of(fd, path)))                           \
			put(letter, number, name, strlen(name), NULL, 0));                         \
	return got;

int
fsync(int fd)
{
	REAL(fsync)
	ABOUT_FD('s', real(fd), 0)
}

int
fdatasync(int fd)
{
	REAL(fdatasync)
	ABOUT_FD('s', real(fd), 0)
}

int
ftruncate(int fd, off_t n)
{
	REAL(ftruncate)
	ABOUT_FD('t', real(fd, n), n)
}

int
ftruncate64(int fd, off_t n)
{
	REAL(ftruncate64)
	ABOUT_FD('t', real(fd, n), n)
}

static int
two_names(char letter, int got, const char *from, const char *to)
{
	if (got == 0 && to)
		put(letter, 0, from ? from : "", from ? strlen(from) : 0, to, strlen(to));
	return got;
}

int
renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	REAL(renameat)
	char one[PATH], two[PATH];
	int got;

	LOCKED(got = two_names('r', real(from_dir, from, to_dir, to), name_at(from_dir, from, one),
		       name_at(to_dir, to, two)));
	return got;
}

int
rename(const char *from, const char *to)
{
	return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int
linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	REAL(linkat)
	char one[PATH], two[PATH];
	int got;

	LOCKED(got = two_names('l', real(from_dir, from, to_dir, to, flags),
		       name_at(from_dir, from, one), name_at(to_dir, to, two)));
	return got;
}

int
unlinkat(int dir, const char *name, int flags)
{
	REAL(unlinkat)
	char path[PATH];
	int got;

	LOCKED(got = two_names('u', real(dir, name, flags), NULL, name_at(dir, name, path)));
	return got;
}

int
unlink(const char *name)
{
	return unlinkat(AT_FDCWD, name, 0);
}

static int
opened(int fd, int flags, bool is_new)
{
	char path[PATH];
	const char *name = fd >= 0 && is_new ? name_of(fd, path) : NULL;

	if (name)
		put('c', 0, name, strlen(name), NULL, 0);
	else if (fd >= 0 && flags & O_TRUNC && (name = name_of(fd, path)))
		put('t', 0, name, strlen(name), NULL, 0);
	return fd;
}

#define OPEN(function, dir, ...)                                                                   \
	REAL(function)                                                                             \
	mode_t mode = 0;                                                                           \
	int fd;                                                                                    \
	bool is_new;                                                                               \
	if (flags & O_CREAT) {                                                                     \
		va_list ap;                                                                        \
		va_start(ap, flags);                                                               \
		mode = va_arg(ap, mode_t);                                                         \
		va_end(ap);                                                                        \
	}                                                                                          \
	LOCKED(is_new = flags & O_CREAT && faccessat(dir, path, F_OK, 0) < 0;                      \
		fd = opened(real(__VA_ARGS__, flags, mode), flags, is_new));                       \
	return fd;

int
openat(int dir, const char *path, int flags, ...)
{
	OPEN(openat, dir, dir, path)
}

int
open(const char *path, int flags, ...)
{
	OPEN(open, AT_FDCWD, path)
}

int
open64(const char *path, int flags, ...)
{
	OPEN(open64, AT_FDCWD, path)
}
