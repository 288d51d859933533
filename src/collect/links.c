#include "collect/links.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "net/http.h"

enum { HOURS_UNREACHABLE = 1, DAYS_KEPT = 7, HEAD_LEAST = 3 };

/* A host that was asked in this run. */
struct asked_host {
	struct str name; /* "https://example.org", in the arena */
	int64_t next;    /* clock_steady() from which it may be asked again */
	bool resting;    /* it wants no more of us, or... */
	struct str why;  /* ...this is why it cannot be reached at all */
};

struct asker {
	const struct links_run *run;
	struct arena *a;
	struct http *http;
	struct asked_host *hosts;
	size_t host_count, done, of;
	int64_t until; /* clock_steady() */
	struct link_answer *answers;
	const struct str *urls;
	int *host_of; /* each link's host, or -1 */
};

/* "https://example.org" of a url. */
static struct str
origin_of(struct str url)
{
	ptrdiff_t at = str_find_str(url, STR("://"));
	size_t n = at < 0 ? url.n : (size_t)at + 3;

	while (n < url.n && !strchr("/?#", url.p[n]))
		n++;
	return str_sub(url, 0, n);
}

/* -- what the operator named ------------------------------------------------------------------ */

static bool
is_same_origin(const char *configured, struct str url)
{
	return configured && str_ieq(origin_of(str_of(configured)), origin_of(url));
}

static bool
is_configured(const struct settings_sources *s, struct str url)
{
	const char *const urls[] = { s->huggingface.url, s->github.url, s->arxiv.url,
		s->ossinsight_url, s->hackernews_url };

	for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++)
		if (is_same_origin(urls[i], url))
			return true;
	for (size_t i = 0; i < s->feed_count; i++)
		if (is_same_origin(s->feeds[i].url, url))
			return true;
	return false;
}

/* -- one link --------------------------------------------------------------------------------- */

/* What servers answer to HEAD that would answer GET: it is not said that they do not have it. */
static bool
wants_get(int status)
{
	return status >= 400 && status != 429 && status != 410;
}

static int
request(struct asker *k, struct str url, bool head, int64_t until, struct http_response *out,
	struct err *e)
{
	const struct http_request r = { .url = arena_strz(k->a, url),
		.ceiling = LINKS_BYTES,
		.deadline = until - clock_steady(),
		.redirects = LINKS_REDIRECTS,
		.leave_host = true,
		.head = head,
		.peek = !head,
		.configured = is_configured(k->run->sources, url) };
	struct arena scratch = { 0 };
	int status = http_get(k->http, &r, k->run->now, &scratch, out, e);

	out->url = arena_str(k->a, out->url);
	out->body = (struct str){ 0 };
	arena_free(&scratch);
	return status;
}

/* HEAD costs them least; some do not know it, or break off. */
static int
head_or_get(struct asker *k, struct str url, struct http_response *out, struct err *e)
{
	int64_t until = clock_steady() + LINKS_SECONDS * CLOCK_SECOND;
	struct err first = { 0 };
	int status = request(k, url, true, until, out, &first);

	if (status < 0 && (first.code != ERR_UNAVAILABLE || !out->reached)) {
		*e = first;
		return -1;
	}
	if ((status == 0 && !wants_get(out->status)) ||
		until - clock_steady() < HEAD_LEAST * CLOCK_SECOND) {
		*e = first;
		return status;
	}
	return request(k, url, false, until, out, e);
}

static void
judge(struct asker *k, struct asked_link *l, const struct http_response *r, int64_t took)
{
	l->status = r->status;
	if (r->status == 404 || r->status == 410) {
		l->verdict = ASKED_LINK_GONE;
		l->why = str_of(arena_printf(k->a, "it answers %d", r->status));
	} else if (r->status < 200 || r->status >= 300) {
		l->verdict = ASKED_LINK_UNREACHABLE;
		l->why = str_of(arena_printf(k->a, "it answers %d", r->status));
	} else if (r->moved && !str_eq(r->url, l->url)) {
		l->verdict = ASKED_LINK_MOVED;
		l->target = r->url;
	} else if (took > LINKS_SLOW * CLOCK_SECOND) {
		l->verdict = ASKED_LINK_SLOW;
		l->why = str_of(arena_printf(
			k->a, "it took %d seconds to answer", (int)(took / CLOCK_SECOND)));
	}
}

/* How the err's sentence goes on behind the address. */
static struct str
reason(struct asker *k, const struct err *e)
{
	struct str s = str_of(e->text);
	ptrdiff_t at = str_find_str(s, STR(": "));

	return arena_str(k->a, at < 0 ? s : str_from(s, (size_t)at + 2));
}

static void
ask_one(struct asker *k, struct str url, struct asked_host *host, struct asked_link *l)
{
	int64_t began = clock_steady();
	struct http_response r;
	struct err e = { 0 };
	int status = head_or_get(k, url, &r, &e);

	*l = (struct asked_link){ .url = url, .at = k->run->now };
	if (status < 0) {
		l->verdict = ASKED_LINK_UNREACHABLE;
		l->why = reason(k, &e);
	} else {
		judge(k, l, &r, clock_steady() - began);
	}
	if (status < 0 && e.code == ERR_UNAVAILABLE && !r.reached)
		host->why = l->why;
	host->resting = r.limited || host->why.n;
	host->next = clock_steady() + LINKS_PAUSE * CLOCK_SECOND;
	log_debug("%.*s: %d %.*s", STR_ARG(url), l->status, STR_ARG(l->why));
}

/* -- all of them ------------------------------------------------------------------------------ */

static int
find_known(struct asker *k, size_t i, struct err *e)
{
	struct link_answer *to = &k->answers[i];
	int got = k->run->db ? asked_link_find(k->run->db, k->urls[i], k->run->now - CLOCK_DAY,
				       k->a, &to->found, e)
			     : 0;

	if (got < 0)
		return -1;
	/* What could not be reached may be back soon. */
	to->asked = got &&
		    (to->found.verdict != ASKED_LINK_UNREACHABLE ||
			    to->found.at >= k->run->now - HOURS_UNREACHABLE * 3600 * CLOCK_SECOND);
	return 0;
}

static int
host_index(struct asker *k, struct str url)
{
	struct str name = origin_of(url);

	for (size_t i = 0; i < k->host_count; i++)
		if (str_ieq(k->hosts[i].name, name))
			return (int)i;
	k->hosts[k->host_count] = (struct asked_host){ .name = name };
	return (int)k->host_count++;
}

/* The one whose host may be asked soonest, or -1: none is left. */
static ptrdiff_t
choose(const struct asker *k, size_t n)
{
	ptrdiff_t best = -1;

	for (size_t i = 0; i < n; i++) {
		const struct asked_host *h = k->host_of[i] < 0 ? NULL : &k->hosts[k->host_of[i]];

		if (!h || k->answers[i].asked || h->resting)
			continue;
		if (best < 0 || h->next < k->hosts[k->host_of[best]].next)
			best = (ptrdiff_t)i;
	}
	return best;
}

static void
wait_until(int64_t when)
{
	int64_t span = when - clock_steady();
	struct timespec ts = { .tv_sec = (time_t)(span / CLOCK_SECOND),
		.tv_nsec = (long)(span % CLOCK_SECOND) * 1000 };

	if (span > 0)
		nanosleep(&ts, NULL);
}

static int
ask_all(struct asker *k, size_t n, struct err *e)
{
	ptrdiff_t i;

	while ((i = choose(k, n)) >= 0) {
		struct asked_host *host = &k->hosts[k->host_of[i]];

		if (host->next >= k->until || clock_steady() >= k->until)
			return 0;
		if (k->run->progress)
			k->run->progress(k->run->context, ++k->done, k->of, k->urls[i]);
		wait_until(host->next);
		ask_one(k, k->urls[i], host, &k->answers[i].found);
		k->answers[i].asked = true;
		if (k->run->db && asked_link_keep(k->run->db, &k->answers[i].found,
					  k->run->now - DAYS_KEPT * CLOCK_DAY, e) < 0)
			return -1;
	}
	return 0;
}

/* What is true of the host is true of its other links. They are not kept: nobody asked for them. */
static void
judge_the_rest(struct asker *k, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct asked_host *h = k->host_of[i] < 0 ? NULL : &k->hosts[k->host_of[i]];

		if (!h || k->answers[i].asked || h->why.n == 0)
			continue;
		k->answers[i].asked = true;
		k->answers[i].found = (struct asked_link){ .url = k->urls[i],
			.verdict = ASKED_LINK_UNREACHABLE,
			.why = h->why,
			.at = k->run->now };
	}
}

static int
prepare(struct asker *k, size_t n, struct err *e)
{
	k->hosts = arena_many(k->a, LINKS_MOST + 1, struct asked_host);
	k->host_of = arena_many(k->a, n + 1, int);
	for (size_t i = 0; i < n; i++) {
		k->host_of[i] = -1;
		k->answers[i] = (struct link_answer){ .found.url = k->urls[i] };
		if (find_known(k, i, e) < 0)
			return -1;
		if (k->answers[i].asked || k->of == LINKS_MOST)
			continue;
		k->host_of[i] = host_index(k, k->urls[i]);
		k->of++;
	}
	return 0;
}

int
links_ask(const struct links_run *run, const struct str *urls, size_t n, struct arena *a,
	struct link_answer *answers, struct err *e)
{
	struct asker k = { .run = run,
		.a = a,
		.until = clock_steady() + LINKS_RUN * CLOCK_SECOND,
		.answers = answers,
		.urls = urls };
	int status = prepare(&k, n, e);

	if (status < 0 || k.of == 0)
		return status;
	k.http = http_new();
	if (!k.http)
		mem_out();
	status = ask_all(&k, n, e);
	judge_the_rest(&k, n);
	http_free(k.http);
	return status;
}
