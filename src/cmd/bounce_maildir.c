/* bounce_maildir.c: `morningpost bounce --maildir`: each message once, and moved when it is dealt
 * with. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/file.h"
#include "cmd/bounce_intake.h"
#include "mail/reading.h"

#define DONE "done"

/* A folder with messages in it, and where those go that were dealt with. */
struct box {
	const char *path; /* as it was named */
	const char *folder;
	int top, fd;
};

static int
fail(const struct box *b, const char *name, struct err *e)
{
	return err_set(e, ERR_IO, "%s/%s/%s: %s", b->path, b->folder, name, strerror(errno));
}

/* -- one message ------------------------------------------------------------------------------ */

/* 1 read it; 0 it is no message: a folder, a link, a pipe, or gone. */
static int
read_message(const struct box *b, const char *name, struct arena *a, struct str *out, struct err *e)
{
	int fd = file_openat(b->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
	char *bytes;
	struct stat st;
	int status = 1;
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT || errno == ELOOP || errno == ENXIO ? 0 : fail(b, name, e);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return 0;
	}
	bytes = arena_alloc(a, READING_MAX);
	n = file_take(fd, bytes, READING_MAX);
	if (n < 0)
		status = fail(b, name, e);
	*out = (struct str){ bytes, n < 0 ? 0 : (size_t)n };
	close(fd);
	return status;
}

/* Never over another one of that name. One that is gone was moved by somebody else at the same time. */
static int
move_to_done(const struct box *b, const char *name, struct err *e)
{
	char to[sizeof DONE + NAME_MAX + 16];

	snprintf(to, sizeof to, DONE "/%s", name);
	for (int i = 1; renameat2(b->fd, name, b->top, to, RENAME_NOREPLACE) < 0; i++) {
		if (errno == ENOENT)
			return 0;
		if (errno != EEXIST || i == 1000)
			return fail(b, name, e);
		snprintf(to, sizeof to, DONE "/%.*s.%d", NAME_MAX - 8, name, i);
	}
	return 0;
}

/* What was recorded and not moved is read again the next time, and counts no second time. */
static int
take_message(struct intake *in, const struct box *b, const char *name, struct err *e)
{
	const char *label = arena_printf(&in->desk.arena, "%s/%s/%s", b->path, b->folder, name);
	struct arena a = { 0 };
	struct str bytes;
	bool keep = true;
	int status = read_message(b, name, &a, &bytes, e);

	if (status > 0) {
		status = intake_message(in, label, bytes, &keep, e);
		FAULT("bounce-recorded");
		if (status == 0 && !keep)
			status = move_to_done(b, name, e);
	}
	arena_free(&a);
	return status;
}

/* -- all of them ------------------------------------------------------------------------------ */

struct names {
	char **p;
	size_t n, room;
};

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All that are there now, in order; what comes later is for the next run. */
static int
list_names(const struct box *b, struct arena *a, struct names *out, struct err *e)
{
	DIR *d = file_open_entries(b->fd, ".", e);
	struct dirent *entry;

	if (!d)
		return fail(b, "", e);
	while ((entry = readdir(d))) {
		if (entry->d_name[0] == '.')
			continue;
		out->p = arena_grow(a, out->p, out->n, &out->room, sizeof *out->p);
		out->p[out->n++] = arena_strz(a, str_of(entry->d_name));
	}
	closedir(d);
	if (out->n)
		qsort(out->p, out->n, sizeof *out->p, by_name);
	return 0;
}

static int
take_folder(struct intake *in, const struct box *b, struct err *e)
{
	struct names names = { 0 };
	struct arena a = { 0 };
	int status = list_names(b, &a, &names, e);

	for (size_t i = 0; status >= 0 && i < names.n; i++)
		status = take_message(in, b, names.p[i], e);
	arena_free(&a);
	return status < 0 ? -1 : 0;
}

static int
take_folders(struct intake *in, int top, const char *path, struct err *e)
{
	static const char *const folders[] = { "new", "cur" };
	bool is_maildir = false;

	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		struct box b = { .path = path, .folder = folders[i], .top = top };
		int status;

		b.fd = file_openat(top, b.folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
		if (b.fd < 0)
			continue;
		is_maildir = true;
		status = take_folder(in, &b, e);
		close(b.fd);
		if (status < 0)
			return -1;
	}
	/* No Maildir: its own files are the messages. */
	return is_maildir ? 0
			  : take_folder(in,
				    &(struct box){
					    .path = path, .folder = ".", .top = top, .fd = top },
				    e);
}

int
intake_maildir(struct intake *in, const char *path, struct err *e)
{
	int top = file_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0), status;

	if (top < 0)
		return err_set(e, ERR_NOINPUT, "%s: %s", path, strerror(errno));
	status = in->dry_run ? 0 : file_mkdir(top, DONE, 0700, e);
	if (status == 0)
		status = take_folders(in, top, path, e);
	close(top);
	return status;
}
