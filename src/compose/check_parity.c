/* check_parity.c: do both parts say the same? Links, headings and figures of the HTML are looked for in
 * the text, and links of the text in the HTML. */
#include <stdlib.h>
#include <string.h>

#include "compose/check_desk.h"
#include "compose/link.h"

enum { TOLD = 10 };

/* Sorted, each once. */
struct set {
	struct str *p;
	size_t n;
};

static int
by_bytes(const void *x, const void *y)
{
	return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

static void
settle(struct set *s)
{
	size_t n = 0;

	if (s->n > 1)
		qsort(s->p, s->n, sizeof *s->p, by_bytes);
	for (size_t i = 0; i < s->n; i++)
		if (n == 0 || !str_eq(s->p[i], s->p[n - 1]))
			s->p[n++] = s->p[i];
	s->n = n;
}

static bool
has(const struct set *s, struct str what)
{
	return s->n && bsearch(&what, s->p, s->n, sizeof *s->p, by_bytes);
}

/* What a part lacks is told at its line of the issue, or at the part's template. */
static void
tell(struct check_desk *d, enum check_level level, const char *code, struct str sought,
	const char *template, const char *what)
{
	int line = check_line_with(d, sought);
	struct str words = str_of(arena_printf(d->a, "%s: %.*s", what, STR_ARG(sought)));
	const char *remedy = arena_printf(
		d->a, "both parts say the same: see templates/%s and what it includes", template);

	if (line)
		check_find(d, level, code, line, words, remedy);
	else
		check_find_at(d, level, code, str_of(arena_printf(d->a, "templates/%s", template)),
			words, remedy);
}

/* What is in `all` and not in `in`, the first few. */
static void
tell_missing(struct check_desk *d, const struct set *all, const struct set *in,
	enum check_level level, const char *code, const char *template, const char *what)
{
	int told = 0;

	for (size_t i = 0; i < all->n && told < TOLD; i++)
		if (!has(in, all->p[i])) {
			tell(d, level, code, all->p[i], template, what);
			told++;
		}
}

/* -- links ------------------------------------------------------------------------------------ */

static struct set
links_of_text(struct str text, struct arena *a)
{
	struct str rest = text, url;
	struct set s = { 0 };
	size_t room = 0;

	while (link_next(&rest, &url))
		room++;
	s.p = arena_many(a, room + 1, struct str);
	while (link_next(&text, &url))
		s.p[s.n++] = url;
	settle(&s);
	return s;
}

static struct set
links_of_page(struct check_desk *d)
{
	struct set s = { arena_many(d->a, d->page.count + 1, struct str), 0 };

	for (size_t i = 0; i < d->page.count; i++) {
		const struct page_node *n = &d->page.nodes[i];
		struct str href, url;

		if (str_eqz(n->name, "a") && !n->hidden && page_attribute(n, "href", d->a, &href) &&
			link_next(&href, &url))
			s.p[s.n++] = url;
	}
	settle(&s);
	return s;
}

void
check_parity_links(struct check_desk *d)
{
	struct set text = links_of_text(d->c->text, d->a), page = links_of_page(d);
	struct set words = links_of_text(d->words, d->a);

	tell_missing(d, &page, &text, CHECK_FAIL, "parity-links", "issue.txt",
		"the text part lacks a link of the HTML");
	/* An address that the HTML shows as words is there as well. */
	words.p = memcpy(arena_many(d->a, words.n + page.n + 1, struct str), words.p,
		words.n * sizeof *words.p);
	if (page.n)
		memcpy(words.p + words.n, page.p, page.n * sizeof *page.p);
	words.n += page.n;
	settle(&words);
	tell_missing(d, &text, &words, CHECK_FAIL, "parity-links", "issue.html",
		"the HTML lacks a link of the text part");
}

/* -- headings --------------------------------------------------------------------------------- */

static bool
is_heading(const struct page_node *n)
{
	return n->name.n == 2 && (n->name.p[0] | 32) == 'h' && n->name.p[1] >= '1' &&
	       n->name.p[1] <= '6' && !n->hidden;
}

/* A picture in it has words in the text part that the HTML does not show. */
static bool
has_picture(const struct page *p, size_t heading)
{
	for (size_t i = heading + 1; i < p->count && p->nodes[i].parent >= (int)heading; i++)
		if (str_eqz(p->nodes[i].name, "img"))
			return true;
	return false;
}

static struct str
words_of(struct check_desk *d, size_t node)
{
	struct str words;
	struct buf b;

	buf_init(&b, d->c->html.n + 1);
	page_words(&d->page, (int)node, &b);
	words = check_fold(buf_str(&b), d->a);
	buf_free(&b);
	return words;
}

void
check_parity_headings(struct check_desk *d)
{
	struct str text = check_fold(d->c->text, d->a), rest = text;
	int told = 0;

	for (size_t i = 0; i < d->page.count && told < TOLD; i++) {
		struct str words;
		ptrdiff_t at;

		if (!is_heading(&d->page.nodes[i]) || has_picture(&d->page, i))
			continue;
		words = words_of(d, i);
		at = str_find_str(rest, words);
		if (at >= 0) {
			rest = str_from(rest, (size_t)at + words.n);
			continue;
		}
		told++;
		if (str_find_str(text, words) < 0)
			tell(d, CHECK_FAIL, "parity-headings", words, "issue.txt",
				"the text part lacks a heading of the HTML");
		else
			tell(d, CHECK_WARN, "parity-headings", words, "issue.txt",
				"a heading stands elsewhere in the text part");
	}
}

/* -- figures ---------------------------------------------------------------------------------- */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "1,204", "12.4", "2026-02-14" as 2026, 02 and 14: digits, and points and commas between them. */
static bool
next_figure(struct str *rest, struct str *figure)
{
	size_t n = 0;

	while (rest->n && !is_digit(rest->p[0])) {
		bool url = str_starts(*rest, STR("http://")) || str_starts(*rest, STR("https://"));

		while (url && rest->n && (unsigned char)rest->p[0] > ' ')
			*rest = str_from(*rest, 1);
		*rest = str_from(*rest, 1);
	}
	while (n < rest->n &&
		(is_digit(rest->p[n]) || ((rest->p[n] == ',' || rest->p[n] == '.') &&
						 n + 1 < rest->n && is_digit(rest->p[n + 1]))))
		n++;
	*figure = str_sub(*rest, 0, n);
	*rest = str_from(*rest, n);
	return n > 0;
}

static struct set
figures_of(struct str s, struct arena *a)
{
	struct str rest = s, figure;
	struct set out = { 0 };
	size_t room = 0;

	while (next_figure(&rest, &figure))
		room++;
	out.p = arena_many(a, room + 1, struct str);
	while (next_figure(&s, &figure))
		out.p[out.n++] = figure;
	settle(&out);
	return out;
}

/* It warns: how a figure is set may differ with reason. */
void
check_parity_figures(struct check_desk *d)
{
	struct set text = figures_of(d->c->text, d->a), page = figures_of(d->words, d->a);

	tell_missing(d, &page, &text, CHECK_WARN, "parity-figures", "issue.txt",
		"the text part lacks a figure of the HTML");
}

/* -- the text itself -------------------------------------------------------------------------- */

void
check_parity_text(struct check_desk *d)
{
	const struct markdown *m = &d->c->markdown;

	if (d->c->text.n < 300)
		check_find(d, CHECK_WARN, "text-short", 0,
			STR("the text part has less than 300 characters"),
			"write more than a picture's worth");
	for (size_t i = 0; i < m->count; i++)
		if (!m->departments[i].empty && str_trim(m->departments[i].text).n == 0)
			check_find(d, CHECK_FAIL, "text-parity", m->departments[i].line,
				STR("the department is empty in the text part"),
				"not only pictures: write a sentence");
}
