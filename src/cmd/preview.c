#include "cmd/preview.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cmd/look.h"
#include "cmd/options.h"
#include "cmd/preview_page.h"
#include "web/server.h"

enum { BODY = 32 << 20 };

/* -- keeping up
 * ----------------------------------------------------------------------------------- */

/* What is not noticed by the folders that are watched: the database changes without pause while a send
 * runs, so it is looked at when somebody asks. */
static const char *const database[] = { DB_PATH, DB_PATH "-wal" };

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_size == b->st_size && a->st_ino == b->st_ino;
}

static struct stat
look_at(const struct preview *v, const char *name)
{
	struct stat st;

	return fstatat(v->publication.dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0
		       ? st
		       : (struct stat){ 0 };
}

static bool
database_changed(const struct preview *v)
{
	for (size_t i = 0; i < 2; i++) {
		struct stat now = look_at(v, database[i]);

		if (!is_same(&now, &v->files[i]))
			return true;
	}
	return false;
}

/* Read the settings again where they were changed. False when they are wrong, which is in e; those
 * that were good last are still there. */
static bool
refresh_settings(struct preview *v, struct err *e)
{
	struct stat now = look_at(v, "morningpost.yaml");
	struct publication fresh;

	if (is_same(&now, &v->settings))
		return true;
	if (publication_open(v->path, &fresh, e) < 0)
		return false;
	publication_close(&v->publication);
	v->publication = fresh;
	v->settings = now;
	return true;
}

static void
make(struct preview *v)
{
	struct err e = { 0 };

	proof_free(&v->proof);
	if (refresh_settings(v, &e))
		proof_make(&v->publication, v->day, &v->proof);
	else
		proof_tell(e.text, &v->proof);
	/* After it was read: what is written meanwhile is seen the next time. */
	for (size_t i = 0; i < 2; i++)
		v->files[i] = look_at(v, database[i]);
}

static void
keep_up(struct preview *v)
{
	if (atomic_exchange(&v->stale, false) || database_changed(v))
		make(v);
}

int
preview_open(struct preview *v, const char *path, const char *date, struct err *e)
{
	v->path = path;
	if (publication_open(path, &v->publication, e) < 0)
		return -1;
	if (options_day("preview", date, &v->publication, &v->day, e) < 0) {
		publication_close(&v->publication);
		return -1;
	}
	v->settings = look_at(v, "morningpost.yaml");
	preview_page_load(v);
	make(v);
	return 0;
}

void
preview_close(struct preview *v)
{
	proof_free(&v->proof);
	arena_free(&v->arena);
	publication_close(&v->publication);
}

/* -- answers -------------------------------------------------------------------------------------- */

/* The message's own policy: it may look as it does in a mail program, and do nothing. */
#define FRAME_POLICY                                                                               \
	"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https:; base-uri 'none'; "  \
	"form-action 'none'; frame-ancestors 'self'; "                                             \
	"sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"

/* One request for one route: `rest` is what stands behind the route's path. */
struct ask {
	struct preview *v;
	const struct request *request;
	struct str rest;
	int64_t waited;
	struct arena *a;
	struct response *out;
};

static void
say(const struct ask *k, int status, const char *text)
{
	*k->out = (struct response){
		.status = status, .type = "text/plain; charset=utf-8", .body = str_of(text)
	};
}

static void
show_page(const struct ask *k)
{
	struct err e = { 0 };

	*k->out = (struct response){
		.status = 200, .type = "text/html; charset=utf-8", .policy = k->v->policy
	};
	if (preview_page(k->v, k->a, &k->out->body, &e) < 0)
		say(k, 500, arena_printf(k->a, "%s\n", e.text));
}

static bool
answer_page(const struct ask *k)
{
	keep_up(k->v);
	show_page(k);
	return true;
}

/* "?seen=ID": answered with the page when there is something else to see, or for want of news
 * (204). */
static bool
answer_changes(const struct ask *k)
{
	struct str query = k->request->query;

	keep_up(k->v);
	if (!str_starts(query, STR("seen=")) || !str_eqz(str_from(query, 5), k->v->proof.id))
		show_page(k);
	else if (k->waited < WAKE_LIMIT)
		return false;
	else
		say(k, 204, "");
	return true;
}

static bool
answer_frame(const struct ask *k)
{
	struct str html = inspect_body(&k->v->proof.read, "text/html");
	bool dark = str_eqz(k->rest, "dark");
	struct buf b;

	if (!html.n || (!dark && !str_eqz(k->rest, "light"))) {
		say(k, 404, "There is no such frame.\n");
		return true;
	}
	buf_init(&b, BODY);
	look_dress(html, dark ? LOOK_DARK : LOOK_LIGHT, "../part/", &b);
	*k->out = (struct response){ .status = 200,
		.type = "text/html; charset=utf-8",
		.policy = FRAME_POLICY,
		.body = arena_str(k->a, buf_str(&b)) };
	buf_free(&b);
	return true;
}

/* An embedded picture, by its Content-ID. */
static bool
answer_part(const struct ask *k)
{
	const struct inspected *read = &k->v->proof.read;

	say(k, 404, "There is no such picture.\n");
	for (size_t i = 0; i < read->part_count; i++)
		if (k->rest.n && str_eq(read->parts[i].content_id, k->rest) &&
			str_starts(read->parts[i].type, STR("image/")))
			*k->out = (struct response){ .status = 200,
				.type = arena_strz(k->a, read->parts[i].type),
				.body = read->parts[i].body };
	return true;
}

static bool
answer_message(const struct ask *k)
{
	if (k->v->proof.message.n)
		*k->out = (struct response){ .status = 200,
			.type = "text/plain; charset=utf-8",
			.body = k->v->proof.message };
	else
		say(k, 404, "It cannot be composed.\n");
	return true;
}

static const struct {
	const char *path; /* one that ends in "/" takes a name behind it, but for the first */
	bool (*answer)(const struct ask *k);
} routes[] = {
	{ "/", answer_page },
	{ "/changes", answer_changes },
	{ "/frame/", answer_frame },
	{ "/part/", answer_part },
	{ "/message.eml", answer_message },
};

static bool
dispatch(struct ask *k)
{
	struct str path = k->request->path;

	for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
		struct str head = str_of(routes[i].path);

		k->rest = str_from(path, head.n);
		if (str_eq(path, head) ||
			(i > 0 && str_starts(path, head) && head.p[head.n - 1] == '/'))
			return routes[i].answer(k);
	}
	say(k, 404, "There is nothing here; the preview is at /.\n");
	return true;
}

/* -- who may ask
 * ---------------------------------------------------------------------------------- */

static bool
is_address(struct str host)
{
	struct in6_addr six;
	struct in_addr four;
	char text[INET6_ADDRSTRLEN];

	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = str_sub(host, 1, host.n - 2);
	if (host.n >= sizeof text)
		return false;
	snprintf(text, sizeof text, "%.*s", STR_ARG(host));
	return inet_pton(AF_INET, text, &four) == 1 || inet_pton(AF_INET6, text, &six) == 1;
}

/*
 * A page elsewhere can make its own name lead to this address and then read what it likes (DNS
 * rebinding); it cannot make the browser say another name in Host. An address is nobody's name.
 */
static bool
is_own_host(const struct preview *v, struct str host)
{
	struct str end = str_of(v->port);

	for (size_t i = 0; i < v->host_count; i++)
		if (str_ieq(host, str_of(v->hosts[i])))
			return true;
	return v->any_address && str_ends(host, end) && host.n > end.n + 1 &&
	       host.p[host.n - end.n - 1] == ':' &&
	       is_address(str_sub(host, 0, host.n - end.n - 1));
}

bool
preview_answer(void *preview, const struct request *r, int64_t waited, struct arena *a,
	struct response *out)
{
	struct ask k = { .v = preview, .request = r, .waited = waited, .a = a, .out = out };

	if (!is_own_host(k.v, r->fields[REQUEST_HOST])) {
		say(&k, 421, "This is the preview of a newsletter; ask for it by its address.\n");
		return true;
	}
	if (r->method == REQUEST_GET || r->method == REQUEST_HEAD)
		return dispatch(&k);
	say(&k, 405, "The preview can only be looked at.\n");
	out->allow = "GET, HEAD";
	return true;
}

bool
preview_refuse(void *preview, const struct request *r, int64_t waited, struct arena *a,
	struct response *out)
{
	struct ask k = { .v = preview, .request = r, .waited = waited, .a = a, .out = out };

	say(&k, 405, "The preview can only be looked at.\n");
	out->allow = "GET, HEAD";
	return true;
}
