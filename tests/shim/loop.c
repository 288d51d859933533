/*
 * loop.c: preloaded into the program by tests/cli/test_loops.py; lets one of its calls go wrong.
 *
 *   SHIM=malloc:N      the N-th allocation finds no memory (malloc:N+ and every one behind it)
 *   SHIM=io:N:CODE     the N-th call that changes a file ends with errno CODE (io:N+:CODE: from then on
 *                      whatever would need room)
 *   SHIM=odd:SEED      calls are interrupted, reads and writes are short, sockets are not ready after all
 *
 * Only what main() does counts. N is 0 to count alone. $SHIM_SAYS is a file that gets a line for what went
 * wrong and one with the count at the end; $SHIM_STACKS one that gets 8 bytes for each call that counts, the
 * same where the same functions asked for it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum what { NOTHING, MALLOC, IO, ODD };

static enum what what;
static long wanted;
static bool and_on;
static int code;
static uint64_t seed;
static bool armed; /* main has begun */
static atomic_long count, dice;
static int says = -1, stacks = -1;
static _Thread_local bool in_stacks;

/* The next one of the same name: libc's, or the sanitizer's. */
#define REAL(name)                                                                                 \
	static __typeof__(&name) real;                                                             \
	if (!real) {                                                                               \
		void *found = dlsym(RTLD_NEXT, #name);                                             \
		memcpy(&real, &found, sizeof real);                                                \
	}

static void
say(const char *call, const void *caller)
{
	char line[512];
	Dl_info from = { 0 };
	int error = errno, n;

	dladdr(caller, &from);
	n = snprintf(line, sizeof line, "hit %s from %s %s\n", call,
		from.dli_fname ? from.dli_fname : "?", from.dli_sname ? from.dli_sname : "?");
	if (says >= 0 && syscall(SYS_write, says, line, (size_t)n) < 0)
		_exit(99);
	errno = error;
}

static void
say_count(void)
{
	char line[64];
	int n = snprintf(line, sizeof line, "count %ld\n", (long)count);

	if (says >= 0 && syscall(SYS_write, says, line, (size_t)n) < 0)
		_exit(99);
}

static void
keep_stack(void)
{
	void *frames[10];
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	int n;

	in_stacks = true;
	n = backtrace(frames, 10);
	in_stacks = false;
	for (int i = 3; i < n; i++)
		hash = (hash ^ (uint64_t)(uintptr_t)frames[i]) * UINT64_C(0x100000001b3);
	if (syscall(SYS_write, stacks, &hash, sizeof hash) < 0)
		_exit(99);
}

static bool
is_turn(enum what of, bool needs_room, const char *call, const void *caller)
{
	long n;

	if (!armed || what != of || in_stacks)
		return false;
	n = ++count;
	if (stacks >= 0)
		keep_stack();
	if (n != wanted && !(and_on && wanted && n > wanted && needs_room))
		return false;
	if (n == wanted)
		say(call, caller);
	return true;
}

/* -- when it begins ----------------------------------------------------------------------------------------------- */

static int (*program)(int, char **, char **);

static int
begin(int argc, char **argv, char **env)
{
	const char *wish = getenv("SHIM"), *file = getenv("SHIM_SAYS");
	const char *rest = wish ? strchr(wish, ':') : NULL;
	char *end;

	if (rest) {
		what = strncmp(wish, "malloc", 6) == 0 ? MALLOC
		       : strncmp(wish, "io", 2) == 0   ? IO
						       : ODD;
		seed = strtoul(rest + 1, NULL, 10);
		wanted = strtol(rest + 1, &end, 10);
		and_on = *end == '+';
		end = strchr(end, ':');
		code = end ? (int)strtol(end + 1, NULL, 10) : EIO;
	}
	if (file)
		says = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	/* Out of the way of the descriptors that the program counts on. */
	if (says >= 0)
		says = fcntl(says, F_DUPFD_CLOEXEC, 900);
	file = getenv("SHIM_STACKS");
	if (file)
		stacks = fcntl(open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600),
			F_DUPFD_CLOEXEC, 900);
	atexit(say_count);
	armed = true;
	return program(argc, argv, env);
}

int __libc_start_main(int (*)(int, char **, char **), int, char **, void (*)(void), void (*)(void),
	void (*)(void), void *);

int
__libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void),
	void (*fini)(void), void (*rtld_fini)(void), void *stack_end)
{
	REAL(__libc_start_main)
	program = main;
	return real(begin, argc, argv, init, fini, rtld_fini, stack_end);
}

/* -- memory ------------------------------------------------------------------------------------------------------- */

#define NO_MEMORY(call)                                                                            \
	if (is_turn(MALLOC, true, call, __builtin_return_address(0))) {                            \
		errno = ENOMEM;                                                                    \
		return NULL;                                                                       \
	}

void *
malloc(size_t n)
{
	REAL(malloc)
	NO_MEMORY("malloc")
	return real(n);
}

void *
calloc(size_t n, size_t size)
{
	REAL(calloc)
	NO_MEMORY("calloc")
	return real(n, size);
}

void *
realloc(void *p, size_t n)
{
	REAL(realloc)
	NO_MEMORY("realloc")
	return real(p, n);
}

int
posix_memalign(void **p, size_t alignment, size_t n)
{
	REAL(posix_memalign)
	if (is_turn(MALLOC, true, "posix_memalign", __builtin_return_address(0)))
		return ENOMEM;
	return real(p, alignment, n);
}

/* -- files -------------------------------------------------------------------------------------------------------- */

static bool
is_file(int fd)
{
	struct stat st;
	int error = errno;
	bool is = fstat(fd, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));

	errno = error;
	return is;
}

#define NO_DISK(room, call)                                                                        \
	if (is_turn(IO, room, call, __builtin_return_address(0))) {                                \
		errno = code;                                                                      \
		return -1;                                                                         \
	}

/* One in four; which it is, in *die, from 0 to 255. */
static bool
is_odd(unsigned *die)
{
	uint64_t z;

	if (!armed || what != ODD)
		return false;
	z = seed * 1000003 + (uint64_t)++dice * UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	*die = (unsigned)(z >> 40) & 255;
	return (z >> 32 & 3) == 0;
}

enum { REGULAR = 1, STREAM = 2, NONBLOCKING = 4 };

static int
kind_of(int fd)
{
	struct stat st;
	int error = errno, kind = 0, flags = fcntl(fd, F_GETFL);

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		kind = REGULAR;
	else if (fstat(fd, &st) == 0 && (S_ISSOCK(st.st_mode) || S_ISFIFO(st.st_mode)))
		kind = STREAM | (flags >= 0 && flags & O_NONBLOCK ? NONBLOCKING : 0);
	errno = error;
	return kind;
}

/* -1: it is interrupted, or not ready; else how many bytes of n it is about. */
static ssize_t
odd_size(int fd, size_t n)
{
	unsigned die;
	int kind;

	if (!is_odd(&die) || !(kind = kind_of(fd)))
		return (ssize_t)n;
	if (die < 64 && !(kind & NONBLOCKING)) {
		errno = EINTR;
		return -1;
	}
	if (die < 96 && kind & NONBLOCKING) {
		errno = EAGAIN;
		return -1;
	}
	return n > 1 ? (ssize_t)(1 + n * die / 256 % (n - 1)) : (ssize_t)n;
}

#define INTERRUPTED(fd)                                                                            \
	do {                                                                                       \
		unsigned die;                                                                      \
		if (is_odd(&die) && die < 128) {                                                   \
			errno = EINTR;                                                             \
			return -1;                                                                 \
		}                                                                                  \
	} while (0)

#define SIZED(fd, n)                                                                               \
	ssize_t size = odd_size(fd, n);                                                            \
	if (size < 0)                                                                              \
	return -1

ssize_t
write(int fd, const void *p, size_t n)
{
	REAL(write)
	if (armed && what == IO && is_file(fd))
		NO_DISK(true, "write")
	SIZED(fd, n);
	return real(fd, p, (size_t)size);
}

ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	REAL(pwrite)
	NO_DISK(true, "pwrite")
	SIZED(fd, n);
	return real(fd, p, (size_t)size, at);
}

ssize_t
pwrite64(int fd, const void *p, size_t n, off_t at)
{
	REAL(pwrite64)
	NO_DISK(true, "pwrite")
	SIZED(fd, n);
	return real(fd, p, (size_t)size, at);
}

ssize_t
read(int fd, void *p, size_t n)
{
	REAL(read)
	SIZED(fd, n);
	return real(fd, p, (size_t)size);
}

ssize_t
pread(int fd, void *p, size_t n, off_t at)
{
	REAL(pread)
	SIZED(fd, n);
	return real(fd, p, (size_t)size, at);
}

ssize_t
pread64(int fd, void *p, size_t n, off_t at)
{
	REAL(pread64)
	SIZED(fd, n);
	return real(fd, p, (size_t)size, at);
}

/* SQLite does not ask again for an fsync that was interrupted, and on Linux none is but by strange file systems: so only
 * those that our own code asks for. */
static bool
is_ours(int fd)
{
	char link[64], path[4096];
	int error = errno;
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path - 1);
	errno = error;
	if (n < 0)
		return false;
	path[n] = '\0';
	return !strstr(path, "morningpost.db") && !strstr(path, "/var");
}

int
fsync(int fd)
{
	REAL(fsync)
	NO_DISK(false, "fsync")
	if (armed && what == ODD && is_ours(fd))
		INTERRUPTED(fd);
	return real(fd);
}

int
fdatasync(int fd)
{
	REAL(fdatasync)
	NO_DISK(false, "fdatasync")
	return real(fd);
}

int
ftruncate(int fd, off_t n)
{
	REAL(ftruncate)
	NO_DISK(false, "ftruncate")
	INTERRUPTED(fd);
	return real(fd, n);
}

int
ftruncate64(int fd, off_t n)
{
	REAL(ftruncate64)
	NO_DISK(false, "ftruncate")
	INTERRUPTED(fd);
	return real(fd, n);
}

int
posix_fallocate(int fd, off_t at, off_t n)
{
	REAL(posix_fallocate)
	unsigned die;

	if (is_turn(IO, true, "posix_fallocate", __builtin_return_address(0)))
		return code;
	if (is_odd(&die) && die < 128)
		return EINTR;
	return real(fd, at, n);
}

int
rename(const char *from, const char *to)
{
	REAL(rename)
	NO_DISK(false, "rename")
	return real(from, to);
}

int
renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	REAL(renameat)
	NO_DISK(false, "renameat")
	return real(from_dir, from, to_dir, to);
}

int
linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	REAL(linkat)
	NO_DISK(true, "linkat")
	return real(from_dir, from, to_dir, to, flags);
}

int
mkdirat(int dir, const char *path, mode_t mode)
{
	REAL(mkdirat)
	NO_DISK(true, "mkdirat")
	return real(dir, path, mode);
}

int
mkdir(const char *path, mode_t mode)
{
	REAL(mkdir)
	NO_DISK(true, "mkdir")
	return real(path, mode);
}

#define MODE_OF(flags)                                                                             \
	mode_t mode = 0;                                                                           \
	if ((flags)&O_CREAT) {                                                                     \
		va_list ap;                                                                        \
		va_start(ap, flags);                                                               \
		mode = va_arg(ap, mode_t);                                                         \
		va_end(ap);                                                                        \
	}

int
open(const char *path, int flags, ...)
{
	REAL(open)
	MODE_OF(flags)
	if (flags & O_CREAT && access(path, F_OK) < 0)
		NO_DISK(true, "open")
	INTERRUPTED(0);
	return real(path, flags, mode);
}

int
open64(const char *path, int flags, ...)
{
	REAL(open64)
	MODE_OF(flags)
	if (flags & O_CREAT && access(path, F_OK) < 0)
		NO_DISK(true, "open")
	INTERRUPTED(0);
	return real(path, flags, mode);
}

int
openat(int dir, const char *path, int flags, ...)
{
	REAL(openat)
	MODE_OF(flags)
	if (flags & O_CREAT && faccessat(dir, path, F_OK, 0) < 0)
		NO_DISK(true, "openat")
	INTERRUPTED(0);
	return real(dir, path, flags, mode);
}

/* -- sockets and sleep -------------------------------------------------------------------------------------------- */

ssize_t
send(int fd, const void *p, size_t n, int flags)
{
	REAL(send)
	SIZED(fd, n);
	return real(fd, p, (size_t)size, flags);
}

ssize_t
recv(int fd, void *p, size_t n, int flags)
{
	REAL(recv)
	SIZED(fd, n);
	return real(fd, p, (size_t)size, flags);
}

static ssize_t
length_of(const struct iovec *v, size_t count_of)
{
	ssize_t n = 0;

	for (size_t i = 0; i < count_of; i++)
		n += (ssize_t)v[i].iov_len;
	return n;
}

/* As much of it as is one piece, or less. */
static bool
shorten(const struct iovec *v, size_t n, size_t size, struct iovec *one)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].iov_len) {
			*one = v[i];
			if (one->iov_len > size)
				one->iov_len = size;
			return true;
		}
	return false;
}

ssize_t
sendmsg(int fd, const struct msghdr *m, int flags)
{
	REAL(sendmsg)
	ssize_t all = length_of(m->msg_iov, m->msg_iovlen), size = odd_size(fd, (size_t)all);
	struct msghdr less = *m;
	struct iovec one;

	if (size < 0)
		return -1;
	if (size < all && shorten(m->msg_iov, m->msg_iovlen, (size_t)size, &one)) {
		less.msg_iov = &one;
		less.msg_iovlen = 1;
	}
	return real(fd, &less, flags);
}

ssize_t
writev(int fd, const struct iovec *v, int n)
{
	REAL(writev)
	ssize_t all = length_of(v, (size_t)n), size;
	struct iovec one;

	if (armed && what == IO && is_file(fd))
		NO_DISK(true, "writev")
	size = odd_size(fd, (size_t)all);
	if (size < 0)
		return -1;
	if (size < all && shorten(v, (size_t)n, (size_t)size, &one))
		return real(fd, &one, 1);
	return real(fd, v, n);
}

int
accept4(int fd, struct sockaddr *a, socklen_t *n, int flags)
{
	REAL(accept4)
	INTERRUPTED(fd);
	return real(fd, a, n, flags);
}

int
poll(struct pollfd *fds, nfds_t n, int timeout)
{
	REAL(poll)
	INTERRUPTED(0);
	return real(fds, n, timeout);
}

int
ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	REAL(ppoll)
	INTERRUPTED(0);
	return real(fds, n, timeout, mask);
}

int
epoll_wait(int fd, struct epoll_event *events, int most, int timeout)
{
	REAL(epoll_wait)
	INTERRUPTED(fd);
	return real(fd, events, most, timeout);
}

int
epoll_pwait2(int fd, struct epoll_event *events, int most, const struct timespec *timeout,
	const sigset_t *mask)
{
	REAL(epoll_pwait2)
	INTERRUPTED(fd);
	return real(fd, events, most, timeout, mask);
}

int
nanosleep(const struct timespec *t, struct timespec *left)
{
	REAL(nanosleep)
	INTERRUPTED(0);
	return real(t, left);
}
