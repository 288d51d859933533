/* check_links.c: rules about the links of an issue among each other, and about those of its blocks;
 * and the list of those that can be asked for. */
#include <stdlib.h>

#include "base/text.h"
#include "compose/check_desk.h"
#include "compose/link.h"

/* A link and its line in the issue's file; 0: it is not written there. */
struct placed {
	struct str url, text;
	int line;
};

struct placed_list {
	struct placed *p;
	size_t n;
};

static int
by_url(const void *x, const void *y)
{
	const struct placed *a = x, *b = y;
	int order = str_cmp(a->url, b->url);

	return order ? order : a->line - b->line;
}

static int
by_text(const void *x, const void *y)
{
	const struct placed *a = x, *b = y;
	int order = str_cmp(a->text, b->text);

	return order ? order : by_url(x, y);
}

static void
sort(struct placed_list *list, int (*order)(const void *, const void *))
{
	if (list->n > 1)
		qsort(list->p, list->n, sizeof *list->p, order);
}

/* The first of that address; the list is sorted by it. */
static const struct placed *
placed_find(const struct placed_list *list, struct str url)
{
	size_t from = 0, to = list->n;

	while (from < to) {
		size_t middle = (from + to) / 2;

		if (str_cmp(list->p[middle].url, url) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from < list->n && str_eq(list->p[from].url, url) ? &list->p[from] : NULL;
}

/* The links of the Markdown. */
static struct placed_list
written(const struct composed *c, struct arena *a)
{
	const struct markdown *m = &c->markdown;
	struct placed_list list = { arena_many(a, m->link_count + 1, struct placed), 0 };

	for (size_t i = 0; i < m->link_count; i++)
		list.p[list.n++] =
			(struct placed){ m->links[i].url, m->links[i].text, m->links[i].line };
	return list;
}

/* Every address that stands in the issue's file, as link_next reads them, sorted. */
static struct placed_list
mentioned(const struct composed *c, struct arena *a)
{
	struct str rest = c->front.body, line, url;
	struct placed_list list = { 0 };
	size_t room = 0;

	while (link_next(&rest, &url))
		room++;
	list.p = arena_many(a, room + 1, struct placed);
	rest = c->front.body;
	for (int n = c->front.body_line + 1; str_line(&rest, &line); n++)
		while (list.n < room && link_next(&line, &url))
			list.p[list.n++] = (struct placed){ .url = url, .line = n };
	sort(&list, by_url);
	return list;
}

/* Where a link of the message stands in the file. */
static int
line_of(const struct placed_list *file, struct str url)
{
	const struct placed *found;
	struct str bare;

	if (!link_next(&url, &bare))
		return 0;
	found = placed_find(file, bare);
	return found ? found->line : 0;
}

/* Those of the message that are not of its Markdown and yet in the file: the blocks'. */
static struct placed_list
of_blocks(struct check_desk *d)
{
	struct placed_list own = written(d->c, d->a), file = mentioned(d->c, d->a);
	struct placed_list list = { arena_many(d->a, d->page.count + 1, struct placed), 0 };

	sort(&own, by_url);
	for (size_t i = 0; i < d->page.count; i++) {
		struct str url;
		int line;

		if (!str_eqz(d->page.nodes[i].name, "a") ||
			!page_attribute(&d->page.nodes[i], "href", d->a, &url) ||
			placed_find(&own, url))
			continue;
		line = line_of(&file, url);
		if (line)
			list.p[list.n++] = (struct placed){ .url = url, .line = line };
	}
	sort(&list, by_url);
	return list;
}

void
check_links_twice(struct check_desk *d)
{
	struct placed_list list = written(d->c, d->a);

	sort(&list, by_url);
	for (size_t i = 1; i < list.n && !check_enough(d); i++) {
		const struct placed *l = &list.p[i], *before = &list.p[i - 1];

		if (str_starts(l->url, STR("http")) && str_eq(l->url, before->url))
			check_find(d, CHECK_WARN, "link-twice", l->line,
				str_of(arena_printf(d->a, "line %d leads there already: %.*s",
					before->line, STR_ARG(l->url))),
				"one link is enough, or name the part of the page that is meant");
	}
}

/* "example.org", "https://example.org/x", as a text: the host that it shows, or empty. */
static struct str
shown_host(struct str text)
{
	struct str rest = text, host = { 0 };

	if (str_find(text, ' ') >= 0 || str_find(text, '.') <= 0)
		return host;
	if (link_authority(text).n)
		return link_authority(text);
	if (str_split(&rest, '/', &host) && str_starts(host, STR("www.")))
		return host;
	return (struct str){ 0 };
}

static struct str
without_www(struct str host)
{
	return str_ieq(str_sub(host, 0, 4), STR("www.")) ? str_from(host, 4) : host;
}

void
check_link_words(struct check_desk *d)
{
	struct placed_list list = written(d->c, d->a);

	for (size_t i = 0; i < list.n; i++) {
		struct placed *l = &list.p[i];
		struct str host = shown_host(l->text);

		if (host.n && !str_ieq(without_www(host), without_www(link_authority(l->url))))
			check_find(d, CHECK_FAIL, "link-mismatch", l->line,
				str_of(arena_printf(d->a, "it reads %.*s and leads to %.*s",
					STR_ARG(l->text), STR_ARG(l->url))),
				"show the address that it leads to, or words");
		l->text = text_fold(l->text, d->a);
	}
	sort(&list, by_text);
	for (size_t i = 1; i < list.n && !check_enough(d); i++) {
		const struct placed *l = &list.p[i], *before = &list.p[i - 1];

		if (l->text.n && str_eq(l->text, before->text) && !str_eq(l->url, before->url))
			check_find(d, CHECK_WARN, "link-same-words", l->line,
				str_of(arena_printf(d->a,
					"the words of line %d lead elsewhere: '%.*s'", before->line,
					STR_ARG(l->text))),
				"say of each what it leads to");
	}
}

void
check_block_links(struct check_desk *d)
{
	struct placed_list list = of_blocks(d);
	const struct {
		bool (*is)(struct str url);
		const char *code;
		enum check_level level;
		const char *what, *remedy;
	} rows[] = {
		{ link_tracks, "link-tracking", CHECK_WARN, "a link that tracks who follows it",
			"take the tracking parameter out" },
		{ link_is_short, "link-short", CHECK_WARN, "a link that hides where it leads",
			"give the address that it leads to" },
		{ link_is_odd, "link-odd", CHECK_WARN,
			"a link to an address in digits, with a user or a port, or to no public "
			"host",
			"give the address that everybody can reach" },
		{ link_is_mistyped, "link-mistyped", CHECK_FAIL,
			"a link with a character that has slipped in", "type it anew" },
	};

	for (size_t i = 0; i < list.n; i++) {
		const struct placed *l = &list.p[i];

		if (i && str_eq(l->url, list.p[i - 1].url))
			continue;
		if (str_starts(l->url, STR("http://")))
			check_find(d, CHECK_WARN, "link-http", l->line,
				str_of(arena_printf(
					d->a, "a link without TLS: %.*s", STR_ARG(l->url))),
				"use https:// if the site has it");
		for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++)
			if (rows[k].is(l->url))
				check_find(d, rows[k].level, rows[k].code, l->line,
					str_of(arena_printf(
						d->a, "%s: %.*s", rows[k].what, STR_ARG(l->url))),
					rows[k].remedy);
	}
}

/* -- those that can be asked for -------------------------------------------------------------- */

/* The reader's own, and the publication's pages, which are there only once the issue is out. */
static bool
is_ours(const struct publication *p, struct str url)
{
	return str_find(url, '\1') >= 0 || str_starts(url, str_of(p->settings.publication.url));
}

static int
by_line(const void *x, const void *y)
{
	const struct placed *a = x, *b = y;

	return a->line != b->line ? a->line - b->line : str_cmp(a->url, b->url);
}

/* Those of the message that can be asked for, each once and in the order of the file. */
static struct placed_list
askable(const struct publication *p, const struct composed *c, struct arena *a)
{
	struct placed_list file = mentioned(c, a), own = written(c, a), all;
	struct page page;
	size_t kept = 0;

	sort(&own, by_url);
	page_read(c->html, a, &page);
	all = (struct placed_list){ arena_many(a, page.count + 1, struct placed), 0 };
	for (size_t i = 0; i < page.count; i++) {
		const struct placed *known;
		struct str url;

		if (!str_eqz(page.nodes[i].name, "a") ||
			!page_attribute(&page.nodes[i], "href", a, &url) ||
			!str_starts(url, STR("http")) || is_ours(p, url))
			continue;
		known = placed_find(&own, url);
		all.p[all.n++] = (struct placed){ .url = url,
			.line = known ? known->line : line_of(&file, url) };
	}
	sort(&all, by_url);
	for (size_t i = 0; i < all.n; i++)
		if (kept == 0 || !str_eq(all.p[i].url, all.p[kept - 1].url))
			all.p[kept++] = all.p[i];
	all.n = kept;
	sort(&all, by_line);
	return all;
}

void
check_list_links(const struct publication *p, struct day day, const struct composed *c,
	struct arena *a, struct check_link **out, size_t *n)
{
	struct placed_list all = askable(p, c, a);
	char path[32];

	publication_issue_path(day, path);
	*out = arena_many(a, all.n + 1, struct check_link);
	*n = all.n;
	for (size_t i = 0; i < all.n; i++)
		(*out)[i] = (struct check_link){ all.p[i].url,
			str_of(all.p[i].line ? arena_printf(a, "%s:%d", path, all.p[i].line)
					     : arena_printf(a, "%s", path)) };
}
