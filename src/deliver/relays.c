#include "deliver/relays.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/sign.h"

enum { URLS = 64 * 1024 };

/*
 * The password in the run's arena; relays_close wipes what can be wiped by ending the run. It stays in
 * our environment, as one command may open its relays several times; children get one of their own
 * (base/child).
 */
static int
read_password(const struct publication *p, const struct settings_relay *s, struct arena *a,
	const char **out, struct err *e)
{
	const char *environment = getenv("MORNINGPOST_RELAY_PASSWORD");
	char *password;

	*out = NULL;
	if (!s->user)
		return 0;
	if (!s->password_file) {
		*out = environment;
		return environment ? 0
				   : err_set(e, ERR_CONFIG,
					     "relay %s has a user but no password_file, and "
					     "MORNINGPOST_RELAY_PASSWORD is not set",
					     s->url);
	}
	if (publication_password(p, s->password_file, a, &password, e) < 0)
		return -1;
	*out = password;
	return 0;
}

/* libcurl wants a path: one that holds whatever the working directory is. */
static int
ca_path(const struct publication *p, const struct settings_relay *s, struct arena *a,
	const char **out, struct err *e)
{
	int fd;

	*out = NULL;
	if (!s->ca_file)
		return 0;
	fd = file_openat(p->dir, s->ca_file, O_RDONLY, 0);
	if (fd < 0)
		return err_set(e, ERR_CONFIG, "ca_file %s cannot be read", s->ca_file);
	close(fd);
	*out = publication_path(p, s->ca_file, a);
	return 0;
}

static int
open_one(const struct publication *p, const struct settings_relay *s, struct relays *r,
	struct err *e)
{
	static const enum login_tls levels[] = { [SETTINGS_TLS_REQUIRED] = LOGIN_TLS_REQUIRED,
		[SETTINGS_TLS_OPPORTUNISTIC] = LOGIN_TLS_OPPORTUNISTIC,
		[SETTINGS_TLS_NONE] = LOGIN_TLS_NONE };
	bool resend = p->settings.send.in_doubt == SETTINGS_RESEND;
	struct relay_options o = { .url = s->url,
		.dir = p->dir,
		.user = s->user,
		.helo = s->helo,
		.tls = levels[s->tls],
		.connections = s->connections,
		.window = s->window,
		/* Who is marked and not yet on the wire when we are killed is in doubt. Where that
		 * only means to be sent again, a window of them is what it may cost to be fast. */
		.ahead = resend ? s->window : 0,
		.connect_timeout = s->connect_timeout,
		.command_timeout = s->command_timeout,
		.final_timeout = s->final_timeout };

	if (read_password(p, s, &r->arena, &o.password, e) < 0 ||
		ca_path(p, s, &r->arena, &o.ca_file, e) < 0)
		return -1;
	if (relay_add(r->loop, &o, &r->relay[r->count], e) < 0)
		return -1;
	pace_init(&r->pace[r->count], s->rate.count, s->rate.span, clock_steady());
	r->count++;
	return 0;
}

int
relays_open(const struct publication *p, struct relays *out, struct err *e)
{
	const struct settings *s = &p->settings;

	*out = (struct relays){ .loop = relay_loop_new() };
	buf_init(&out->urls, URLS);
	settings_relay_urls(s, &out->urls);
	out->relay = arena_many(&out->arena, s->relay_count, struct relay *);
	out->pace = arena_many(&out->arena, s->relay_count, struct pace);
	for (size_t i = 0; i < s->relay_count; i++)
		if (open_one(p, &s->relays[i], out, e) < 0) {
			relays_close(out);
			return err_wrap(
				e, "morningpost.yaml:%d: relays[%zu]", s->relays[i].line, i);
		}
	return 0;
}

void
relays_close(struct relays *r)
{
	relay_loop_free(r->loop);
	r->loop = NULL;
	buf_free(&r->urls);
	arena_free(&r->arena);
}
