#include "mail/tagless.h"

#include "base/buf.h"
#include "base/html.h"

/* Elements that stand within a line. All others end one. */
static const char inlines[] = "a b i u em tt font span code strong small wbr big";

/* "<ann@example.org>" with its brackets as they are, which some bouncers forget to escape. */
static bool
is_address(const struct html_piece *p)
{
	return p->kind == HTML_OPEN && str_find(p->name, '@') > 0;
}

static void
put(struct html_piece *p, struct str *rest, struct buf *out, struct arena *a)
{
	if (p->kind == HTML_TEXT) {
		buf_add(out, html_decode(p->text, a));
	} else if (is_address(p)) {
		buf_addc(out, '<');
		buf_add(out, p->name);
		buf_addc(out, '>');
	} else if (p->kind == HTML_OPEN && html_is_one_of(p->name, "style script")) {
		html_raw(rest, p->name);
	} else if (!html_is_one_of(p->name, inlines)) {
		buf_addc(out, '\n');
	}
}

struct str
tagless(struct str html, struct arena *a)
{
	struct html_piece piece;
	struct buf b;

	buf_init(&b, 4 * html.n + 1);
	while (html_next(&html, &piece))
		put(&piece, &html, &b, a);
	return buf_keep(&b, a);
}
