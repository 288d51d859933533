#include "web/page_metrics.h"

#include <inttypes.h>

#include "base/clock.h"
#include "store/gauge.h"

enum { PAGE_LIMIT = 32 * 1024 };

/* How a number of store/gauge.h is told. Moments become ages: what one wants to be woken by. */
static const struct family {
	const char *gauge, *name, *label, *help;
	bool moment;
} families[] = {
	/* clang-format off */
	{ "subscribers", "morningpost_subscribers", "state", "People on the list, by state." },
	{ "deliveries", "morningpost_deliveries", "state", "The newest issue's deliveries, by state." },
	{ "began", "morningpost_issue_begun_seconds", NULL, "Time since the newest issue began to be sent.", true },
	{ "ended", "morningpost_issue_age_seconds", NULL, "Time since an issue had gone out to everybody.", true },
	{ "notes", "morningpost_notes", "state", "Notes (please confirm, you have left), by state." },
	{ "owed", "morningpost_note_owed_seconds", NULL, "Time that the oldest note has not been sent for.", true },
	{ "waiting", "morningpost_spool_wishes", NULL, "Wishes that wait to be taken by the sender." },
	{ "oldest", "morningpost_spool_age_seconds", NULL, "Time that the oldest wish has waited for.", true },
	/* clang-format on */
};

struct page {
	struct buf *out;
	int64_t now;
	const struct family *last; /* its help has been said */
};

static const struct family *
find(const char *gauge)
{
	for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
		if (str_eqz(str_of(gauge), families[i].gauge))
			return &families[i];
	return NULL;
}

static void
put_help(struct page *p, const char *name, const char *kind, const char *help)
{
	buf_printf(p->out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

/* A gauge_fn. What has not happened yet has no age. */
static void
put_gauge(void *page, const char *gauge, const char *member, int64_t value)
{
	const struct family *f = find(gauge);
	struct page *p = page;

	if (!f || (f->moment && value == 0))
		return;
	if (p->last != f)
		put_help(p, f->name, "gauge", f->help);
	p->last = f;
	if (f->moment)
		value = p->now > value ? (p->now - value) / CLOCK_SECOND : 0;
	if (member)
		buf_printf(p->out, "%s{%s=\"%s\"} %" PRId64 "\n", f->name, f->label, member, value);
	else
		buf_printf(p->out, "%s %" PRId64 "\n", f->name, value);
}

static int
put_spool(struct page *p, const struct spool *spool, struct err *e)
{
	int64_t n, oldest;

	if (spool_waiting(spool, &n, &oldest, e) < 0)
		return -1;
	put_gauge(p, "waiting", NULL, n);
	put_gauge(p, "oldest", NULL, oldest);
	return 0;
}

static void
put_answers(struct page *p, struct counter *counter)
{
	put_help(p, "morningpost_http_answers_total", "counter", "Requests answered, by status.");
	for (int i = 2; i < COUNTER_CLASSES; i++)
		buf_printf(p->out, "morningpost_http_answers_total{status=\"%dxx\"} %" PRIu64 "\n",
			i, counter_answers(counter, i));
}

static int
write_page(struct visit *v, struct buf *out, struct err *e)
{
	struct page p = { .out = out, .now = v->now };
	const struct clerk *k = v->clerk;

	if (k->db && gauge_each(k->db, put_gauge, &p, e) < 0)
		return -1;
	if (k->spool && put_spool(&p, k->spool, e) < 0)
		return -1;
	put_answers(&p, k->counter);
	return 0;
}

/* A proxy on this machine whose word is not taken, as one that comes by ::1 where 127.0.0.1 is trusted,
 * makes everybody look as near as itself. */
static bool
is_one_of_us(const struct visit *v)
{
	const struct settings_networks *trusted =
		&v->clerk->site->publication->settings.web.trusted_proxies;

	if (v->request->fields[REQUEST_FORWARDED_FOR].p &&
		!client_ip_is_in(trusted, &v->request->peer))
		return false;
	return client_ip_is_loopback(&v->client) || client_ip_is_in(trusted, &v->client);
}

int
page_metrics(struct visit *v, struct err *e)
{
	struct buf out;
	int status;

	if (!is_one_of_us(v))
		return visit_page(v, 404, "page-missing.html", NULL, e);
	buf_init(&out, PAGE_LIMIT);
	status = write_page(v, &out, e);
	v->response.status = 200;
	v->response.type = "text/plain; version=0.0.4; charset=utf-8";
	v->response.body = buf_keep(&out, v->arena);
	return status;
}
