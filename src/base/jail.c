#include "base/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

enum { PIECE = 64 * 1024, RESULT = 3 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
	__has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* -- what the child may not do ------------------------------------------------------------------ */

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef OUR_ARCH
#define DENY(call)                                                                                 \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1),                                         \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)

#define FIELD(name) (offsetof(struct seccomp_data, name))

/*
 * Refused with EPERM, not killed for: libraries that ask for more get less. Files may be opened to be
 * read: iconv loads its tables so. A list of what is allowed would be shorter to reason about, and
 * would break with every libc; the limits and the closed descriptors stand behind it.
 */
static const struct sock_filter rules[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FIELD(arch)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FIELD(nr)),
#ifdef __x86_64__
	/* The x32 calls are the same ones by other numbers. */
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
	DENY(SYS_fork),
	DENY(SYS_vfork),
	DENY(SYS_open),
	DENY(SYS_creat),
	DENY(SYS_unlink),
	DENY(SYS_rename),
	DENY(SYS_link),
	DENY(SYS_symlink),
	DENY(SYS_mkdir),
	DENY(SYS_rmdir),
	DENY(SYS_chmod),
	DENY(SYS_chown),
#endif
	DENY(SYS_socket),
	DENY(SYS_socketpair),
	DENY(SYS_connect),
	DENY(SYS_bind),
	DENY(SYS_sendto),
	DENY(SYS_sendmsg),
	DENY(SYS_clone),
	DENY(SYS_clone3),
	DENY(SYS_execve),
	DENY(SYS_execveat),
	DENY(SYS_ptrace),
	DENY(SYS_process_vm_readv),
	DENY(SYS_process_vm_writev),
	DENY(SYS_openat2),
	DENY(SYS_unlinkat),
	DENY(SYS_renameat2),
	DENY(SYS_renameat),
	DENY(SYS_linkat),
	DENY(SYS_symlinkat),
	DENY(SYS_mkdirat),
	DENY(SYS_mknodat),
	DENY(SYS_fchmodat),
	DENY(SYS_fchownat),
	DENY(SYS_truncate),
	DENY(SYS_mount),
	DENY(SYS_umount2),
	DENY(SYS_unshare),
	DENY(SYS_setns),
	DENY(SYS_bpf),
	DENY(SYS_io_uring_setup),
	DENY(SYS_keyctl),
	DENY(SYS_kill),
	DENY(SYS_tkill),
	DENY(SYS_prlimit64),
	/* openat only to read; the flags are the third argument, its lower half. */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 3),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FIELD(args[2])),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

static bool
filter_calls(void)
{
	struct sock_fprog program = {
		.len = sizeof rules / sizeof *rules,
		.filter = (struct sock_filter *)(uintptr_t)rules,
	};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
#else
/* Another machine: the limits alone. */
static bool
filter_calls(void)
{
	return true;
}
#endif

static size_t
memory_now(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	unsigned long pages = 0;

	if (f && fscanf(f, "%lu", &pages) != 1)
		pages = 0;
	if (f)
		fclose(f);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static bool
limit(__rlimit_resource_t what, rlim_t most)
{
	return setrlimit(what, &(struct rlimit){ most, most }) == 0;
}

/* -- the child ---------------------------------------------------------------------------------- */

/* The pipe becomes descriptor 3; of the others only the standard ones stay, and they lead nowhere. */
static bool
let_go(int to)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
		(!SANITIZED && dup2(null, STDERR_FILENO) < 0))
		return false;
	if (to != RESULT && dup2(to, RESULT) < 0)
		return false;
	closefrom(RESULT + 1);
	return true;
}

static _Noreturn void
work_inside(const struct jail *j, jail_fn *work, struct str in, int to)
{
	struct buf out;

	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	if (!let_go(to) || !limit(RLIMIT_CPU, j->seconds) || !limit(RLIMIT_FSIZE, 0) ||
		(!SANITIZED && !limit(RLIMIT_AS, memory_now() + j->memory)) || !filter_calls())
		_exit(1);
	buf_init(&out, j->ceiling);
	work(in, &out);
	if (file_put(RESULT, buf_str(&out)) < 0)
		_exit(1);
	_exit(out.over ? 1 : 0);
}

/* -- the parent --------------------------------------------------------------------------------- */

static bool
hear(int from, int64_t until, struct buf *out)
{
	struct pollfd poll_for = { .fd = from, .events = POLLIN };
	char piece[PIECE];
	ssize_t n;

	for (;;) {
		int64_t left = until - clock_steady();

		if (left <= 0 || out->over)
			return false;
		if (poll(&poll_for, 1, (int)(left / 1000) + 1) <= 0)
			continue;
		n = read(from, piece, sizeof piece);
		if (n == 0)
			return true;
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			buf_add(out, (struct str){ piece, (size_t)n });
	}
}

static int
finish(pid_t pid, bool heard)
{
	int status = 0;

	if (!heard)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

int
jail_run(const struct jail *j, jail_fn *work, struct str in, struct buf *out, struct err *e)
{
	int ends[2], status;
	bool heard;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, ERR_IO, "a pipe: %s", strerror(errno));
	pid = fork();
	if (pid == 0)
		work_inside(j, work, in, ends[1]);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return err_set(e, ERR_IO, "a process to read it in: %s", strerror(errno));
	}
	heard = hear(ends[0], clock_steady() + 2 * CLOCK_SECOND * j->seconds, out);
	close(ends[0]);
	status = finish(pid, heard);
	if (!heard)
		return err_set(
			e, ERR_DATA, "it cannot be read: it takes too long, or too much room");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(e, ERR_DATA, "it cannot be read: who read it ended with %s %d",
			WIFEXITED(status) ? "exit code" : "signal",
			WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	return 0;
}
