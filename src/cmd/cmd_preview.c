/* cmd_preview.c: `morningpost preview`: the issue in a browser, anew at every save. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/watch.h"
#include "cmd/command.h"
#include "cmd/options.h"
#include "cmd/preview.h"
#include "web/server.h"

const char cmd_preview_help[] =
	"  --date D            the issue of that day (default: today)\n"
	"  --listen ADDR       HOST:PORT or [IPv6]:PORT (default: 127.0.0.1:8026); port 0\n"
	"                      takes any and says which\n"
	"\n"
	"Shows the message as it would go out to an example reader, in frames as wide as\n"
	"a desktop and a phone, light, dark and inverted, its text part, headers and size,\n"
	"and what 'check' says. The page follows when the issue, a template, a picture or\n"
	"the settings are saved. It changes nothing. Ctrl-C ends it.\n";

static const char *const folders[] = { "issues", "templates", "pictures" };

static int
parse_options(int argc, char **argv, const char **date, const char **listen, struct err *e)
{
	static const struct option longs[] = {
		{ "date", required_argument, NULL, 'd' },
		{ "listen", required_argument, NULL, 'l' },
		{ 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (opt != 'd' && opt != 'l')
			return command_bad_option("preview", opt, argv, e);
		*(opt == 'd' ? date : listen) = optarg;
	}
	return options_no_argument("preview", argc, argv, e);
}

/* -- where it listens ------------------------------------------------------------------------- */

enum reach { REACH_SELF, REACH_OTHERS, REACH_ALL };

static enum reach
reach_of(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in four;
		struct sockaddr_in6 six;
	} at;
	const struct in6_addr *six = &at.six.sin6_addr;
	socklen_t n = sizeof at;

	memset(&at, 0, sizeof at);
	(void)getsockname(fd, &at.any, &n);
	if (at.any.sa_family == AF_INET)
		return at.four.sin_addr.s_addr == htonl(INADDR_ANY)  ? REACH_ALL
		       : ntohl(at.four.sin_addr.s_addr) >> 24 == 127 ? REACH_SELF
								     : REACH_OTHERS;
	return IN6_IS_ADDR_UNSPECIFIED(six) ? REACH_ALL
	       : IN6_IS_ADDR_LOOPBACK(six)  ? REACH_SELF
					    : REACH_OTHERS;
}

static void
add_host(struct preview *v, const char *host)
{
	if (v->host_count < PREVIEW_HOSTS)
		v->hosts[v->host_count++] = host;
}

/* The names that a browser may call it by. */
static void
name_hosts(struct preview *v, const struct listeners *listeners, const char *address)
{
	struct arena *a = &v->arena;

	for (size_t i = 0; i < listeners->count; i++) {
		enum reach reach = reach_of(listeners->fds[i]);
		char url[128];
		struct str host;

		listen_url(listeners->fds[i], url, sizeof url);
		host = str_of(url + strlen("http://"));
		host.n--;
		add_host(v, arena_strz(a, host));
		v->port = strrchr(v->hosts[v->host_count - 1], ':') + 1;
		add_host(v, arena_printf(a, "localhost:%s", v->port));
		v->any_address |= reach == REACH_ALL;
		if (reach != REACH_SELF)
			log_warn("whoever reaches %.*s can read the issue before it is out; "
				 "127.0.0.1 is for you alone",
				STR_ARG(host));
		log_info("the preview is at %s", url);
	}
	add_host(v, address);
}

/* -- the run ---------------------------------------------------------------------------------- */

struct watcher {
	struct watch *watch;
	struct preview *preview;
};

static void
notice(void *context)
{
	struct watcher *w = context;

	watch_drain(w->watch);
	atomic_store(&w->preview->stale, true);
}

static int
serve(struct preview *v, const struct listeners *listeners, struct watch *watch, struct err *e)
{
	struct watcher watcher = { watch, v };
	const struct server_options options = { .listeners = listeners,
		.limits = v->publication.settings.web.limits,
		.reader = { preview_answer, v },
		.writer = { preview_refuse, v },
		.wake = watch_fd(watch),
		.woken = notice,
		.context = &watcher };

	return server_run(&options, e);
}

/* Settings that are read again open the folder again; what watches it keeps its own descriptor. */
static int
watch_and_serve(struct preview *v, const char *address, struct err *e)
{
	int folder = fcntl(v->publication.dir, F_DUPFD_CLOEXEC, 0), status;
	struct listeners listeners;
	struct watch *watch;

	if (watch_open(folder, folders, sizeof folders / sizeof folders[0], &watch, e) < 0) {
		close(folder);
		return -1;
	}
	status = listen_open(address, &listeners, e);
	if (status == 0) {
		name_hosts(v, &listeners, address);
		/* What was saved between the first look and the watch. */
		atomic_store(&v->stale, true);
		status = serve(v, &listeners, watch, e);
		listen_close(&listeners);
	}
	watch_close(watch);
	close(folder);
	return status;
}

int
cmd_preview(struct context *c, int argc, char **argv, struct err *e)
{
	const char *date = NULL, *address = "127.0.0.1:8026";
	struct preview v = { 0 };
	int status;

	if (parse_options(argc, argv, &date, &address, e) < 0 ||
		preview_open(&v, c->dir, date, e) < 0)
		return -1;
	status = watch_and_serve(&v, address, e);
	preview_close(&v);
	return status;
}
