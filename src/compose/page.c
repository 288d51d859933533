#include "compose/page.h"

#include <assert.h>
#include <string.h>

#include "base/html.h"

/* Above this many open elements none more is opened, so that what is never closed costs little. */
enum { DEEP = 256 };

struct reader {
	struct page *page;
	struct arena *a;
	size_t room;
	int open[DEEP]; /* elements, outermost first */
	int depth;
};

bool
page_attribute(const struct page_node *n, const char *name, struct arena *a, struct str *value)
{
	struct str rest = n->attributes, key, found;

	while (html_attribute(&rest, &key, &found))
		if (str_ieq(key, str_of(name))) {
			*value = html_decode(found, a);
			return true;
		}
	return false;
}

bool
page_declaration(struct str *rest, struct str *name, struct str *value)
{
	struct str piece;

	while (str_split(rest, ';', &piece)) {
		ptrdiff_t colon = str_find(piece, ':');

		if (colon <= 0)
			continue;
		*name = str_trim(str_sub(piece, 0, (size_t)colon));
		*value = str_trim(str_from(piece, (size_t)colon + 1));
		return true;
	}
	return false;
}

/* -- the tree --------------------------------------------------------------------------------- */

static struct page_node *
push(struct reader *r)
{
	struct page *p = r->page;

	if (p->count == r->room) {
		size_t room = r->room ? r->room * 2 : 512;
		struct page_node *more = arena_many(r->a, room, struct page_node);

		if (p->count)
			memcpy(more, p->nodes, p->count * sizeof *more);
		p->nodes = more;
		r->room = room;
	}
	return &p->nodes[p->count++];
}

static bool
is_hidden(const struct page_node *n, struct arena *a)
{
	struct str style, name, value;

	if (html_is_one_of(n->name, "head style script title template"))
		return true;
	if (!page_attribute(n, "style", a, &style))
		return false;
	while (page_declaration(&style, &name, &value))
		if ((str_ieq(name, STR("display")) && str_ieq(value, STR("none"))) ||
			(str_ieq(name, STR("max-height")) && str_starts(value, STR("0"))) ||
			(str_ieq(name, STR("visibility")) && str_ieq(value, STR("hidden"))))
			return true;
	return false;
}

static void
place(struct reader *r, struct page_node *n)
{
	const struct page_node *parent;

	n->parent = r->depth ? r->open[r->depth - 1] : -1;
	if (n->parent < 0)
		return;
	parent = &r->page->nodes[n->parent];
	n->hidden = parent->hidden;
	n->code = parent->code;
}

static void
add_text(struct reader *r, struct str text)
{
	struct page_node *n;

	if (text.n == 0)
		return;
	n = push(r);
	place(r, n);
	n->text = html_decode(text, r->a);
}

static void
close_element(struct reader *r, struct str name)
{
	for (int i = r->depth - 1; i >= 0; i--)
		if (str_ieq(r->page->nodes[r->open[i]].name, name)) {
			r->depth = i;
			return;
		}
}

/* The text of a <style> is no HTML. */
static void
open_element(struct reader *r, const struct html_piece *tag, struct str *rest)
{
	struct page_node *n = push(r);

	place(r, n);
	n->name = tag->name;
	n->attributes = tag->attributes;
	n->hidden = n->hidden || is_hidden(n, r->a);
	n->code = n->code || html_is_one_of(n->name, "code pre");
	if (html_is_void(n->name) || tag->closed || r->depth == DEEP)
		return;
	r->open[r->depth++] = (int)(r->page->count - 1);
	if (str_ieq(n->name, STR("style")))
		n->text = html_raw(rest, n->name);
}

void
page_read(struct str html, struct arena *a, struct page *out)
{
	struct reader r = { .page = out, .a = a };
	struct html_piece piece;

	*out = (struct page){ 0 };
	while (html_next(&html, &piece))
		switch (piece.kind) {
		case HTML_TEXT:
			add_text(&r, piece.text);
			break;
		case HTML_OPEN:
			open_element(&r, &piece, &html);
			break;
		case HTML_CLOSE:
			close_element(&r, piece.name);
			break;
		}
}

/* -- words ------------------------------------------------------------------------------------ */

static bool
is_below(const struct page *p, int node, int of)
{
	while (node > of)
		node = p->nodes[node].parent;
	return node == of;
}

static void
add_blank(struct buf *out)
{
	if (out->n && out->p[out->n - 1] != ' ')
		buf_addc(out, ' ');
}

static void
add_folded(struct str s, struct buf *out)
{
	static const struct str narrow = STR_INIT("\xe2\x80\xaf"), wide = STR_INIT("\xc2\xa0");

	while (s.n) {
		size_t n = str_starts(s, narrow)   ? narrow.n
			   : str_starts(s, wide)   ? wide.n
			   : html_is_blank(s.p[0]) ? 1
						   : 0;

		if (n)
			add_blank(out);
		else
			buf_addc(out, s.p[0]);
		s = str_from(s, n ? n : 1);
	}
}

static bool
is_inline(const struct page_node *n)
{
	return html_is_one_of(n->name, "a b i em strong span code font sup sub wbr");
}

/* The element that a text flows in: what stands in another is no part of its last word. */
static int
flow_of(const struct page *p, size_t text)
{
	int at = p->nodes[text].parent;

	while (at >= 0 && is_inline(&p->nodes[at]))
		at = p->nodes[at].parent;
	return at;
}

void
page_words(const struct page *p, int node, struct buf *out)
{
	int flow = -1;

	for (size_t i = node < 0 ? 0 : (size_t)node + 1; i < p->count; i++) {
		const struct page_node *n = &p->nodes[i];

		if (node >= 0 && !is_below(p, (int)i, node))
			break;
		if (n->hidden)
			continue;
		if (n->name.n) {
			if (!is_inline(n))
				add_blank(out);
			continue;
		}
		if (flow != flow_of(p, i))
			add_blank(out);
		flow = flow_of(p, i);
		add_folded(n->text, out);
	}
	while (out->n && out->p[out->n - 1] == ' ')
		buf_cut(out, out->n - 1);
}
