#include "net/maildir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"

enum { MESSAGE = 64 << 20 };

struct maildir {
	int dir, new;
	unsigned long count;
	bool hurry;
	char host[65];
};

int
maildir_open(int dir, const char *path, struct maildir **out, struct err *e)
{
	static const char *const folders[] = { "cur", "new", "tmp" };
	struct maildir *m = mem_alloc(sizeof *m);

	*m = (struct maildir){ .dir = -1, .new = -1 };
	if (file_mkdir(dir, path, 0700, e) < 0 || (m->dir = file_open_dir(dir, path, e)) < 0)
		goto fail;
	for (size_t i = 0; i < 3; i++)
		if (file_mkdir(m->dir, folders[i], 0700, e) < 0)
			goto fail;
	if ((m->new = file_open_dir(m->dir, "new", e)) < 0)
		goto fail;
	if (gethostname(m->host, sizeof m->host - 1) < 0)
		snprintf(m->host, sizeof m->host, "localhost");
	/* The Maildir rule: no slash or colon in a name. */
	for (char *p = m->host; *p; p++)
		if (*p == '/' || *p == ':')
			*p = '-';
	*out = m;
	return 0;
fail:
	maildir_close(m);
	return err_wrap(e, "%s", path);
}

void
maildir_close(struct maildir *m)
{
	if (!m)
		return;
	if (m->dir >= 0)
		close(m->dir);
	if (m->new >= 0)
		close(m->new);
	free(m);
}

void
maildir_hurry(struct maildir *m)
{
	m->hurry = true;
}

static void
write_local(struct buf *out, struct str from, struct str to, struct str message)
{
	buf_printf(out, "Return-Path: <%.*s>\nDelivered-To: %.*s\n", STR_ARG(from), STR_ARG(to));
	while (message.n) {
		ptrdiff_t end = str_find_str(message, STR("\r\n"));
		size_t n = end < 0 ? message.n : (size_t)end;

		buf_add(out, str_sub(message, 0, n));
		buf_addc(out, '\n');
		message = str_from(message, n + 2);
	}
}

/* file_create without its fsync. */
static int
write_hurried(int dir, const char *path, struct str bytes, struct err *e)
{
	int fd = file_openat(dir, path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	bool good = fd >= 0 && file_put(fd, bytes) == 0;

	if (fd >= 0 && close(fd) < 0)
		good = false;
	return good ? 0 : err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
}

int
maildir_put(struct maildir *m, struct str from, struct str to, struct str message, struct err *e)
{
	int64_t now = clock_now();
	char temporary[200], name[200];
	struct buf local;
	int status;

	snprintf(name, sizeof name, "%lld.M%06lldP%ldQ%lu.%s", (long long)(now / CLOCK_SECOND),
		(long long)(now % CLOCK_SECOND), (long)getpid(), m->count++, m->host);
	snprintf(temporary, sizeof temporary, "tmp/%s", name);
	buf_init(&local, MESSAGE);
	write_local(&local, from, to, message);
	status = local.over ? err_set(e, ERR_DATA, "a message of more than %d bytes", MESSAGE)
		 : m->hurry ? write_hurried(m->dir, temporary, buf_str(&local), e)
			    : file_create(m->dir, temporary, buf_str(&local), 0600, e);
	buf_free(&local);
	if (status < 0)
		return -1;
	if (renameat(m->dir, temporary, m->new, name) == 0 && (m->hurry || file_sync(m->new) == 0))
		return 0;
	err_fill(e, ERR_IO, "new/%s: %s", name, strerror(errno));
	unlinkat(m->dir, temporary, 0);
	return -1;
}
