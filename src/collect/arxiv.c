/* arxiv.c: the newest papers of some categories. */
#include "base/arena.h"
#include "base/buf.h"
#include "collect/feed.h"
#include "collect/source.h"

enum { PAPERS = 100 };

/* "http://arxiv.org/abs/2608.19511v2" and "http://arxiv.org/abs/cs/9901001v1" without their
 * version: it is the same paper. */
static struct str
paper_of(struct str id)
{
	ptrdiff_t at = str_find_str(id, STR("/abs/"));
	size_t n;

	if (at < 0)
		return (struct str){ 0 };
	id = str_from(id, (size_t)at + 5);
	n = id.n;
	while (n && id.p[n - 1] >= '0' && id.p[n - 1] <= '9')
		n--;
	return n > 1 && n < id.n && id.p[n - 1] == 'v' ? str_sub(id, 0, n - 1) : id;
}

/* An error is a feed of one entry with this title (the manual's 3.4). */
static bool
is_error(const struct feed *f)
{
	return f->count == 1 && str_eqz(f->items[0].title, "Error");
}

static void
name_papers(struct feed *f, struct arena *a)
{
	for (size_t i = 0; i < f->count; i++) {
		struct feed_item *item = &f->items[i];
		struct str id = paper_of(item->id);

		item->id = id;
		item->url =
			id.n ? feed_link(STR("https://arxiv.org/abs/"), id, a) : (struct str){ 0 };
	}
}

static const char *
url(const struct asking *a)
{
	const struct settings_list *wanted = &a->settings->arxiv.categories;
	struct buf b;
	const char *out;

	buf_init(&b, 64 * 1024);
	for (size_t i = 0; i < wanted->n; i++)
		buf_printf(&b, "%scat:%s", i ? "+OR+" : "", wanted->p[i]);
	out = arena_printf(a->arena,
		"%s/api/query?search_query=%s&sortBy=submittedDate&sortOrder=descending"
		"&start=0&max_results=%d",
		a->settings->arxiv.url, buf_z(&b), PAPERS);
	buf_free(&b);
	return out;
}

void
arxiv_papers(struct asking *a)
{
	struct question q = { .url = url(a), .accept = "application/atom+xml" };
	struct answer *got;
	struct feed f;
	struct err e;

	a->rules = (struct patience_rules){ .limit_wait = 5 * CLOCK_SECOND };
	if (ask(a, &q, &got) != ASKED_GOOD)
		return;
	if (feed_parse(got->body, got->url, a->arena, &f, &e) < 0) {
		ask_reject(a, e.text);
		return;
	}
	if (is_error(&f)) {
		ask_reject(a, arena_printf(a->arena, "an error in place of papers: %.*s",
				      STR_ARG(f.items[0].note)));
		return;
	}
	name_papers(&f, a->arena);
	got->items = feed_json(&f, STR("arXiv"), a->arena);
}
