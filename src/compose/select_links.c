#include "compose/select_links.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "compose/select.h"
#include "compose/share.h"

enum {
	BLOCKED_DAYS = 30,
	ROW_DAYS = 7,
	WORDS = 60,      /* of a title that are compared */
	LEAST_NOTE = 30, /* columns of a description that says something */
	NOTE = 140,
	TRENDING_ROWS = 10, /* that today's lists may have: their entities are no tools */
	MOVER_ROWS = 5,
	POOL = 60, /* links that are looked at for each kind */
};

static const double same_title = 0.8;

/* -- addresses --------------------------------------------------------------------------------- */

static const char *const tracking[] = { "ref", "ref_src", "ref_url", "referrer", "fbclid", "gclid",
	"mc_cid", "mc_eid", "igshid", "cmpid", "_hsenc", "_hsmi" };

static bool
tracks(struct str parameter)
{
	ptrdiff_t equals = str_find(parameter, '=');
	struct str name = equals < 0 ? parameter : str_sub(parameter, 0, (size_t)equals);

	if (str_ieq(str_sub(name, 0, 4), STR("utm_")))
		return true;
	for (size_t i = 0; i < sizeof tracking / sizeof tracking[0]; i++)
		if (str_ieq(name, str_of(tracking[i])))
			return true;
	return false;
}

static void
put_lower(struct str s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++)
		buf_addc(out, s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 32) : s.p[i]);
}

static struct str
cut_before(struct str s, char c, struct str *behind)
{
	ptrdiff_t at = str_find(s, c);

	*behind = at < 0 ? (struct str){ 0 } : str_from(s, (size_t)at + 1);
	return at < 0 ? s : str_sub(s, 0, (size_t)at);
}

/* "2608.19511v2" and "2608.19511v2.pdf" without what is behind the number; empty: it is none. */
static struct str
arxiv_number(struct str id)
{
	size_t n = 0, digits = 0;

	while (n < id.n && ((id.p[n] >= '0' && id.p[n] <= '9') || id.p[n] == '.'))
		digits += id.p[n++] != '.';
	if (digits < 8 || n < 5 || id.p[4] != '.')
		return (struct str){ 0 };
	if (id.p[n - 1] == '.')
		n--;
	return str_sub(id, 0, n);
}

/* arXiv's pages of a paper (abs, pdf, html) and HuggingFace's are one. */
static struct str
paper_number(struct str host, struct str path)
{
	static const struct {
		const char *host, *prefix;
	} pages[] = { { "arxiv.org", "/abs/" }, { "arxiv.org", "/pdf/" }, { "arxiv.org", "/html/" },
		{ "export.arxiv.org", "/abs/" }, { "huggingface.co", "/papers/" } };

	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
		if (str_ieq(host, str_of(pages[i].host)) &&
			str_starts(path, str_of(pages[i].prefix)))
			return arxiv_number(str_from(path, strlen(pages[i].prefix)));
	return (struct str){ 0 };
}

static void
put_query(struct str query, struct buf *out)
{
	struct str parameter;
	char mark = '?';

	while (str_split(&query, '&', &parameter)) {
		if (parameter.n == 0 || tracks(parameter))
			continue;
		buf_addc(out, mark);
		buf_add(out, parameter);
		mark = '&';
	}
}

struct str
select_canonical_url(struct str url, struct arena *a)
{
	struct str rest, fragment, query, host, path, number;
	size_t scheme = text_web_scheme(url);
	struct buf b;

	if (scheme == 0)
		return (struct str){ 0 };
	rest = cut_before(cut_before(str_from(url, scheme), '#', &fragment), '?', &query);
	host = cut_before(rest, '/', &path);
	path = str_from(rest, host.n);
	while (str_ieq(str_sub(host, 0, 4), STR("www.")))
		host = str_from(host, 4);
	if (host.n == 0)
		return (struct str){ 0 };
	number = paper_number(host, path);
	if (number.n)
		return str_of(arena_printf(a, "https://arxiv.org/abs/%.*s", STR_ARG(number)));
	while (path.n && path.p[path.n - 1] == '/')
		path.n--;
	buf_init(&b, url.n + 16);
	buf_addz(&b, "https://");
	put_lower(host, &b);
	buf_add(&b, path);
	put_query(query, &b);
	return buf_keep(&b, a);
}

/* -- titles ------------------------------------------------------------------------------------ */

static int
by_word(const void *x, const void *y)
{
	const struct str *a = x, *b = y;

	return str_cmp(*a, *b);
}

static bool
is_of_word(unsigned char c)
{
	return c >= 0x80 || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/* Its words in lower case, sorted, each once. */
static size_t
words_of(struct str title, struct arena *a, struct str out[static WORDS])
{
	struct str s = text_fold(title, a);
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < s.n && n < WORDS;) {
		size_t begin = i;

		while (i < s.n && is_of_word((unsigned char)s.p[i]))
			i++;
		if (i > begin)
			out[n++] = str_sub(s, begin, i - begin);
		else
			i++;
	}
	qsort(out, n, sizeof *out, by_word);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || !str_eq(out[kept - 1], out[i]))
			out[kept++] = out[i];
	return kept;
}

double
select_likeness(struct str a, struct str b, struct arena *arena)
{
	struct str x[WORDS], y[WORDS];
	size_t n = words_of(a, arena, x), m = words_of(b, arena, y), both = 0;

	for (size_t i = 0, k = 0; i < n && k < m;) {
		int order = str_cmp(x[i], y[k]);

		both += order == 0;
		i += order <= 0;
		k += order >= 0;
	}
	return n + m == 0 ? 0 : (double)both / (double)(n + m - both);
}

/* -- choosing ---------------------------------------------------------------------------------- */

static bool
is_blocked(const struct figures *f, struct str canonical)
{
	struct day since = clock_add_days(f->day, -BLOCKED_DAYS);

	for (size_t i = 0; i < f->shown_count; i++) {
		const struct shown *s = &f->shown[i];

		if ((str_eqz(s->place, "tools") || str_eqz(s->place, "reading")) &&
			str_eq(s->key, canonical) && clock_day_cmp(s->day, since) >= 0 &&
			clock_day_cmp(s->day, f->day) < 0)
			return true;
	}
	return false;
}

static bool
is_wanted(struct str source, const struct str *feeds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_ieq(feeds[i], source))
			return true;
	return n == 0;
}

static int
by_weight(const void *x, const void *y)
{
	const struct figures_link *a = *(const struct figures_link *const *)x,
				  *b = *(const struct figures_link *const *)y;
	int order = clock_day_cmp(b->day, a->day);

	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return order ? order : str_cmp(a->url, b->url);
}

/* Candidates in their order, none of them twice. */
struct pool {
	const struct figures_link **links;
	struct str *canonical;
	struct share *who;
	size_t n;
};

static struct pool
pool_new(size_t room, struct arena *a)
{
	return (struct pool){ .links = arena_many(a, room + 1, const struct figures_link *),
		.canonical = arena_many(a, room + 1, struct str),
		.who = arena_many(a, room + 1, struct share) };
}

static bool
has_one_like(const struct pool *p, const struct figures_link *link, struct str canonical,
	struct arena *a)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_eq(p->canonical[i], canonical) ||
			select_likeness(p->links[i]->title, link->title, a) >= same_title)
			return true;
	return false;
}

/* False: it is none that may be printed. */
static bool
pool_add(struct pool *p, const struct figures *f, const struct figures_link *link, struct share who,
	struct arena *a)
{
	struct str canonical = select_canonical_url(link->url, a);

	if (canonical.n == 0 || link->title.n == 0 || is_blocked(f, canonical) ||
		has_one_like(p, link, canonical, a))
		return false;
	p->links[p->n] = link;
	p->canonical[p->n] = canonical;
	p->who[p->n++] = who;
	return true;
}

static void
pool_take(const struct pool *p, size_t top, struct arena *a, const struct figures_link ***out,
	size_t *n)
{
	bool *taken = arena_many(a, p->n + 1, bool);

	share_take(p->who, p->n, top, taken);
	*n = 0;
	for (size_t i = 0; i < p->n; i++)
		if (taken[i])
			p->links[(*n)++] = p->links[i];
	*out = p->links;
}

/*
 * Whose a link is. A page of papers is nobody's in particular. Where the editor named the feeds,
 * the share of one of them was the editor's choice.
 */
static struct share
share_of(const struct figures_link *link, bool named, struct arena *a)
{
	struct str host = str_from(select_canonical_url(link->url, a), sizeof "https://" - 1), path;

	if (strcmp(link->kind, "paper") == 0)
		return (struct share){ 0 };
	return (struct share){ .owner = link->source,
		.organisation = named ? (struct str){ 0 } : cut_before(host, '/', &path) };
}

/* The best of one kind, at most POOL of them, sorted. */
static size_t
links_of(const struct figures *f, const char *kind, const struct str *feeds, size_t feed_count,
	struct arena *a, const struct figures_link ***out)
{
	const struct figures_link **list =
		arena_many(a, f->link_count + 1, const struct figures_link *);
	size_t n = 0;

	for (size_t i = 0; i < f->link_count; i++)
		if (strcmp(f->links[i].kind, kind) == 0 &&
			is_wanted(f->links[i].source, feeds, feed_count))
			list[n++] = &f->links[i];
	qsort(list, n, sizeof(const struct figures_link *), by_weight);
	*out = list;
	return n < POOL ? n : POOL;
}

void
select_links(const struct figures *f, const char *kind, const struct str *feeds, size_t feed_count,
	size_t top, struct arena *a, const struct figures_link ***out, size_t *n)
{
	static const char *const kinds[] = { "paper", "feed", "story" };
	enum { KINDS = sizeof kinds / sizeof kinds[0] };
	const struct figures_link **lists[KINDS];
	size_t counts[KINDS] = { 0 }, next[KINDS] = { 0 }, before;
	struct pool p = pool_new(KINDS * POOL, a);

	for (size_t k = 0; k < KINDS; k++)
		if (!kind || strcmp(kind, kinds[k]) == 0)
			counts[k] = links_of(f, kinds[k], feeds, feed_count, a, &lists[k]);
	do {
		before = p.n;
		for (size_t k = 0; k < KINDS; k++) {
			bool added = false;

			while (!added && next[k] < counts[k]) {
				const struct figures_link *link = lists[k][next[k]++];

				added = pool_add(&p, f, link, share_of(link, feed_count > 0, a), a);
			}
		}
	} while (p.n > before);
	pool_take(&p, top, a, out, n);
}

/* -- tools ------------------------------------------------------------------------------------- */

/* What the other lists of the issue print. */
struct today {
	struct selection trending;
	const struct trend_entity **movers;
	size_t mover_count;
};

static bool
is_of_today(const struct today *t, const struct trend_entity *e)
{
	for (size_t i = 0; i < t->trending.count; i++)
		if (t->trending.rows[i].folded->lead == e)
			return true;
	for (size_t i = 0; i < t->trending.climbing_count; i++)
		if (t->trending.climbing[i] == e)
			return true;
	for (size_t i = 0; i < t->mover_count; i++)
		if (t->movers[i] == e)
			return true;
	return false;
}

static const struct figures_link *
tool_link(const struct trend_entity *e, struct str note, struct arena *a)
{
	struct figures_link *link = arena_new(a, struct figures_link);

	*link = (struct figures_link){ .kind = "tool",
		.title = str_from(e->name, (size_t)(str_find(e->name, '/') + 1)),
		.url = str_of(arena_printf(a, "https://github.com/%.*s", STR_ARG(e->name))),
		.note = note,
		.source = trend_author(e->name),
		.weight = e->momentum };
	return link;
}

/* Was it a row of ours within the last week? Then it is no discovery. */
static bool
was_a_row(const struct figures *f, const struct trend_entity *e)
{
	struct day since = clock_add_days(f->day, -ROW_DAYS);

	for (size_t i = 0; i < f->shown_count; i++)
		if ((str_eqz(f->shown[i].place, "trending") ||
			    str_eqz(f->shown[i].place, "movers") ||
			    str_eqz(f->shown[i].place, "lead")) &&
			str_eq(f->shown[i].key, e->key) &&
			clock_day_cmp(f->shown[i].day, since) >= 0)
			return true;
	return false;
}

static void
add_tools(const struct figures *f, const struct figures_chart *c,
	struct trend_entity *const *entities, size_t n, const struct today *today, struct pool *p,
	struct arena *a)
{
	for (size_t i = 0; i < n && p->n < POOL; i++) {
		const struct trend_entity *e = entities[i];
		struct str note = select_describe(e, NOTE, a), owner = trend_author(e->name);

		if (text_width(note) < LEAST_NOTE || e->info.archived || e->info.fork ||
			select_is_suspicious(e, c->report.asof) || is_of_today(today, e) ||
			was_a_row(f, e))
			continue;
		pool_add(p, f, tool_link(e, note, a), (struct share){ owner, owner }, a);
	}
}

/* Those that grow most for their size come first: everybody knows the big ones. */
static void
tools_of(const struct figures *f, size_t chart, struct pool *p, struct arena *a)
{
	const struct trend_report *r = &f->charts[chart].report;
	struct today today;

	select_trending(f, chart, TRENDING_ROWS, a, &today.trending);
	select_movers(f, chart, MOVER_ROWS, a, &today.movers, &today.mover_count);
	add_tools(f, &f->charts[chart], r->movers, r->mover_count, &today, p, a);
	add_tools(f, &f->charts[chart], r->momentum, r->momentum_count, &today, p, a);
}

void
select_tools(const struct figures *f, size_t top, struct arena *a, const struct figures_link ***out,
	size_t *n)
{
	struct pool p = pool_new(POOL, a);

	for (size_t i = 0; i < FIGURES_CHARTS; i++)
		if (f->charts[i].kind == TREND_GITHUB && !f->charts[i].report.stale)
			tools_of(f, i, &p, a);
	pool_take(&p, top, a, out, n);
}
