/* Whatever an issue's Markdown holds, its HTML is made of our own tags, each closed, with links
 * that are safe, and neither part has a control character that could be a letter's mark
 * (RELIABILITY H1, T2, W8). */
#include <string.h>

#include "base/asset.h"
#include "base/text.h"
#include "compose/markdown.h"
#include "input.h"

enum { DEEP = 600 };

/* Tags that are open: their names lie in the HTML. */
struct tags {
	struct str open[DEEP];
	size_t count;
};

static bool
is_known(struct str name)
{
	static const char *const names[] = { "p", "a", "em", "strong", "code", "pre", "ul", "ol",
		"li", "blockquote", "h3", "h4", "hr", "br", "img" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (str_eqz(name, names[i]))
			return true;
	return false;
}

static void
check_target(struct str tag, struct str attribute, bool image)
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
static void
check_tag(struct tags *t, struct str tag)
{
	bool closing = tag.n && tag.p[0] == '/';
	struct str rest = str_from(tag, closing), name = { 0 };

	assert(str_find(tag, '<') < 0);
	str_split(&rest, ' ', &name);
	assert(is_known(name));
	check_target(tag, STR(" href=\""), false);
	check_target(tag, STR(" src=\""), true);
	if (closing) {
		assert(t->count && str_eq(t->open[t->count - 1], name) && rest.n == 0);
		t->count--;
	} else if (!str_eqz(name, "hr") && !str_eqz(name, "br") && !str_eqz(name, "img")) {
		assert(t->count < DEEP);
		t->open[t->count++] = name;
	}
}

static void
check_html(struct str html)
{
	struct tags t = { .count = 0 };
	struct str before;

	while (str_split(&html, '<', &before)) {
		ptrdiff_t end = str_find(html, '>');

		assert(str_find(before, '>') < 0);
		if (html.n == 0)
			break;
		assert(end > 0);
		check_tag(&t, str_sub(html, 0, (size_t)end));
		html = str_from(html, (size_t)end + 1);
	}
	assert(t.count == 0);
}

static void
check_text(struct str s, const char *also)
{
	assert(text_is_utf8(s));
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		assert((c >= 0x20 && c != 0x7f) || (c && strchr(also, c)));
	}
}

static int
block(void *context, struct str name, struct str body, int line, struct buf *html, struct buf *text,
	struct err *e)
{
	(void)context, (void)body, (void)html, (void)text;
	assert(line > 0);
	if (str_eqz(name, "bad"))
		return err_set(e, ERR_DATA, "bad block");
	return str_eqz(name, "data");
}

static const struct theme *
house_theme(void)
{
	static struct arena a;
	static struct theme theme;
	struct err e;

	if (!theme.values)
		assert(theme_parse(asset_find("templates/theme.yaml")->bytes, "theme.yaml", &a,
			       &theme, &e) == 0);
	return &theme;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct markdown_options o = { house_theme(), block, NULL, 72 };
	struct arena a = { 0 };
	struct markdown m;
	struct err e = { 0 };
	int status;

	status = markdown_render(input_of(data, size), "fuzz.md", 3, &o, &a, &m, &e);
	assert(status == 0 || (status == -1 && e.code == ERR_DATA && e.text[0]));
	for (size_t i = 0; i < m.count && status == 0; i++) {
		check_text(m.departments[i].title, "");
		check_text(m.departments[i].html, "\n\t");
		check_text(m.departments[i].text, "\n\t");
		check_html(m.departments[i].html);
	}
	for (size_t i = 0; i < m.fault_count; i++) {
		check_text(m.faults[i].detail, "");
		assert(m.faults[i].line > 3);
	}
	arena_free(&a);
	return 0;
}
