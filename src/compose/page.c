#include "compose/page.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

/* Above this many open elements none more is opened, so that what is never closed costs little. */
enum { DEEP = 256, ENTITY = 12 };

struct reader {
	struct page *page;
	struct arena *a;
	size_t room;
	int open[DEEP]; /* elements, outermost first */
	int depth;
};

static bool
one_of(struct str name, const char *words)
{
	struct str rest = str_of(words), word;

	while (str_split(&rest, ' ', &word))
		if (str_eq(name, word))
			return true;
	return false;
}

/* -- characters ------------------------------------------------------------------------------- */

/* "#183", "#xb7": 0 where it is none. */
static uint32_t
numbered(struct str s)
{
	bool hex = s.n > 2 && (s.p[1] | 32) == 'x';
	uint32_t c = 0;

	if (s.n < 2 || s.p[0] != '#')
		return 0;
	for (size_t i = hex ? 2 : 1; i < s.n; i++) {
		char d = s.p[i];
		int digit = d >= '0' && d <= '9'                        ? d - '0'
			    : hex && (d | 32) >= 'a' && (d | 32) <= 'f' ? (d | 32) - 'a' + 10
									: -1;

		if (digit < 0 || c > 0x10ffff)
			return 0;
		c = c * (hex ? 16 : 10) + (uint32_t)digit;
	}
	return c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : c;
}

static uint32_t
entity(struct str name)
{
	static const struct {
		const char *name;
		uint32_t c;
	} rows[] = { { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' },
		{ "apos", '\'' }, { "nbsp", 0xa0 }, { "middot", 0xb7 }, { "copy", 0xa9 },
		{ "ndash", 0x2013 }, { "mdash", 0x2014 }, { "hellip", 0x2026 }, { "bull", 0x2022 },
		{ "zwnj", 0x200c }, { "rarr", 0x2192 } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (str_eqz(name, rows[i].name))
			return rows[i].c;
	return numbered(name);
}

static struct str
decode(struct str s, struct arena *a)
{
	struct str out;
	struct buf b;

	if (str_find(s, '&') < 0)
		return s;
	buf_init(&b, s.n * 4 + 4);
	while (s.n) {
		ptrdiff_t end = s.p[0] == '&' ? str_find(str_sub(s, 0, ENTITY), ';') : -1;
		uint32_t c = end > 1 ? entity(str_sub(s, 1, (size_t)end - 1)) : 0;

		if (c)
			text_put(c, &b);
		else
			buf_addc(&b, s.p[0]);
		s = str_from(s, c ? (size_t)end + 1 : 1);
	}
	out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return out;
}

/* -- attributes ------------------------------------------------------------------------------- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static size_t
span_until(struct str s, const char *stop)
{
	size_t n = 0;

	while (n < s.n && !is_blank(s.p[n]) && !strchr(stop, s.p[n]))
		n++;
	return n;
}

static struct str
skip_blanks(struct str s)
{
	while (s.n && is_blank(s.p[0]))
		s = str_from(s, 1);
	return s;
}

static struct str
take_value(struct str *rest)
{
	struct str value;
	ptrdiff_t end;

	if (rest->n && (rest->p[0] == '"' || rest->p[0] == '\'')) {
		end = str_find(str_from(*rest, 1), rest->p[0]);
		value = str_sub(*rest, 1, end < 0 ? rest->n : (size_t)end);
		*rest = str_from(*rest, value.n + 2);
		return value;
	}
	value = str_sub(*rest, 0, span_until(*rest, ""));
	*rest = str_from(*rest, value.n);
	return value;
}

static bool
next_attribute(struct str *rest, struct str *name, struct str *value)
{
	*rest = skip_blanks(*rest);
	while (rest->n && strchr("/=\"'", rest->p[0]))
		*rest = skip_blanks(str_from(*rest, 1));
	if (rest->n == 0)
		return false;
	*name = str_sub(*rest, 0, span_until(*rest, "="));
	*rest = skip_blanks(str_from(*rest, name->n));
	*value = (struct str){ 0 };
	if (rest->n && rest->p[0] == '=') {
		*rest = skip_blanks(str_from(*rest, 1));
		*value = take_value(rest);
	}
	return true;
}

bool
page_attribute(const struct page_node *n, const char *name, struct arena *a, struct str *value)
{
	struct str rest = n->attributes, key, found;

	while (next_attribute(&rest, &key, &found))
		if (str_ieq(key, str_of(name))) {
			*value = decode(found, a);
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

	if (one_of(n->name, "head style script title template"))
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
	n->text = decode(text, r->a);
}

/* Where a tag ends: at a > that stands in no quotes. */
static size_t
tag_end(struct str s)
{
	char quote = '\0';

	for (size_t i = 0; i < s.n; i++) {
		if (quote)
			quote = s.p[i] == quote ? '\0' : quote;
		else if (s.p[i] == '"' || s.p[i] == '\'')
			quote = s.p[i];
		else if (s.p[i] == '>')
			return i;
	}
	return s.n;
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

/* The text of a <style> is no HTML: it ends where the element does. */
static struct str
take_raw(struct reader *r, struct str rest)
{
	ptrdiff_t end = str_find_str(rest, STR("</style"));

	r->page->nodes[r->open[r->depth - 1]].text =
		str_sub(rest, 0, end < 0 ? rest.n : (size_t)end);
	return str_from(rest, end < 0 ? rest.n : (size_t)end);
}

static struct str
open_element(struct reader *r, struct str inside, struct str rest)
{
	struct page_node *n = push(r);

	place(r, n);
	n->name = str_sub(inside, 0, span_until(inside, "/"));
	n->attributes = str_from(inside, n->name.n);
	n->hidden = n->hidden || is_hidden(n, r->a);
	n->code = n->code || one_of(n->name, "code pre");
	if (one_of(n->name, "br hr img meta link input area base col embed source track wbr") ||
		str_ends(inside, STR("/")) || r->depth == DEEP)
		return rest;
	r->open[r->depth++] = (int)(r->page->count - 1);
	return str_eqz(n->name, "style") ? take_raw(r, rest) : rest;
}

/* Behind a <. What follows the tag. */
static struct str
read_tag(struct reader *r, struct str s)
{
	ptrdiff_t comment;
	size_t end;

	if (str_starts(s, STR("!--"))) {
		comment = str_find_str(str_from(s, 2), STR("-->"));
		return str_from(s, comment < 0 ? s.n : (size_t)comment + 5);
	}
	end = tag_end(s);
	if (s.n && s.p[0] == '/')
		close_element(r, str_sub(s, 1, span_until(str_sub(s, 1, end - 1), ">")));
	else if (s.n && (s.p[0] | 32) >= 'a' && (s.p[0] | 32) <= 'z')
		return open_element(r, str_sub(s, 0, end), str_from(s, end + 1));
	return str_from(s, end + 1);
}

/* Where the next tag begins, or the end: "<3" is text. */
static size_t
tag_begin(struct str s)
{
	for (size_t i = 0; i + 1 < s.n; i++)
		if (s.p[i] == '<' && ((s.p[i + 1] | 32) >= 'a' ? (s.p[i + 1] | 32) <= 'z'
							       : strchr("/!?", s.p[i + 1]) != NULL))
			return i;
	return s.n;
}

void
page_read(struct str html, struct arena *a, struct page *out)
{
	struct reader r = { .page = out, .a = a };

	*out = (struct page){ 0 };
	while (html.n) {
		size_t tag = tag_begin(html);

		add_text(&r, str_sub(html, 0, tag));
		if (tag == html.n)
			break;
		html = read_tag(&r, str_from(html, tag + 1));
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
		size_t n = str_starts(s, narrow) ? narrow.n
			   : str_starts(s, wide) ? wide.n
			   : is_blank(s.p[0])    ? 1
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
	return one_of(n->name, "a b i em strong span code font sup sub wbr");
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
