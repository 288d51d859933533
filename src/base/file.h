/* file.h: files opened relative to a folder, never through a symbolic link; written whole or not at
 * all. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <dirent.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/*
 * All of these take a folder's descriptor and a path below it ("var/keys/sign", no "..", no leading
 * slash: asserted). O_NOFOLLOW and O_CLOEXEC always (RELIABILITY F1).
 */

/* Is p made of plain components: not absolute, none of them empty, "." or ".."? For paths from
 * settings and the net. */
bool file_is_plain(struct str p);

/*
 * openat, with O_CLOEXEC, and fsync, again where a signal interrupted them (network file systems):
 * for who handles descriptors himself. -1 and errno.
 */
int file_openat(int dir, const char *path, int flags, mode_t mode);
int file_sync(int fd);
/* read up to the end, or until there is no more room: how many bytes; and write all of it. */
ssize_t file_take(int fd, char *to, size_t room);
int file_put(int fd, struct str bytes);

/*
 * Read a regular file of at most `ceiling` bytes into the arena (NUL-terminated, see arena_str). A
 * missing file is ERR_NOINPUT, one that is too large or no regular file ERR_DATA, the rest ERR_IO.
 */
int file_read(
	int dir, const char *path, size_t ceiling, struct arena *a, struct str *out, struct err *e);

/*
 * The same for a key or password: refused (ERR_CONFIG) unless it is a regular file of ours with
 * mode 0600 or less (RELIABILITY K5). The caller wipes what it read (sodium_memzero). `path` may be
 * absolute here: settings name it.
 */
int file_read_secret(
	int dir, const char *path, size_t ceiling, struct arena *a, struct str *out, struct err *e);

/* Is it one that file_read_secret would take, or not there? Nothing of it is read. */
int file_check_secret(int dir, const char *path, struct err *e);

/* Write bytes to a temporary file beside path, fsync, rename over path, fsync the folder. What is there
 * and neither a file nor a link is ERR_CANTCREATE. */
int file_write(int dir, const char *path, struct str bytes, mode_t mode, struct err *e);

/* The same, but fails with ERR_CANTCREATE when path is there already. */
int file_create(int dir, const char *path, struct str bytes, mode_t mode, struct err *e);

/*
 * The same for what is written bit by bit: begin, write to fd, then commit (fsync, the name, fsync
 * of the folder) or abort. A begin or commit that failed has been aborted. `path` must outlive it.
 */
struct file_draft {
	const char *path;
	int folder, fd;
	char temporary[300]; /* its name in the folder until then */
};
int file_draft_begin(struct file_draft *d, int dir, const char *path, struct err *e);
int file_draft_commit(struct file_draft *d, mode_t mode, bool must_be_new, struct err *e);
void file_draft_abort(struct file_draft *d);

/* Make a folder (parents must be there); one that is there already is fine. */
int file_mkdir(int dir, const char *path, mode_t mode, struct err *e);

/* Open a folder below dir; the caller closes. -1 as ever. */
int file_open_dir(int dir, const char *path, struct err *e);
/* The same for readdir; the caller closes by closedir. NULL and *e. */
DIR *file_open_entries(int dir, const char *path, struct err *e);

/* Take the lock file without waiting: 1 got it (*fd holds it until closed; gone with the process),
 * 0 another has it, -1 failed (*fd is -1 then). */
int file_lock(int dir, const char *path, int *fd, struct err *e);

#endif
