#include "compose/markdown.h"

#include <cmark.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "compose/album.h"
#include "compose/link.h"
#include "compose/link_notes.h"

enum { DEPTH = 64, PART = 8 << 20, FAULTS = 200, LOOKED_AT = 1000, DETAIL = 160 };

struct walker {
	const struct markdown_options *o;
	struct markdown *out;
	struct arena *a;
	struct err *e;
	const char *name;
	int line0;
	struct buf html, text;
	struct link_notes notes;
	int depth;
	bool bare; /* only the words are wanted: no marks of emphasis, no notes */
	/* Of the department: data blocks, those of them that had nothing to show, and all else. */
	int data, silent, paragraphs, others;
};

static void blocks(
	struct walker *w, cmark_node *parent, struct str first, struct str rest, bool tight);
static void inlines_html(struct walker *w, cmark_node *parent);
static void inlines_text(struct walker *w, cmark_node *parent, struct buf *b);
static struct str plain(struct walker *w, cmark_node *n);

/* -- small things ----------------------------------------------------------------------------- */

static int
line_of(const struct walker *w, cmark_node *n)
{
	while (n && cmark_node_get_start_line(n) == 0)
		n = cmark_node_parent(n);
	return w->line0 + (n ? cmark_node_get_start_line(n) : 0);
}

/* A piece of text may be rendered more than once, for the two parts and to be looked at; what is
 * wrong with it is told once. */
static bool
is_known(const struct markdown *m, const char *code, int line, struct str detail)
{
	for (size_t i = 0; i < m->fault_count; i++)
		if (m->faults[i].line == line && strcmp(m->faults[i].code, code) == 0 &&
			str_eq(m->faults[i].detail, detail))
			return true;
	return false;
}

static void
fault(struct walker *w, const char *code, bool fail, int line, struct str detail)
{
	struct markdown *m = w->out;
	struct str kept = text_excerpt(detail, LOOKED_AT, DETAIL, w->a);

	if (is_known(m, code, line, kept))
		return;
	if (m->fault_count == m->fault_room) {
		struct markdown_fault *more;

		if (m->fault_room >= FAULTS)
			return;
		m->fault_room = FAULTS;
		more = arena_many(w->a, m->fault_room, struct markdown_fault);
		m->faults = more;
	}
	m->faults[m->fault_count++] =
		(struct markdown_fault){ code, fail, line, arena_str(w->a, kept) };
}

/* How many bytes of a control character s begins with: C0 but for LF and tab, DEL, C1. */
static size_t
control_at(struct str s)
{
	unsigned char c = (unsigned char)s.p[0];

	if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
		return 1;
	return s.n > 1 && c == 0xc2 && (unsigned char)s.p[1] < 0xa0 ? 2 : 0;
}

/*
 * A node's own words. An entity can make any character: &#1; and a letter would be a mark, and a
 * slot of the message. Controls are left out.
 */
static struct str
literal(struct walker *w, cmark_node *n)
{
	struct str s = str_of(cmark_node_get_literal(n));
	char *kept = arena_alloc(w->a, s.n + 1);
	size_t used = 0, skip;

	for (size_t i = 0; i < s.n; i += skip ? skip : 1) {
		skip = control_at(str_from(s, i));
		if (!skip)
			kept[used++] = s.p[i];
	}
	if (used < s.n)
		fault(w, "control", true, line_of(w, n), s);
	return (struct str){ kept, used };
}

/* Room for one more behind `count` things of `size`; in the arena, twice as much each time. */
static void *
more_room(struct walker *w, void *old, size_t count, size_t *room, size_t size)
{
	void *more;

	if (count < *room)
		return old;
	*room = *room ? *room * 2 : 64;
	more = arena_array(w->a, *room, size);
	if (count)
		memcpy(more, old, count * size);
	return more;
}

static void
keep_words(struct walker *w, struct str text, int line)
{
	struct markdown *m = w->out;

	m->words = more_room(w, m->words, m->words_count, &m->words_room, sizeof *m->words);
	m->words[m->words_count++] = (struct markdown_words){ text, line };
}

static void
keep_link(struct walker *w, struct str url, struct str text, int line)
{
	struct markdown *m = w->out;

	m->links = more_room(w, m->links, m->link_count, &m->link_room, sizeof *m->links);
	m->links[m->link_count++] = (struct markdown_link){ url, text, line };
}

/*
 * A tag with the theme's style of the element. In a paper that is written from left to right a
 * Hebrew or Arabic line would put its end where it begins: that of the words is said.
 */
static void
open_tag_of(struct walker *w, const char *tag, const char *element, struct str words)
{
	struct str style = theme_style(w->o->theme, element);

	buf_printf(&w->html, "<%s", tag);
	if (text_is_right_to_left(words))
		buf_addz(&w->html, " dir=\"rtl\"");
	if (style.n)
		buf_printf(&w->html, " style=\"%.*s\"", STR_ARG(style));
	buf_addc(&w->html, '>');
}

static void
open_tag(struct walker *w, const char *tag, const char *element)
{
	open_tag_of(w, tag, element, (struct str){ 0 });
}

static void
close_tag(struct walker *w, const char *tag)
{
	buf_printf(&w->html, "</%s>", tag);
}

/* -- links ------------------------------------------------------------------------------------ */

static bool
is_safe_url(struct str url)
{
	return str_starts(url, STR("https://")) || str_starts(url, STR("http://")) ||
	       str_starts(url, STR("mailto:")) || str_starts(url, STR("tel:"));
}

/* What cmark leaves in a URL may be any character. */
static struct str
url_of(struct walker *w, cmark_node *n)
{
	return text_tidy_url(str_of(cmark_node_get_url(n)), w->a);
}

static void
check_url(struct walker *w, cmark_node *n, struct str url)
{
	if (!is_safe_url(url))
		fault(w, "link-target", true, line_of(w, n), url);
	else if (str_starts(url, STR("http://")))
		fault(w, "link-http", false, line_of(w, n), url);
	if (link_tracks(url))
		fault(w, "link-tracking", false, line_of(w, n), url);
	if (link_is_short(url))
		fault(w, "link-short", false, line_of(w, n), url);
	if (link_is_odd(url))
		fault(w, "link-odd", false, line_of(w, n), url);
	if (link_is_mistyped(url))
		fault(w, "link-mistyped", true, line_of(w, n), url);
}

static void
check_link_text(struct walker *w, cmark_node *n, struct str text)
{
	static const char *const vague[] = { "here", "click here", "read more", "more", "link",
		"this" };

	if (text.n == 0)
		fault(w, "link-text", true, line_of(w, n), STR("a link without a text"));
	for (size_t i = 0; i < sizeof vague / sizeof vague[0]; i++)
		if (str_ieq(text, str_of(vague[i])))
			fault(w, "link-vague", false, line_of(w, n), text);
}

/* -- inlines ---------------------------------------------------------------------------------- */

static void
link_html(struct walker *w, cmark_node *n)
{
	struct str url = url_of(w, n);
	struct str style = theme_style(w->o->theme, "a");

	check_url(w, n, url);
	if (!is_safe_url(url)) {
		inlines_html(w, n);
		return;
	}
	keep_link(w, url, plain(w, n), line_of(w, n));
	buf_addz(&w->html, "<a href=\"");
	text_html(url, &w->html);
	buf_printf(&w->html, "\" class=\"link\" style=\"%.*s\">", STR_ARG(style));
	inlines_html(w, n);
	close_tag(w, "a");
}

/* "1152x630" behind a picture's address on the web: nobody asks the web how large it is. */
static bool
parse_size(struct str title, uint64_t *width, uint64_t *height)
{
	ptrdiff_t x = str_find(title, 'x');

	return x > 0 && str_u64(str_sub(title, 0, (size_t)x), 100000, width) &&
	       str_u64(str_from(title, (size_t)x + 1), 100000, height) && *width && *height;
}

/* What some programs for mail show nothing of: told by the name, for nobody asks the web. */
static bool
is_shown_by_few(struct walker *w, struct str url)
{
	static const char *const endings[] = { ".svg", ".webp", ".avif", ".heic", ".bmp", ".tiff" };
	ptrdiff_t end = str_find(url, '?');
	struct str path = end < 0 ? url : str_sub(url, 0, (size_t)end);
	struct str folded = text_fold(path, w->a);

	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
		if (str_ends(folded, str_of(endings[i])))
			return true;
	return false;
}

static void
remote_picture(struct walker *w, cmark_node *n, struct album_picture *out)
{
	uint64_t width, height;

	*out = (struct album_picture){ .src = url_of(w, n), .width = ALBUM_COLUMN };
	if (is_shown_by_few(w, out->src))
		fault(w, "picture-kind", false, line_of(w, n), out->src);
	if (!parse_size(str_of(cmark_node_get_title(n)), &width, &height)) {
		fault(w, "image-size", false, line_of(w, n), out->src);
		return;
	}
	out->width = width < ALBUM_COLUMN ? (int)width : ALBUM_COLUMN;
	out->height = (int)((height * (uint64_t)out->width + width - 1) / width);
}

/* One that is taken in, or stays on the web. False: neither, and the fault is told. */
static bool
find_picture(struct walker *w, cmark_node *n, struct album_picture *out)
{
	struct str url = url_of(w, n);

	if (str_starts(url, STR("https://"))) {
		remote_picture(w, n, out);
		return true;
	}
	if (!w->o->album || !str_starts(url, STR("pictures/"))) {
		fault(w, "image-source", true, line_of(w, n), url);
		return false;
	}
	if (album_take_file(w->o->album, url, out))
		return true;
	fault(w, out->fault, true, line_of(w, n), out->detail);
	return false;
}

static void
image_html(struct walker *w, cmark_node *n)
{
	struct str alt = plain(w, n);
	struct album_picture p;

	if (alt.n == 0)
		fault(w, "image-alt", true, line_of(w, n), url_of(w, n));
	if (!find_picture(w, n, &p)) {
		text_html(alt, &w->html);
		return;
	}
	buf_addz(&w->html, "<img src=\"");
	text_html(p.src, &w->html);
	buf_addz(&w->html, "\" alt=\"");
	text_html(alt, &w->html);
	buf_printf(&w->html, "\" width=\"%d\"", p.width);
	if (p.height)
		buf_printf(&w->html, " height=\"%d\"", p.height);
	/* It gives way on a phone, and grows nowhere. */
	buf_printf(&w->html, " style=\"%.*s;max-width:%dpx\">",
		STR_ARG(theme_style(w->o->theme, "img")), p.width);
}

static void
inline_html(struct walker *w, cmark_node *n)
{
	struct str words;

	switch (cmark_node_get_type(n)) {
	case CMARK_NODE_TEXT:
		words = literal(w, n);
		keep_words(w, words, line_of(w, n));
		text_html(words, &w->html);
		break;
	case CMARK_NODE_SOFTBREAK:
		buf_addc(&w->html, '\n');
		break;
	case CMARK_NODE_LINEBREAK:
		buf_addz(&w->html, "<br>\n");
		break;
	case CMARK_NODE_CODE:
		open_tag(w, "code", "code");
		text_html(literal(w, n), &w->html);
		close_tag(w, "code");
		break;
	case CMARK_NODE_EMPH:
		buf_addz(&w->html, "<em>");
		inlines_html(w, n);
		close_tag(w, "em");
		break;
	case CMARK_NODE_STRONG:
		buf_addz(&w->html, "<strong>");
		inlines_html(w, n);
		close_tag(w, "strong");
		break;
	case CMARK_NODE_LINK:
		link_html(w, n);
		break;
	case CMARK_NODE_IMAGE:
		image_html(w, n);
		break;
	case CMARK_NODE_HTML_INLINE:
		fault(w, "raw-html", true, line_of(w, n), literal(w, n));
		break;
	default:
		break;
	}
}

static bool
too_deep(struct walker *w, cmark_node *n)
{
	if (w->depth < DEPTH)
		return false;
	if (w->e->code == ERR_NONE)
		err_fill(w->e, ERR_DATA, "%s:%d: nested more than %d deep", w->name, line_of(w, n),
			DEPTH);
	return true;
}

static void
inlines_html(struct walker *w, cmark_node *parent)
{
	if (too_deep(w, parent))
		return;
	w->depth++;
	for (cmark_node *n = cmark_node_first_child(parent); n; n = cmark_node_next(n))
		inline_html(w, n);
	w->depth--;
}

static void
link_text(struct walker *w, cmark_node *n, struct buf *b)
{
	struct str url = url_of(w, n);
	size_t before = b->n;
	struct str text;

	inlines_text(w, n, b);
	text = str_from(buf_str(b), before);
	check_link_text(w, n, str_trim(text));
	if (w->bare || !is_safe_url(url) || str_eq(text, url) ||
		(str_starts(url, STR("mailto:")) && str_eq(text, str_from(url, 7))))
		return;
	/* A no-break blank would keep the number with its word, but has no place in the text
	 * part. */
	buf_printf(b, " [%d]", link_notes_number(&w->notes, url));
}

static void
marked_text(struct walker *w, cmark_node *n, char mark, struct buf *b)
{
	if (!w->bare)
		buf_addc(b, mark);
	if (cmark_node_get_type(n) == CMARK_NODE_CODE)
		buf_add(b, literal(w, n));
	else
		inlines_text(w, n, b);
	if (!w->bare)
		buf_addc(b, mark);
}

/* What it shows, and the brackets say that it is told, not shown. */
static void
image_text(struct walker *w, cmark_node *n, struct buf *b)
{
	struct str alt;

	if (w->bare) {
		inlines_text(w, n, b);
		return;
	}
	alt = plain(w, n);
	if (alt.n)
		buf_printf(b, "[%.*s]", STR_ARG(alt));
}

static void
inline_text(struct walker *w, cmark_node *n, struct buf *b)
{
	switch (cmark_node_get_type(n)) {
	case CMARK_NODE_TEXT:
		buf_add(b, literal(w, n));
		break;
	case CMARK_NODE_CODE:
		marked_text(w, n, '`', b);
		break;
	case CMARK_NODE_SOFTBREAK:
		buf_addc(b, ' ');
		break;
	case CMARK_NODE_LINEBREAK:
		buf_addc(b, '\v'); /* paragraph_text makes lines of it */
		break;
	case CMARK_NODE_EMPH:
		marked_text(w, n, '_', b);
		break;
	case CMARK_NODE_STRONG:
		marked_text(w, n, '*', b);
		break;
	case CMARK_NODE_LINK:
		link_text(w, n, b);
		break;
	case CMARK_NODE_IMAGE:
		image_text(w, n, b);
		break;
	default:
		break;
	}
}

static void
inlines_text(struct walker *w, cmark_node *parent, struct buf *b)
{
	if (too_deep(w, parent))
		return;
	w->depth++;
	for (cmark_node *n = cmark_node_first_child(parent); n; n = cmark_node_next(n))
		inline_text(w, n, b);
	w->depth--;
}

/* -- blocks ----------------------------------------------------------------------------------- */

static void
paragraph_text(struct walker *w, cmark_node *n, struct str first, struct str rest)
{
	struct str lines, line;
	struct buf b;

	buf_init(&b, PART);
	inlines_text(w, n, &b);
	lines = buf_str(&b);
	while (str_split(&lines, '\v', &line)) {
		text_wrap(line, w->o->columns, first, rest, &w->text);
		first = rest;
	}
	buf_free(&b);
}

/* Its words alone, cleaned. */
static struct str
plain(struct walker *w, cmark_node *n)
{
	struct str out;
	struct buf b;

	buf_init(&b, PART);
	w->bare = true;
	inlines_text(w, n, &b);
	w->bare = false;
	out = text_clean(buf_str(&b), w->a);
	buf_free(&b);
	return out;
}

/* "|---|:--|" and nothing else on the line? */
static bool
is_delimiter_row(struct str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (!line.p[i] || !strchr("|-: ", line.p[i]))
			return false;
	return str_find(line, '|') >= 0 && str_find_str(line, STR("--")) >= 0;
}

/* An editor meant a table, which libcmark does not have. A quoted "|--|" within words is none. */
static bool
looks_like_table(struct walker *w, cmark_node *paragraph)
{
	for (cmark_node *n = cmark_node_first_child(paragraph); n; n = cmark_node_next(n))
		if (cmark_node_get_type(n) == CMARK_NODE_TEXT && is_delimiter_row(literal(w, n)))
			return true;
	return false;
}

static void
paragraph(struct walker *w, cmark_node *n, struct str first, struct str rest, bool tight)
{
	struct str words = plain(w, n);
	bool spans;

	if (str_starts(words, STR("TODO:"))) {
		if (w->o->no_prompts) {
			w->out->departments[w->out->count - 1].prompted = true;
			return;
		}
		fault(w, "todo", true, line_of(w, n), words);
	}
	if (looks_like_table(w, n))
		fault(w, "table", true, line_of(w, n), words);
	/* Beside a list's mark, which stays where it is. */
	spans = tight && text_is_right_to_left(words);
	if (!tight)
		open_tag_of(w, "p", "p", words);
	buf_addz(&w->html, spans ? "<span dir=\"rtl\">" : "");
	inlines_html(w, n);
	buf_addz(&w->html, spans ? "</span>" : "");
	buf_addz(&w->html, tight ? "" : "</p>\n");
	paragraph_text(w, n, first, rest);
}

static cmark_node *
next_link(cmark_iter *i)
{
	while (cmark_iter_next(i) != CMARK_EVENT_DONE)
		if (cmark_node_get_type(cmark_iter_get_node(i)) == CMARK_NODE_LINK &&
			cmark_iter_get_event_type(i) == CMARK_EVENT_ENTER)
			return cmark_iter_get_node(i);
	return NULL;
}

/* A heading is no place for a note's number: where it leads to stands on a line below it. */
static void
heading_links(struct walker *w, cmark_node *heading)
{
	cmark_iter *i = cmark_iter_new(heading);
	cmark_node *n;

	while ((n = next_link(i))) {
		struct str url = url_of(w, n);

		if (is_safe_url(url))
			buf_printf(&w->text, "%.*s\n", STR_ARG(url));
	}
	cmark_iter_free(i);
}

/* A department's heading is words alone: what else stands in it is left out, and told. */
static void
check_department_heading(struct walker *w, cmark_node *heading)
{
	cmark_iter *i = cmark_iter_new(heading);
	cmark_node *n;

	while (cmark_iter_next(i) != CMARK_EVENT_DONE) {
		n = cmark_iter_get_node(i);
		if (cmark_iter_get_event_type(i) != CMARK_EVENT_ENTER)
			continue;
		if (cmark_node_get_type(n) == CMARK_NODE_LINK)
			fault(w, "link-heading", false, line_of(w, heading), url_of(w, n));
		else if (cmark_node_get_type(n) == CMARK_NODE_HTML_INLINE)
			fault(w, "raw-html", true, line_of(w, heading), literal(w, n));
	}
	cmark_iter_free(i);
}

/* A heading that goes straight on to the next one of its height, or to the end, heads nothing. */
static bool
heads_nothing(cmark_node *heading)
{
	cmark_node *next = cmark_node_next(heading);

	return !next ||
	       (cmark_node_get_type(next) == CMARK_NODE_HEADING &&
		       cmark_node_get_heading_level(next) <= cmark_node_get_heading_level(heading));
}

static void
heading(struct walker *w, cmark_node *n)
{
	int level = cmark_node_get_heading_level(n);
	const char *tag = level == 3 ? "h3" : "h4";
	struct str words = plain(w, n);

	if (level == 1)
		fault(w, "heading-level", true, line_of(w, n), words);
	if (level > 4)
		fault(w, "heading-level", false, line_of(w, n), words);
	if (words.n == 0)
		fault(w, "heading-empty", true, line_of(w, n), words);
	else if (heads_nothing(n))
		fault(w, "empty-story", false, line_of(w, n), words);
	open_tag_of(w, tag, tag, words);
	inlines_html(w, n);
	close_tag(w, tag);
	buf_addc(&w->html, '\n');
	text_wrap(words, w->o->columns, (struct str){ 0 }, (struct str){ 0 }, &w->text);
	buf_fill(&w->text, '-',
		text_width(words) < w->o->columns ? text_width(words) : w->o->columns);
	buf_addc(&w->text, '\n');
	heading_links(w, n);
}

static void
code_html(struct walker *w, struct str code)
{
	open_tag(w, "pre", "pre");
	text_html(code, &w->html);
	buf_addz(&w->html, "</pre>\n");
}

static void
code_text(struct walker *w, struct str code, struct str rest)
{
	struct str line;

	while (str_line(&code, &line)) {
		while (line.n && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t'))
			line.n--;
		buf_add(&w->text, rest);
		if (line.n)
			buf_printf(&w->text, "    %.*s", STR_ARG(line));
		buf_addc(&w->text, '\n');
	}
}

static void
code_block(struct walker *w, cmark_node *n, struct str rest)
{
	struct str info = str_trim(str_of(cmark_node_get_fence_info(n))), code = literal(w, n);
	size_t before = w->html.n;
	int got = 0;

	if (info.n && w->o->block && w->e->code == ERR_NONE)
		got = w->o->block(
			w->o->context, info, code, line_of(w, n), &w->html, &w->text, w->e);
	if (got) {
		w->data++;
		w->silent += w->html.n == before;
		return;
	}
	if (info.n)
		fault(w, "unknown-block", true, line_of(w, n), info);
	code_html(w, code);
	code_text(w, code, rest);
}

static void
item(struct walker *w, cmark_node *n, struct str first, struct str rest, bool tight)
{
	open_tag(w, "li", "li");
	blocks(w, n, first, rest, tight);
	buf_addz(&w->html, "</li>\n");
}

static void
list(struct walker *w, cmark_node *n, struct str first, struct str rest)
{
	bool ordered = cmark_node_get_list_type(n) == CMARK_ORDERED_LIST,
	     tight = cmark_node_get_list_tight(n);
	int number = cmark_node_get_list_start(n);
	const char *tag = ordered ? "ol" : "ul";

	if (ordered && number != 1)
		buf_printf(&w->html, "<ol start=\"%d\" style=\"%.*s\">\n", number,
			STR_ARG(theme_style(w->o->theme, "ol")));
	else {
		open_tag(w, tag, tag);
		buf_addc(&w->html, '\n');
	}
	for (cmark_node *i = cmark_node_first_child(n); i; i = cmark_node_next(i), number++) {
		const char *mark = ordered ? arena_printf(w->a, "%d. ", number) : "- ";
		struct str before = str_of(arena_printf(w->a, "%.*s%s", STR_ARG(first), mark));
		struct str behind =
			str_of(arena_printf(w->a, "%.*s%*s", STR_ARG(rest), (int)strlen(mark), ""));

		if (!tight && i != cmark_node_first_child(n))
			buf_addc(&w->text, '\n');
		item(w, i, before, behind, tight);
		first = rest;
	}
	buf_printf(&w->html, "</%s>\n", tag);
}

static void
quote(struct walker *w, cmark_node *n, struct str first, struct str rest)
{
	struct str before = str_of(arena_printf(w->a, "%.*s> ", STR_ARG(first)));
	struct str behind = str_of(arena_printf(w->a, "%.*s> ", STR_ARG(rest)));

	open_tag(w, "blockquote", "blockquote");
	blocks(w, n, before, behind, false);
	buf_addz(&w->html, "</blockquote>\n");
}

static void
rule(struct walker *w)
{
	buf_printf(&w->html, "<hr style=\"%.*s\">\n", STR_ARG(theme_style(w->o->theme, "hr")));
	buf_fill(&w->text, ' ', w->o->columns / 2 - 3);
	buf_addz(&w->text, "* * *\n");
}

static void
block(struct walker *w, cmark_node *n, struct str first, struct str rest, bool tight)
{
	switch (cmark_node_get_type(n)) {
	case CMARK_NODE_PARAGRAPH:
		paragraph(w, n, first, rest, tight);
		break;
	case CMARK_NODE_HEADING:
		heading(w, n);
		break;
	case CMARK_NODE_LIST:
		list(w, n, first, rest);
		break;
	case CMARK_NODE_BLOCK_QUOTE:
		quote(w, n, first, rest);
		break;
	case CMARK_NODE_CODE_BLOCK:
		code_block(w, n, rest);
		break;
	case CMARK_NODE_THEMATIC_BREAK:
		rule(w);
		break;
	case CMARK_NODE_HTML_BLOCK:
		fault(w, "raw-html", true, line_of(w, n), literal(w, n));
		break;
	default:
		break;
	}
}

/* Blocks of one parent, an empty line between them; only the first one has `first` before it. */
static void
blocks(struct walker *w, cmark_node *parent, struct str first, struct str rest, bool tight)
{
	if (too_deep(w, parent))
		return;
	w->depth++;
	for (cmark_node *n = cmark_node_first_child(parent); n; n = cmark_node_next(n)) {
		if (n != cmark_node_first_child(parent) && !tight) {
			struct str bare = rest;

			while (bare.n && bare.p[bare.n - 1] == ' ')
				bare.n--;
			buf_add(&w->text, bare);
			buf_addc(&w->text, '\n');
		}
		block(w, n, first, rest, tight);
		first = rest;
	}
	w->depth--;
}

/* -- departments ------------------------------------------------------------------------------ */

static bool
begins_department(cmark_node *n)
{
	return cmark_node_get_type(n) == CMARK_NODE_HEADING && cmark_node_get_heading_level(n) <= 2;
}

/* All of its data blocks are silent, and a paragraph that leads to them would lead nowhere. */
static bool
leads_nowhere(const struct walker *w)
{
	return w->data && w->silent == w->data && w->others == 0 && w->paragraphs <= 1;
}

static void
finish_department(struct walker *w, struct department *d)
{
	link_notes_write(&w->notes, &w->text);
	d->html = arena_str(w->a, buf_str(&w->html));
	d->text = arena_str(w->a, buf_str(&w->text));
	/* A department that waits for words is none yet; the lead is what there is of it. */
	if (d->prompted && d != w->out->departments)
		d->html = d->text = (struct str){ 0 };
	d->empty = str_trim(d->html).n == 0 || (d->title.n && leads_nowhere(w));
	buf_clear(&w->html);
	buf_clear(&w->text);
	w->data = w->silent = w->paragraphs = w->others = 0;
}

static void
count_block(struct walker *w, cmark_node *n, int data)
{
	if (cmark_node_get_type(n) == CMARK_NODE_PARAGRAPH)
		w->paragraphs++;
	else if (w->data == data)
		w->others++;
}

/* Will a paragraph of the department that begins behind n be a prompt? */
static bool
waits_for_words(struct walker *w, cmark_node *n)
{
	while ((n = cmark_node_next(n)) && !begins_department(n))
		if (cmark_node_get_type(n) == CMARK_NODE_PARAGRAPH &&
			str_starts(plain(w, n), STR("TODO:")))
			return true;
	return false;
}

static void
walk(struct walker *w, cmark_node *document)
{
	struct department *d = &w->out->departments[w->out->count++];
	bool first = true, skip = false;

	for (cmark_node *n = cmark_node_first_child(document); n && w->e->code == ERR_NONE;
		n = cmark_node_next(n)) {
		int data = w->data;

		if (begins_department(n)) {
			finish_department(w, d);
			d = &w->out->departments[w->out->count++];
			d->title = plain(w, n);
			d->line = line_of(w, n);
			keep_words(w, d->title, d->line);
			check_department_heading(w, n);
			if (d->title.n == 0)
				fault(w, "heading-empty", true, d->line, d->title);
			if (cmark_node_get_heading_level(n) == 1)
				fault(w, "heading-level", true, d->line, d->title);
			first = true;
			/* Its blocks are not asked: nothing of it is shown. */
			skip = w->o->no_prompts && waits_for_words(w, n);
			continue;
		}
		if (skip)
			continue;
		if (!first)
			buf_addc(&w->text, '\n');
		block(w, n, (struct str){ 0 }, (struct str){ 0 }, false);
		count_block(w, n, data);
		first = false;
	}
	finish_department(w, d);
}

static size_t
count_departments(cmark_node *document)
{
	size_t n = 1;

	for (cmark_node *c = cmark_node_first_child(document); c; c = cmark_node_next(c))
		n += begins_department(c);
	return n;
}

/* cmark's own functions abort where there is no memory. */
static cmark_node *
parse(struct str text)
{
	static cmark_mem memory = { .calloc = mem_zeroed, .realloc = mem_grow, .free = free };
	cmark_parser *parser = cmark_parser_new_with_mem(CMARK_OPT_VALIDATE_UTF8, &memory);
	cmark_node *document;

	cmark_parser_feed(parser, text.n ? text.p : "", text.n);
	document = cmark_parser_finish(parser);
	cmark_parser_free(parser);
	return document;
}

int
markdown_render(struct str text, const char *name, int line0, const struct markdown_options *o,
	struct arena *a, struct markdown *out, struct err *e)
{
	struct walker w = { .o = o, .out = out, .a = a, .e = e, .name = name, .line0 = line0 };
	cmark_node *document = parse(text);
	bool over;

	*out = (struct markdown){ 0 };
	e->code = ERR_NONE;
	buf_init(&w.html, PART);
	buf_init(&w.text, PART);
	out->departments = arena_many(a, count_departments(document), struct department);
	walk(&w, document);
	over = w.html.over || w.text.over;
	buf_free(&w.html);
	buf_free(&w.text);
	link_notes_free(&w.notes);
	cmark_node_free(document);
	if (e->code != ERR_NONE)
		return -1;
	return over ? err_set(e, ERR_DATA, "%s: a department of more than %d bytes", name, PART)
		    : 0;
}
