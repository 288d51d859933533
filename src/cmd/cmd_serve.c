/* cmd_serve.c: `morningpost serve`: the public pages. */
#include <getopt.h>

#include "base/log.h"
#include "cmd/bare.h"
#include "cmd/command.h"
#include "cmd/options.h"
#include "web/route.h"
#include "web/server.h"

const char cmd_serve_help[] =
	"  --public-only       no database and no private key here: links are checked by "
	"var/keys/*.pub,\n"
	"                      and what visitors ask for is sealed into web.spool, for 'spool "
	"take'\n"
	"                      on the sender. Refuses to start where there is more to be stolen\n"
	"  --listen ADDR       HOST:PORT or [IPv6]:PORT (default: web.listen, 127.0.0.1:8025);\n"
	"                      port 0 takes any and says which\n"
	"\n"
	"It stays in the foreground and speaks plain HTTP: put a reverse proxy with TLS before "
	"it.\n"
	"Sockets that systemd passes on are taken in place of the address. SIGTERM ends it once\n"
	"what is in hand is finished. Limits: address 8 KiB, header 16 KiB and 100 lines, body\n"
	"8 KiB; and web.limits: 10 s for a request to arrive, 15 s between two, 10 s for an "
	"answer\n"
	"to be read, 4000 connections, 64 of one client that is not in web.trusted_proxies.\n";

static int
parse_options(int argc, char **argv, const char **listen, bool *public_only, struct err *e)
{
	static const struct option longs[] = { { "listen", required_argument, NULL, 'l' },
		{ "public-only", no_argument, NULL, 'p' }, { 0 } };
	int opt;

	while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1)
		switch (opt) {
		case 'l':
			*listen = optarg;
			break;
		case 'p':
			*public_only = true;
			break;
		default:
			return command_bad_option("serve", opt, argv, e);
		}
	return options_no_argument("serve", argc, argv, e);
}

static void
tell_where(const struct listeners *listeners, const char *public_url)
{
	char url[128];

	for (size_t i = 0; i < listeners->count; i++) {
		listen_url(listeners->fds[i], url, sizeof url);
		log_info("listening on %s for %s", url, public_url);
	}
}

static int
serve_on(const struct listeners *listeners, const struct publication *p, const struct site *site,
	const struct spool *spool, struct err *e)
{
	const struct settings_web *web = &p->settings.web;
	struct clerk reader = { 0 }, writer = { 0 };
	struct counter counter = { 0 };
	const struct server_options options = { .listeners = listeners,
		.trusted = web->trusted_proxies,
		.limits = web->limits,
		.reader = { route_answer, &reader },
		.writer = { route_answer, &writer } };
	int status = clerk_open(&writer, site, spool, &counter, e);

	if (status == 0)
		status = clerk_open(&reader, site, spool, &counter, e);
	if (status == 0) {
		tell_where(listeners, p->settings.publication.url);
		status = server_run(&options, e);
	}
	clerk_close(&reader);
	clerk_close(&writer);
	return status;
}

static int
serve(const struct publication *p, const struct spool *spool, const char *address, struct err *e)
{
	struct listeners listeners;
	struct arena a = { 0 };
	struct site site;
	int status = site_load(p, &a, &site, e);

	if (status == 0)
		status = listen_open(address ? address : p->settings.web.listen, &listeners, e);
	if (status == 0) {
		status = serve_on(&listeners, p, &site, spool, e);
		listen_close(&listeners);
	}
	arena_free(&a);
	return status;
}

/* Where there is nothing to rob. */
static int
serve_public_only(const struct publication *p, const char *address, struct err *e)
{
	struct spool spool;
	int status;

	if (bare_check(p, e) < 0)
		return -1;
	status = spool_open(p, &spool, e);
	if (status == 0)
		status = serve(p, &spool, address, e);
	spool_close(&spool);
	return status;
}

int
cmd_serve(struct context *c, int argc, char **argv, struct err *e)
{
	const char *address = NULL;
	bool public_only = false;
	struct publication p;
	int status;

	if (parse_options(argc, argv, &address, &public_only, e) < 0 ||
		publication_open(c->dir, &p, e) < 0)
		return -1;
	status = public_only ? serve_public_only(&p, address, e) : serve(&p, NULL, address, e);
	publication_close(&p);
	return status;
}
