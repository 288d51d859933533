#include "web/route.h"

#include "base/clock.h"
#include "base/log.h"
#include "web/page_archive.h"
#include "web/page_confirm.h"
#include "web/page_health.h"
#include "web/page_leave.h"
#include "web/page_metrics.h"
#include "web/page_preferences.h"
#include "web/page_static.h"
#include "web/page_subscribe.h"

/* Whoever waited longer for others to write is asked to come again (W19). */
#define PATIENCE (5 * CLOCK_SECOND)

typedef int page_fn(struct visit *v, struct err *e);

struct route {
	const char *path; /* one that ends in "/", but for "/" itself, takes a token behind it */
	page_fn *get, *post;
};

static const struct route routes[] = {
	{ "/u/", page_leave_ask, page_leave_do },
	{ "/r/", page_return_ask, page_return_do },
	{ "/p/", page_preferences_ask, page_preferences_do },
	{ "/subscribe", page_subscribe_form, page_subscribe_do },
	{ "/subscribe.js", page_subscribe_script, NULL },
	{ "/c/", page_confirm_ask, page_confirm_do },
	{ "/healthz", page_health, NULL },
	{ "/metrics", page_metrics, NULL },
	{ "/", page_archive, NULL },
	{ "/issues/", page_archive, NULL },
	{ "/feed.xml", page_archive, NULL },
	{ "/feed.json", page_archive, NULL },
	{ "/sitemap.xml", page_archive, NULL },
	{ "/robots.txt", page_archive, NULL },
	{ "/icon.svg", page_archive, NULL },
	{ "/qr/", page_archive, NULL },
};

static struct str
without_prefix(struct str prefix, struct str path)
{
	if (!prefix.n || !str_starts(path, prefix))
		return path;
	if (path.n == prefix.n)
		return STR("/");
	return path.p[prefix.n] == '/' ? str_from(path, prefix.n) : path;
}

/* Paths are compared as they came: nothing here needs a percent sign, so what has one is no path of
 * ours, and `TOKEN%00` or a token written in another way is not the token (W5, W11). */
static const struct route *
find(struct str path, struct str *token)
{
	for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
		struct str head = str_of(routes[i].path);
		bool more = head.n > 1 && head.p[head.n - 1] == '/';

		*token = str_from(path, head.n);
		if (more ? str_starts(path, head) : str_eq(path, head))
			return &routes[i];
	}
	return NULL;
}

static page_fn *
page_of(const struct route *route, enum request_method method)
{
	switch (method) {
	case REQUEST_GET:
	case REQUEST_HEAD:
		return route->get;
	case REQUEST_POST:
		return route->post;
	case REQUEST_OTHER:
		break;
	}
	return NULL;
}

static int
dispatch(struct visit *v, const struct route *route, struct err *e)
{
	page_fn *page;

	if (v->clerk->files && v->request->method <= REQUEST_HEAD) {
		int served = page_static(v, e);

		if (served != 0)
			return served < 0 ? -1 : 0;
	}
	if (!route && v->request->method != REQUEST_OTHER)
		return visit_page(v, 404, "page-missing.html", NULL, e);
	page = route ? page_of(route, v->request->method) : NULL;
	if (page) {
		if (page(v, e) < 0)
			return -1;
		/* Pages tell of what is done. This is not, yet. */
		return v->spooled ? visit_page(v, 200, "page-noted.html", NULL, e) : 0;
	}
	v->response.allow = route && !route->post ? "GET, HEAD" : "GET, HEAD, POST";
	visit_text(v, 405, "This address does not take that method.\n");
	return 0;
}

/* Something of ours went wrong; nothing was changed, and the client may try again. */
static void
excuse(struct visit *v, const char *why)
{
	struct err e = { 0 };

	log_error("a page could not be served: %s", why);
	/* Whatever the page had begun to say of itself does not hold of this. */
	v->response = (struct response){ 0 };
	if (visit_page(v, 503, "page-busy.html", NULL, &e) < 0)
		visit_text(v, 503, "Please try again in a moment.\n");
	v->response.retry_after = 10;
}

static void
log_visit(const struct visit *v, const struct route *route)
{
	static const char *const methods[] = { "GET", "HEAD", "POST", "another method" };
	const char *method = methods[v->request->method], *path = route ? route->path : "elsewhere";

	if (v->key_id)
		log_info("%s %s %d, key %d, subscriber %llu", method, path, v->response.status,
			v->key_id, (unsigned long long)v->subscriber);
	else
		log_info("%s %s %d", method, path, v->response.status);
}

bool
route_answer(void *context, const struct request *r, int64_t waited, struct arena *a,
	struct response *out)
{
	struct clerk *clerk = context;
	struct visit v = { .clerk = clerk,
		.request = r,
		.path = without_prefix(clerk->site->prefix, r->path),
		.arena = a,
		.now = clock_now(),
		.client = client_behind(&r->peer, r->fields[REQUEST_FORWARDED_FOR],
			&clerk->site->publication->settings.web.trusted_proxies) };
	const struct route *route = find(v.path, &v.token);
	struct err e = { 0 };

	if (waited > PATIENCE)
		excuse(&v, "the database has been busy for too long");
	else if (dispatch(&v, route, &e) < 0)
		excuse(&v, e.text);
	if (r->method != REQUEST_POST)
		response_be_brief(&v.response, r->fields[REQUEST_IF_NONE_MATCH]);
	counter_note(clerk->counter, v.response.status);
	log_visit(&v, route);
	*out = v.response;
	return true;
}

void
route_refuse(int status, const char *why, struct arena *a, struct response *out)
{
	*out = (struct response){
		.status = status,
		.type = "text/plain; charset=utf-8",
		.body = str_of(arena_printf(a, "%s: %s.\n", response_reason(status), why)),
	};
}
