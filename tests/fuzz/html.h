/* html.h: is it made of our own tags, each closed, with links that are safe? Is it text that could
 * not be a letter's mark? */
#ifndef FUZZ_HTML_H
#define FUZZ_HTML_H

#include <string.h>

#include "base/text.h"
#include "input.h"

enum { HTML_DEEP = 600 };

/* Tags that are open: their names lie in the HTML. */
struct html_tags {
	struct str open[HTML_DEEP];
	size_t count;
};

static inline bool
html_knows(struct str name)
{
	static const char *const names[] = { "p", "a", "em", "strong", "code", "pre", "ul", "ol",
		"li", "blockquote", "h3", "h4", "hr", "br", "img", "table", "caption", "tr", "th", "td", "div",
		"span", "wbr" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (str_eqz(name, names[i]))
			return true;
	return false;
}

static inline void
html_check_target(struct str tag, struct str attribute, bool image)
{
	ptrdiff_t at = str_find_str(tag, attribute);
	struct str url = str_from(tag, at < 0 ? tag.n : (size_t)at + attribute.n);

	if (at < 0)
		return;
	assert(str_starts(url, STR("https://")) ||
		(!image && (str_starts(url, STR("http://")) || str_starts(url, STR("tel:")) ||
				   str_starts(url, STR("mailto:")))));
}

/* One tag without its brackets. */
static inline void
html_check_tag(struct html_tags *t, struct str tag)
{
	bool closing = tag.n && tag.p[0] == '/';
	struct str rest = str_from(tag, closing), name = { 0 };

	assert(str_find(tag, '<') < 0);
	str_split(&rest, ' ', &name);
	assert(html_knows(name));
	html_check_target(tag, STR(" href=\""), false);
	html_check_target(tag, STR(" src=\""), true);
	if (closing) {
		assert(t->count && str_eq(t->open[t->count - 1], name) && rest.n == 0);
		t->count--;
	} else if (!str_eqz(name, "hr") && !str_eqz(name, "br") && !str_eqz(name, "img") &&
		!str_eqz(name, "wbr")) {
		assert(t->count < HTML_DEEP);
		t->open[t->count++] = name;
	}
}

/* Outlook's comments are of our templates alone: nothing from outside stands in one. Where the one
 * that begins here ends, or 0. */
static inline size_t
html_comment(struct str html)
{
	static const struct str end = STR_INIT("<![endif]-->");

	if (!str_starts(html, STR("!--[if mso]>")))
		return 0;
	assert(str_find_str(html, end) > 0);
	return (size_t)str_find_str(html, end) + end.n;
}

static inline void
html_check(struct str html)
{
	struct html_tags t = { .count = 0 };
	struct str before;

	while (str_split(&html, '<', &before)) {
		ptrdiff_t end = str_find(html, '>');

		assert(str_find(before, '>') < 0);
		if (html.n == 0)
			break;
		assert(end > 0);
		if (html_comment(html)) {
			html = str_from(html, html_comment(html));
			continue;
		}
		html_check_tag(&t, str_sub(html, 0, (size_t)end));
		html = str_from(html, (size_t)end + 1);
	}
	assert(t.count == 0);
}

static inline void
html_check_text(struct str s, const char *also)
{
	assert(text_is_utf8(s));
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		assert((c >= 0x20 && c != 0x7f) || (c && strchr(also, c)));
	}
}

#endif
