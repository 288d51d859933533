#include "deliver/reserve.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

static const char path[] = "var/reserve";

/* SQLite's log grows to about this size before it is written back: a thousand pages. */
enum { RESERVE = 4 << 20 };

int
reserve_take(struct reserve *r, int dir, struct err *e)
{
	int fd = file_openat(dir, path, O_WRONLY | O_CREAT | O_NOFOLLOW, 0600), code;

	*r = (struct reserve){ .dir = dir };
	if (fd < 0)
		return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
	do
		code = posix_fallocate(fd, 0, RESERVE);
	while (code == EINTR);
	close(fd);
	if (code == 0) {
		r->held = true;
		return 0;
	}
	unlinkat(dir, path, 0);
	return err_set(e, ERR_IO, "%s: %s; a send needs %d MB for its ledger, and has not begun",
		path, strerror(code), RESERVE >> 20);
}

bool
reserve_give(struct reserve *r)
{
	if (!r->held)
		return false;
	r->held = false;
	return unlinkat(r->dir, path, 0) == 0;
}
