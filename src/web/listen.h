/* listen.h: the sockets that visitors come in by, opened by us or handed over by systemd, and
 * telling systemd how we are (sd_listen_fds(3) and sd_notify(3), without its library). */
#ifndef WEB_LISTEN_H
#define WEB_LISTEN_H

#include <stddef.h>

#include "base/err.h"

enum { LISTEN_MAX = 8 };

struct listeners {
	int fds[LISTEN_MAX];
	size_t count;
};

/* Those that systemd passed on, else one at "HOST:PORT" or "[IPv6]:PORT"; port 0 takes any.
 * ERR_CONFIG when it is no address, ERR_CANTCREATE when it cannot be had. */
int listen_open(const char *address, struct listeners *out, struct err *e);
void listen_close(struct listeners *l);

/* "http://127.0.0.1:8025/" of one of them. */
void listen_url(int fd, char *out, size_t size);

/* "READY=1", "STOPPING=1"; nothing happens without a systemd that listens. */
void listen_notify(const char *state);

#endif
