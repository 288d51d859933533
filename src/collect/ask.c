#include "collect/ask.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/log.h"
#include "collect/charted.h"
#include "net/http.h"

enum { FAILED_IN_A_ROW = 2 };

/* What is known of an allowance: a host, and a pool of it. */
struct pool {
	struct pool *next;
	const char *host, *name;
	int64_t left, renewed; /* -1: not known; clock_steady() at which it counts anew */
	int64_t last;          /* the last question; 0: none yet */
};

/* A host that is left alone for the rest of the run. */
struct resting {
	struct resting *next;
	const char *host, *why;
};

/* Names that a source has left to another. */
struct left {
	struct left *next;
	const char *chart;
	struct charted names;
};

struct ask_run {
	struct arena arena;
	struct http *http;
	struct pool *pools;
	struct resting *resting;
	struct left *left;
};

struct ask_run *
ask_run_new(void)
{
	struct ask_run *run = mem_alloc(sizeof *run);

	*run = (struct ask_run){ .http = http_new() };
	assert(run->http); /* libcurl gives none only when memory is out */
	return run;
}

void
ask_run_free(struct ask_run *run)
{
	if (!run)
		return;
	http_free(run->http);
	arena_free(&run->arena);
	free(run);
}

/* -- hosts ------------------------------------------------------------------------------------ */

/* "https://api.github.com" of a url. */
static struct str
host_of(const char *url)
{
	const char *host = strstr(url, "://");
	size_t n = strlen(url);

	if (host)
		n = (size_t)(host - url) + 3 + strcspn(host + 3, "/?#");
	return (struct str){ .p = url, .n = n };
}

static struct pool *
pool_of(struct ask_run *run, const struct question *q)
{
	const char *name = q->pool ? q->pool : "";
	struct pool *p = run->pools;

	while (p && (!str_eq(str_of(p->host), host_of(q->url)) || strcmp(p->name, name) != 0))
		p = p->next;
	if (p)
		return p;
	p = arena_new(&run->arena, struct pool);
	*p = (struct pool){ .next = run->pools,
		.host = arena_strz(&run->arena, host_of(q->url)),
		.name = name,
		.left = -1 };
	run->pools = p;
	return p;
}

static const char *
why_resting(const struct ask_run *run, const char *url)
{
	for (const struct resting *r = run->resting; r; r = r->next)
		if (str_eq(str_of(r->host), host_of(url)))
			return r->why;
	return NULL;
}

static void
let_rest(struct ask_run *run, const char *url, const char *why)
{
	struct resting *r = arena_new(&run->arena, struct resting);

	*r = (struct resting){ .next = run->resting,
		.host = arena_strz(&run->arena, host_of(url)),
		.why = arena_printf(&run->arena, "%s", why) };
	run->resting = r;
}

/* -- what went wrong -------------------------------------------------------------------------- */

static void
note(struct asking *a, const char *why)
{
	log_debug("%s: %s", a->source, why);
	if (!*a->why)
		snprintf(a->why, sizeof a->why, "%s", why);
}

static enum asked
over(struct asking *a, const char *why)
{
	note(a, why);
	a->over = a->partial = true;
	return ASKED_OVER;
}

/* One question more that nothing came of. A source that fails twice in a row is not worth the
 * morning. */
static enum asked
not_asked(struct asking *a, const struct question *q, const char *why)
{
	if (q->tracked)
		log_debug("%s: %s", a->source, why);
	else
		note(a, why);
	a->partial = a->partial || !q->tracked;
	if (++a->failed < FAILED_IN_A_ROW)
		return ASKED_NOT;
	a->over = true;
	return ASKED_OVER;
}

/* -- time ------------------------------------------------------------------------------------- */

/* False when the source's time would be over by then. */
static bool
wait_for(const struct asking *a, int64_t span)
{
	struct timespec ts = { .tv_sec = (time_t)(span / CLOCK_SECOND),
		.tv_nsec = (long)(span % CLOCK_SECOND) * 1000 };

	if (clock_steady() + span >= a->until)
		return false;
	if (span >= 5 * CLOCK_SECOND)
		log_info("%s: waiting %d seconds, as it asks", a->source,
			(int)(span / CLOCK_SECOND));
	nanosleep(&ts, NULL);
	return true;
}

/*
 * Before the next question of a pool. Where the host says what it still grants, its word counts:
 * one goes on until nothing is left, and then waits for the window's end. Where it says nothing,
 * the published pace is kept. Returns how long, or -1: longer than we wait.
 */
static int64_t
due_in(const struct pool *p, const struct question *q, int64_t now)
{
	int64_t pause = p->last && p->left < 0 ? p->last + q->pace - now : 0;

	if (p->left == 0 && p->renewed > now)
		pause = p->renewed - now;
	if (q->tracked && p->left >= 0 && p->left <= ASK_RESERVE && p->renewed > now)
		return -1;
	if (pause > PATIENCE_MOST * CLOCK_SECOND)
		return -1;
	return pause > 0 ? pause : 0;
}

static void
learn(struct pool *p, const struct http_response *r)
{
	p->last = clock_steady();
	p->left = r->left;
	p->renewed = r->window >= 0 ? p->last + r->window * CLOCK_SECOND : 0;
}

/* -- one question ----------------------------------------------------------------------------- */

static struct answer *
push(struct asking *a)
{
	a->answers = arena_grow(a->arena, a->answers, a->count, &a->room, sizeof *a->answers);
	return &a->answers[a->count++];
}

static struct answer *
keep(struct asking *a, const struct question *q, const char *url, const struct http_response *r)
{
	struct answer *to = push(a);

	*to = (struct answer){ .source = a->source,
		.url = arena_str(a->arena, str_of(url)),
		.status = r->status,
		.etag = r->etag,
		.type = r->content_type,
		.at = clock_now(),
		.body = r->body,
		.tracked = q->tracked };
	a->size += r->body.n;
	return to;
}

/* The etag of what we had last time, so that the source may say "the same"; NULL: none. Not of what
 * goes over several pages: without the answer one does not learn where the next page is. */
static const char *
last_etag(struct asking *a, const struct question *q, const char *url)
{
	struct arena scratch = { 0 };
	struct answer last = { 0 };
	const char *etag = NULL;
	struct err e;
	int got;

	if (q->unkept || q->pages > 1)
		return NULL;
	got = snapshot_last(a->db, a->source, str_of(url), &scratch, &last, &e);
	if (got < 0)
		log_warn("%s: %s", a->source, e.text);
	if (got == 1 && last.etag.n)
		etag = arena_strz(a->arena, last.etag);
	arena_free(&scratch);
	return etag;
}

/* Yesterday's body under today's 304. */
static bool
put_last_body(struct asking *a, const char *url, struct http_response *r)
{
	struct answer last = { 0 };
	struct err e;

	if (snapshot_last(a->db, a->source, str_of(url), a->arena, &last, &e) != 1)
		return false;
	r->status = 200;
	r->body = last.body;
	r->etag = r->etag.n ? r->etag : last.etag;
	r->content_type = r->content_type.n ? r->content_type : last.type;
	return true;
}

/* One exchange. What did not serve is freed at once: a server that fails at length must not cost
 * memory each time. */
static struct patience_verdict
exchange(struct asking *a, const struct question *q, const char *url, const char *etag,
	bool with_token, int tries, struct http_response *r)
{
	int64_t left = a->until - clock_steady();
	struct http_request request = { .url = url,
		.accept = q->accept,
		.extra = q->extra,
		.token = with_token ? a->token : NULL,
		.etag = etag,
		.ceiling = ASK_BODIES - a->size < ASK_BODY ? ASK_BODIES - a->size : ASK_BODY,
		.deadline = left < ASK_SECONDS * CLOCK_SECOND ? left : ASK_SECONDS * CLOCK_SECOND,
		.redirects = q->abroad ? 3 : 1,
		.leave_host = q->abroad,
		.configured = true };
	struct arena scratch = { 0 };
	struct patience_verdict v;
	struct err e = { 0 };
	int got = http_get(a->run->http, &request, clock_now(), &scratch, r, &e);

	a->calls += r->calls;
	a->bytes += r->bytes;
	if (got == 0)
		learn(pool_of(a->run, q), r);
	log_debug("%s: %s: %d, %zu bytes", a->source, url, got == 0 ? r->status : 0, r->body.n);
	v = patience_judge(r, got < 0 ? &e : NULL, tries, with_token && a->token, &a->rules);
	if (v.what <= PATIENCE_GONE)
		arena_join(&a->last, &scratch);
	else
		arena_free(&scratch);
	return v;
}

/* Ask until there is an answer or a reason why not. */
static struct patience_verdict
insist(struct asking *a, const struct question *q, const char *url, const char *etag,
	struct http_response *r)
{
	bool with_token = true;
	struct patience_verdict v;

	for (int tries = 1;; tries++) {
		v = exchange(a, q, url, etag, with_token, tries, r);
		if (v.what == PATIENCE_BARE) {
			log_warn("%s: %s", a->source, v.why);
			with_token = false;
			continue;
		}
		if (v.what != PATIENCE_AGAIN)
			return v;
		log_debug("%s: %s; again", a->source, v.why);
		if (!wait_for(a, v.wait)) {
			v.what = PATIENCE_STOP;
			return v;
		}
	}
}

/* It is an answer; of a 304 the body is yesterday's. One to what was never asked conditionally, or
 * whose body we no longer have, is none. */
static enum asked
accept_answer(struct asking *a, const struct question *q, const char *url, const char *etag,
	struct http_response *r, struct answer **out)
{
	if (r->status == 304 && (!etag || !put_last_body(a, url, r)))
		return not_asked(a, q, "status 304 to a question without a condition");
	*out = keep(a, q, url, r);
	a->failed = 0;
	return r->status == 200 ? ASKED_GOOD : ASKED_GONE;
}

static enum asked
settle(struct asking *a, const struct question *q, const char *url, const char *etag,
	const struct patience_verdict *v, struct http_response *r, struct answer **out)
{
	switch (v->what) {
	case PATIENCE_SAME:
	case PATIENCE_TAKE:
		return accept_answer(a, q, url, etag, r, out);
	case PATIENCE_GONE:
		return q->tracked ? accept_answer(a, q, url, etag, r, out)
				  : not_asked(a, q, v->why);
	case PATIENCE_SKIP:
		return not_asked(a, q, v->why);
	case PATIENCE_REST:
		let_rest(a->run, q->url, v->why);
		return over(a, v->why);
	case PATIENCE_STOP:
	case PATIENCE_AGAIN:
	case PATIENCE_BARE:
		break;
	}
	return over(a, v->why);
}

/* May it be asked now? Waits where the pool wants it. */
static enum asked
await_turn(struct asking *a, const struct question *q)
{
	const char *resting = why_resting(a->run, q->url);
	const struct pool *p = pool_of(a->run, q);
	int64_t pause = due_in(p, q, clock_steady());

	if (a->over)
		return ASKED_OVER;
	if (resting)
		return over(a, resting);
	if (a->size >= ASK_BODIES)
		return over(a, "its answers are more than 10 MB together");
	if (pause >= 0 && clock_steady() + pause < a->until)
		return pause && !wait_for(a, pause) ? ASKED_OVER : ASKED_GOOD;
	if (!q->tracked)
		return over(
			a, pause < 0 ? "it grants no more questions for now" : "its time is over");
	a->over = true;
	return ASKED_OVER;
}

static enum asked
ask_page(struct asking *a, const struct question *q, const char *url, struct answer **out,
	struct str *next)
{
	struct http_response r = { 0 };
	struct patience_verdict v;
	enum asked turn = await_turn(a, q);
	const char *etag;

	if (turn != ASKED_GOOD)
		return turn;
	/* Nobody has rejected what came before. */
	arena_join(a->arena, &a->last);
	etag = last_etag(a, q, url);
	v = insist(a, q, url, etag, &r);
	*next = r.next;
	return settle(a, q, url, etag, &v, &r, out);
}

enum asked
ask(struct asking *a, const struct question *q, struct answer **out)
{
	struct answer *first = NULL, *more;
	struct str next = { 0 };
	enum asked got = ask_page(a, q, q->url, &first, &next);
	size_t at = a->count;

	for (unsigned page = 1; got == ASKED_GOOD && page < q->pages && next.n; page++)
		if (ask_page(a, q, arena_strz(a->arena, next), &more, &next) != ASKED_GOOD)
			break;
	if (got == ASKED_GOOD || got == ASKED_GONE)
		first = &a->answers[at - 1]; /* the list may have moved */
	if (q->unkept && first) {
		first = arena_new(a->arena, struct answer);
		*first = a->answers[--a->count];
	}
	if (out)
		*out = first;
	return got;
}

void
ask_drop(struct asking *a)
{
	assert(a->count > 0);
	a->size -= a->answers[--a->count].body.n;
	arena_free(&a->last);
}

void
ask_reject(struct asking *a, const char *why)
{
	a->partial = true;
	note(a, why);
	ask_drop(a);
}

void
ask_leave_names(struct asking *a, const char *chart, const char *key)
{
	struct left *left = arena_new(&a->run->arena, struct left);

	*left = (struct left){ .next = a->run->left, .chart = chart };
	for (size_t i = 0; i < a->count; i++)
		charted_add(&left->names, a->answers[i].body, key, &a->run->arena);
	charted_own(&left->names, &a->run->arena);
	charted_sort(&left->names);
	a->run->left = left;
}

/* Is it in today's answers, of this source or of one that left us its names? */
static bool
is_charted(const struct asking *a, const struct charted *today, struct str name)
{
	for (const struct left *l = a->run->left; l; l = l->next)
		if (strcmp(l->chart, a->source) == 0 && charted_has(&l->names, name))
			return true;
	return charted_has(today, name);
}

/* What is tracked and no answer of today has; *n of them. */
static struct str *
missing_names(struct asking *a, const char *key, size_t *n)
{
	struct charted today = { 0 };
	struct tracked *all;
	struct str *names;
	size_t count;
	struct err e;

	*n = 0;
	if (snapshot_tracked(a->db, a->source, a->day, a->arena, &all, &count, &e) < 0) {
		log_warn("%s: %s", a->source, e.text);
		return NULL;
	}
	for (size_t i = 0; i < a->count; i++)
		charted_add(&today, a->answers[i].body, key, a->arena);
	charted_sort(&today);
	names = arena_many(a->arena, count + 1, struct str);
	for (size_t i = 0; i < count; i++)
		if (!is_charted(a, &today, all[i].name))
			names[(*n)++] = all[i].name;
	return names;
}

/* A host in trouble sends its page of regrets for each name, however many there are. */
static bool
is_json(struct str body)
{
	enum json_kind kind;
	struct err e;

	return json_check(&body, &kind, &e) == 0;
}

void
ask_tracked(struct asking *a, const struct question *q, const char *base, const char *query,
	const char *key, size_t most)
{
	struct question one = *q;
	struct answer *got;
	enum asked how;
	struct str *names;
	size_t count, asked = 0;

	if (a->over || a->failed)
		return;
	names = missing_names(a, key, &count);
	one.tracked = true;
	while (asked < count && asked < most) {
		one.url = arena_printf(a->arena, "%s%.*s%s", base, STR_ARG(names[asked]), query);
		how = ask(a, &one, &got);
		if (how == ASKED_OVER || (how == ASKED_GOOD && !is_json(got->body)))
			break;
		asked++;
	}
	if (asked < count)
		log_info("%s: of %zu that left the charts, %zu were asked for", a->source, count,
			asked);
}
