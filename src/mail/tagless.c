#include "mail/tagless.h"

#include "base/buf.h"
#include "base/text.h"

enum { ENTITY = 10 };

static const struct {
	struct str name, text;
} entities[] = {
	{ STR_INIT("lt"), STR_INIT("<") },
	{ STR_INIT("gt"), STR_INIT(">") },
	{ STR_INIT("amp"), STR_INIT("&") },
	{ STR_INIT("quot"), STR_INIT("\"") },
	{ STR_INIT("apos"), STR_INIT("'") },
	{ STR_INIT("nbsp"), STR_INIT(" ") },
	{ STR_INIT("shy"), STR_INIT("") },
};

/* Elements that stand within a line. All others end one. */
static const struct str inlines[] = { STR_INIT("a"), STR_INIT("b"), STR_INIT("i"), STR_INIT("u"),
	STR_INIT("em"), STR_INIT("tt"), STR_INIT("font"), STR_INIT("span"), STR_INIT("code"),
	STR_INIT("strong"), STR_INIT("small"), STR_INIT("wbr"), STR_INIT("big") };

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static struct str
tag_name(struct str tag)
{
	size_t n = 0;

	if (tag.n && tag.p[0] == '/')
		tag = str_from(tag, 1);
	while (n < tag.n && (is_letter(tag.p[n]) || (tag.p[n] >= '0' && tag.p[n] <= '9')))
		n++;
	return str_sub(tag, 0, n);
}

static bool
is_inline(struct str name)
{
	for (size_t i = 0; i < sizeof inlines / sizeof *inlines; i++)
		if (str_ieq(name, inlines[i]))
			return true;
	return false;
}

/* "<kijitora@example.org>" unescaped is no tag, though it should not be there. */
static bool
is_tag(struct str inside)
{
	char c = inside.n ? inside.p[0] : 0;

	return (is_letter(c) || c == '/' || c == '!' || c == '?') &&
	       (str_find(inside, '@') < 0 || str_find(inside, '=') >= 0 ||
		       str_find(inside, ' ') >= 0);
}

/* Behind the end of what is no text: <style>…</style>. */
static struct str
skip_element(struct str s, struct str name)
{
	while (s.n) {
		ptrdiff_t at = str_find(s, '<');

		if (at < 0)
			break;
		s = str_from(s, (size_t)at + 1);
		if (s.n && s.p[0] == '/' && str_ieq(tag_name(s), name))
			return s;
	}
	return (struct str){ 0 };
}

static struct str
take_tag(struct str s, struct buf *out)
{
	ptrdiff_t end = str_find(s, '>');
	struct str inside = str_sub(s, 1, end < 0 ? 0 : (size_t)end - 1), name;

	if (end < 0 || !is_tag(inside)) {
		buf_addc(out, '<');
		return str_from(s, 1);
	}
	if (str_starts(inside, STR("!--"))) {
		ptrdiff_t close = str_find_str(s, STR("-->"));

		return close < 0 ? (struct str){ 0 } : str_from(s, (size_t)close + 3);
	}
	name = tag_name(inside);
	s = str_from(s, (size_t)end + 1);
	if (inside.p[0] != '/' && (str_ieq(name, STR("style")) || str_ieq(name, STR("script")))) {
		s = skip_element(s, name);
		end = str_find(s, '>');
		return str_from(s, end < 0 ? s.n : (size_t)end + 1);
	}
	if (!is_inline(name))
		buf_addc(out, '\n');
	return s;
}

static bool
put_number(struct str digits, struct buf *out)
{
	uint64_t c;

	if (!str_u64(digits, 0x10ffff, &c) || c < 32 || (c >= 0xd800 && c < 0xe000))
		return false;
	text_put((uint32_t)c, out);
	return true;
}

static struct str
take_entity(struct str s, struct buf *out)
{
	ptrdiff_t end = str_find(str_sub(s, 0, ENTITY), ';');
	struct str name = str_sub(s, 1, end < 1 ? 0 : (size_t)end - 1);

	if (name.n > 1 && name.p[0] == '#' && put_number(str_from(name, 1), out))
		return str_from(s, (size_t)end + 1);
	for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
		if (name.n && str_eq(name, entities[i].name)) {
			buf_add(out, entities[i].text);
			return str_from(s, (size_t)end + 1);
		}
	buf_addc(out, '&');
	return str_from(s, 1);
}

struct str
tagless(struct str html, struct arena *a)
{
	struct buf b;

	buf_init(&b, html.n + 1);
	while (html.n) {
		if (html.p[0] == '<') {
			html = take_tag(html, &b);
		} else if (html.p[0] == '&') {
			html = take_entity(html, &b);
		} else {
			buf_addc(&b, html.p[0]);
			html = str_from(html, 1);
		}
	}
	return buf_keep(&b, a);
}
