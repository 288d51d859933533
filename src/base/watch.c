#include "base/watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/arena.h"

/* What is still being written is not yet worth looking at. */
#define EVENTS (IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)

struct watch {
	int fd, dir;
	const char *const *names;
	size_t count;
};

/* By the descriptor, so that it is the folder that was opened; a folder that is watched already is
 * not watched twice. */
static int
add(const struct watch *w, const char *name)
{
	char path[300];

	snprintf(path, sizeof path, "/proc/self/fd/%d/%s", w->dir, name);
	return inotify_add_watch(w->fd, path, EVENTS | IN_ONLYDIR);
}

static void
add_all(const struct watch *w)
{
	for (size_t i = 0; i < w->count; i++)
		(void)add(w, w->names[i]);
}

int
watch_open(int dir, const char *const *names, size_t n, struct watch **out, struct err *e)
{
	struct watch *w = mem_alloc(sizeof *w);

	*w = (struct watch){ .fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC),
		.dir = dir,
		.names = names,
		.count = n };
	if (w->fd < 0 || add(w, "") < 0) {
		err_fill(e, ERR_INTERNAL, "the folder cannot be watched: %s", strerror(errno));
		watch_close(w);
		return -1;
	}
	add_all(w);
	*out = w;
	return 0;
}

void
watch_close(struct watch *w)
{
	if (!w)
		return;
	if (w->fd >= 0)
		close(w->fd);
	free(w);
}

int
watch_fd(const struct watch *w)
{
	return w->fd;
}

void
watch_drain(struct watch *w)
{
	char events[4096];

	while (read(w->fd, events, sizeof events) > 0)
		continue;
	add_all(w);
}
