#include "web/reprint.h"

#include "base/html.h"
#include "base/text.h"

/* More than this many elements in each other are not opened. */
enum { DEEP = 200 };

/* What becomes of an element. */
enum fate {
	SHOWN,
	BARE, /* its content, without its tags */
	GONE, /* with all that it holds */
};

/* A link that is being printed. */
enum link { NO_LINK, LINK, WORDS_ONLY };

struct element {
	struct str name;
	const char *printed; /* its tag, or NULL: what it holds stands without it */
	size_t at;           /* where that begins */
};

struct press {
	const struct reprint_source *from;
	struct arena *a;
	struct buf *style, *out;
	struct element open[DEEP]; /* not closed yet, outermost first */
	int depth;
	enum link link;
	bool begun, ended; /* plain: the first heading was met; the part behind it was */
};

static bool
is_shown(struct str name)
{
	return html_is_one_of(name,
		"a b i em strong small s del ins u sub sup span div p br hr wbr h1 h2 h3 h4 h5 h6 "
		"ul ol li dl dt dd blockquote q cite code pre kbd samp var abbr time bdi bdo mark "
		"table caption colgroup col thead tbody tfoot tr th td figure figcaption img "
		"article section header footer nav address");
}

static enum fate
fate_of(struct str name)
{
	if (is_shown(name))
		return SHOWN;
	return html_is_one_of(name,
		       "script title noscript template iframe frameset object applet svg math "
		       "video audio canvas textarea select datalist button xml")
		       ? GONE
		       : BARE;
}

/* -- attributes ------------------------------------------------------------------------------- */

/* Rules that load nothing; and without escapes, behind which those could hide that do. */
static bool
loads_nothing(struct str rules, struct arena *a)
{
	static const char *const loaders[] = { "url(", "image(", "image-set", "src(", "@import",
		"@font-face", "expression", "behavior", "-moz-binding", "\\" };
	struct str low = text_lower(rules, a);

	for (size_t i = 0; i < sizeof loaders / sizeof loaders[0]; i++)
		if (str_find_str(low, str_of(loaders[i])) >= 0)
			return false;
	return true;
}

static bool
is_plain_attribute(struct str name)
{
	return html_is_one_of(name,
		"class id title lang dir role width height align valign bgcolor border "
		"cellpadding cellspacing colspan rowspan scope headers abbr start value datetime "
		"aria-label aria-hidden aria-level aria-describedby aria-labelledby");
}

static bool
is_nobodys(struct press *p, struct str value)
{
	return p->from->nobody.n && str_find_str(value, p->from->nobody) >= 0;
}

static void
put_attribute(struct press *p, struct str name, struct str value)
{
	if (is_nobodys(p, value))
		return;
	buf_addc(p->out, ' ');
	buf_add(p->out, text_lower(name, p->a));
	buf_addz(p->out, "=\"");
	text_html(value, p->out);
	buf_addc(p->out, '"');
}

/* What a program with a look of its own is told. */
static bool
has_meaning(struct str name)
{
	return html_is_one_of(
		name, "title lang dir colspan rowspan scope headers abbr start value datetime");
}

static bool
may_stay(struct press *p, struct str name, struct str value)
{
	if (p->from->plain)
		return has_meaning(name);
	return is_plain_attribute(name) ||
	       (str_ieq(name, STR("style")) && loads_nothing(value, p->a));
}

static void
put_attributes(struct press *p, struct str attributes)
{
	struct str name, value;

	while (html_attribute(&attributes, &name, &value)) {
		value = html_decode(value, p->a);
		if (may_stay(p, name, value))
			put_attribute(p, name, value);
	}
}

static struct str
attribute(struct press *p, struct str attributes, const char *wanted)
{
	struct str name, value;

	while (html_attribute(&attributes, &name, &value))
		if (str_ieq(name, str_of(wanted)))
			return str_trim(html_decode(value, p->a));
	return (struct str){ 0 };
}

/* -- tags ------------------------------------------------------------------------------------- */

static void
put_close(struct press *p)
{
	const struct element *e = &p->open[--p->depth];

	if (e->printed)
		buf_printf(p->out, "</%s>", e->printed);
}

/* Of the table that is open: was it printed as one? */
static bool
in_table_of_data(struct press *p)
{
	for (int i = p->depth; i-- > 0;)
		if (str_eqz(p->open[i].name, "table"))
			return p->open[i].printed != NULL;
	return false;
}

/* A table that only lays out is told by its role, and its cells are blocks. */
static const char *
tag_for(struct press *p, struct str name, const struct html_piece *tag)
{
	if (!p->from->plain)
		return name.p;
	if (str_eqz(name, "table"))
		return str_ieq(attribute(p, tag->attributes, "role"), STR("presentation"))
			       ? NULL
			       : "table";
	if (!html_is_one_of(name, "tbody thead tfoot tr td th") || in_table_of_data(p))
		return html_is_one_of(name, "span font") ? NULL : name.p;
	return html_is_one_of(name, "td th") ? "div" : NULL;
}

/* What was written for the day begins here: what was printed before stands in every issue. */
static void
begin(struct press *p)
{
	p->begun = true;
	buf_clear(p->out);
	for (int i = 0; i < p->depth; i++)
		p->open[i].printed = NULL;
}

/* And ends before the outermost element that was opened since and is still open. */
static void
end(struct press *p)
{
	for (int i = 0; i < p->depth && !p->ended; i++)
		if (p->open[i].printed) {
			buf_cut(p->out, p->open[i].at);
			p->ended = true;
		}
	p->ended = true;
	p->depth = 0;
}

static void
open_tag(struct press *p, const struct html_piece *tag)
{
	struct str name = text_lower(tag->name, p->a);
	const char *printed = tag_for(p, name, tag);
	size_t at;

	if (p->from->plain && !p->begun && str_eqz(name, "h2"))
		begin(p);
	if (p->depth == DEEP)
		return;
	at = p->out->n;
	if (printed) {
		buf_printf(p->out, "<%s", printed);
		put_attributes(p, tag->attributes);
		buf_addc(p->out, '>');
	}
	if (!html_is_void(name))
		p->open[p->depth++] = (struct element){ name, printed, at };
}

/* Close it, and what was left open in it. */
static void
close_tag(struct press *p, struct str name)
{
	int i = p->depth;

	while (i > 0 && !str_ieq(p->open[i - 1].name, name))
		i--;
	while (i > 0 && p->depth >= i)
		put_close(p);
}

/* Pass over an element and what it holds, others of its name in it. */
static void
skip(struct str *rest, const struct html_piece *tag)
{
	struct html_piece piece;
	int depth = 1;

	if (html_is_one_of(tag->name, "script title textarea style"))
		html_raw(rest, tag->name);
	while (depth > 0 && html_next(rest, &piece))
		if (piece.kind != HTML_TEXT && str_ieq(piece.name, tag->name))
			depth += piece.kind == HTML_CLOSE ? -1 : 1;
}

/* Mail programs show these words beside the subject; on a page nobody sees them. */
static bool
is_hidden(struct press *p, const struct html_piece *tag)
{
	struct str style = text_lower(attribute(p, tag->attributes, "style"), p->a), rule;

	while (str_split(&style, ';', &rule)) {
		ptrdiff_t colon = str_find(rule, ':');

		if (colon > 0 && str_eqz(str_trim(str_sub(rule, 0, (size_t)colon)), "display") &&
			str_eqz(str_trim(str_from(rule, (size_t)colon + 1)), "none"))
			return true;
	}
	return false;
}

/* Rules for some media only would be in force for all. */
static void
take_style(struct press *p, const struct html_piece *tag, struct str *rest)
{
	struct str rules = html_raw(rest, STR("style"));

	if (!attribute(p, tag->attributes, "media").n && loads_nothing(rules, p->a))
		buf_add(p->style, rules);
}

/* -- links and pictures ----------------------------------------------------------------------- */

static bool
is_safe(struct str url)
{
	return text_web_scheme(url) || str_ieq(str_sub(url, 0, 7), STR("mailto:")) ||
	       str_ieq(str_sub(url, 0, 4), STR("tel:"));
}

/* A link of one reader's, or one that leads where we are. */
static bool
is_of_no_use(struct press *p, struct str url)
{
	return is_nobodys(p, url) || (p->from->here.n && str_eq(url, p->from->here));
}

/* Are its neighbours tags, with nothing but blanks between? Then it is no word of a sentence. */
static bool
stands_alone(struct press *p, struct str behind)
{
	size_t n = p->out->n;
	struct html_piece piece;

	while (n && html_is_blank(p->out->p[n - 1]))
		n--;
	if (n && p->out->p[n - 1] != '>')
		return false;
	while (html_next(&behind, &piece))
		if (piece.kind == HTML_CLOSE && str_ieq(piece.name, STR("a")))
			break;
	behind = str_trim(behind);
	return behind.n == 0 || behind.p[0] == '<';
}

static void
open_link(struct press *p, const struct html_piece *tag, struct str *rest)
{
	struct str url = attribute(p, tag->attributes, "href");

	if (p->from->plain && p->begun && is_nobodys(p, url)) {
		end(p);
		return;
	}
	if (is_of_no_use(p, url) && stands_alone(p, *rest)) {
		skip(rest, tag);
		return;
	}
	p->link = is_safe(url) && !is_of_no_use(p, url) && p->depth < DEEP ? LINK : WORDS_ONLY;
	if (p->link == WORDS_ONLY)
		return;
	buf_addz(p->out, "<a");
	put_attribute(p, STR("href"), url);
	put_attributes(p, tag->attributes);
	buf_addc(p->out, '>');
	p->open[p->depth++] = (struct element){ STR("a"), "a", p->out->n };
}

static void
close_link(struct press *p)
{
	if (p->link == LINK)
		close_tag(p, STR("a"));
	p->link = NO_LINK;
}

static const struct reprint_picture *
find_picture(const struct reprint_source *from, struct str src)
{
	static const struct str scheme = STR_INIT("cid:");

	for (size_t i = 0; str_starts(src, scheme) && i < from->picture_count; i++)
		if (str_eq(from->pictures[i].content_id, str_from(src, scheme.n)))
			return &from->pictures[i];
	return NULL;
}

static struct str
words_of(struct press *p, const struct html_piece *tag)
{
	struct str words = attribute(p, tag->attributes, "alt");

	return is_nobodys(p, words) ? (struct str){ 0 } : words;
}

static void
put_picture(struct press *p, const struct html_piece *tag, const struct reprint_picture *picture)
{
	buf_addz(p->out, "<img");
	put_attribute(p, STR("src"), picture->path);
	put_attribute(p, STR("alt"), words_of(p, tag));
	if (p->from->plain) {
		put_attribute(p, STR("width"), attribute(p, tag->attributes, "width"));
		put_attribute(p, STR("height"), attribute(p, tag->attributes, "height"));
	}
	put_attributes(p, tag->attributes);
	buf_addc(p->out, '>');
}

/* Its words, and a link where none is open already. */
static void
put_link_to(struct press *p, struct str url, struct str words)
{
	bool link = text_web_scheme(url) && !is_nobodys(p, url) && p->link != LINK;

	if (!words.n)
		words = p->from->picture_word;
	if (link) {
		buf_addz(p->out, "<a");
		put_attribute(p, STR("href"), url);
		buf_addc(p->out, '>');
	}
	text_html(words, p->out);
	if (link)
		buf_addz(p->out, "</a>");
}

static void
print_picture(struct press *p, const struct html_piece *tag)
{
	struct str src = attribute(p, tag->attributes, "src");
	const struct reprint_picture *picture = find_picture(p->from, src);

	if (picture)
		put_picture(p, tag, picture);
	else
		put_link_to(p, src, words_of(p, tag));
}

/* -- the road --------------------------------------------------------------------------------- */

/* Texts stand as they are: they are HTML without tags. Only a < that begins none is escaped, and a
 * reader's token that is shown in words is not. */
static void
print_text(struct press *p, struct str text)
{
	struct str nobody = p->from->nobody;

	while (text.n) {
		if (nobody.n && str_starts(text, nobody)) {
			buf_addz(p->out, "\xe2\x80\xa6");
			text = str_from(text, nobody.n);
			continue;
		}
		if (text.p[0] == '<')
			buf_addz(p->out, "&lt;");
		else
			buf_addc(p->out, text.p[0]);
		text = str_from(text, 1);
	}
}

static void
print_shown(struct press *p, const struct html_piece *tag, struct str *rest)
{
	if (str_ieq(tag->name, STR("img")))
		print_picture(p, tag);
	else if (!str_ieq(tag->name, STR("a")))
		open_tag(p, tag);
	else if (p->link == NO_LINK)
		open_link(p, tag, rest);
}

static void
print_open(struct press *p, const struct html_piece *tag, struct str *rest)
{
	if (str_ieq(tag->name, STR("style"))) {
		take_style(p, tag, rest);
		return;
	}
	switch (fate_of(tag->name)) {
	case SHOWN:
		if (!html_is_void(tag->name) && is_hidden(p, tag))
			skip(rest, tag);
		else
			print_shown(p, tag, rest);
		break;
	case GONE:
		skip(rest, tag);
		break;
	case BARE:
		break;
	}
}

void
reprint(const struct reprint_source *from, struct buf *style, struct buf *out)
{
	struct arena a = { 0 };
	struct press p = { .from = from, .a = &a, .style = style, .out = out };
	struct str rest = from->html;
	struct html_piece piece;

	while (!p.ended && html_next(&rest, &piece))
		switch (piece.kind) {
		case HTML_TEXT:
			print_text(&p, piece.text);
			break;
		case HTML_OPEN:
			print_open(&p, &piece, &rest);
			break;
		case HTML_CLOSE:
			if (str_ieq(piece.name, STR("a")))
				close_link(&p);
			else
				close_tag(&p, piece.name);
			break;
		}
	while (p.depth > 0)
		put_close(&p);
	arena_free(&a);
}
