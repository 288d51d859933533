#include "cmd/outline.h"

#include "base/buf.h"

enum { TEXT = 64 * 1024, MOST = 100000 };

bool
outline_has(const struct str *list, size_t n, struct str s)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], s))
			return true;
	return false;
}

/* The entities that we write (base/text.h). */
static struct str
unescape(struct str s, struct arena *a)
{
	static const struct {
		struct str entity;
		char c;
	} rows[] = {
		{ STR_INIT("&amp;"), '&' },
		{ STR_INIT("&lt;"), '<' },
		{ STR_INIT("&gt;"), '>' },
		{ STR_INIT("&quot;"), '"' },
		{ STR_INIT("&#39;"), '\'' },
	};
	struct buf b;

	buf_init(&b, TEXT);
	while (s.n) {
		size_t i = 0;

		while (i < sizeof rows / sizeof rows[0] && !str_starts(s, rows[i].entity))
			i++;
		if (i < sizeof rows / sizeof rows[0]) {
			buf_addc(&b, rows[i].c);
			s = str_from(s, rows[i].entity.n);
		} else {
			buf_addc(&b, s.p[0]);
			s = str_from(s, 1);
		}
	}
	return buf_keep(&b, a);
}

/* Without its tags, as text. */
static struct str
text_of(struct str html, struct arena *a)
{
	struct buf b;
	struct str out;
	bool inside = false;

	buf_init(&b, TEXT);
	for (size_t i = 0; i < html.n; i++) {
		if (html.p[i] == '<')
			inside = true;
		else if (html.p[i] == '>')
			inside = false;
		else if (!inside)
			buf_addc(&b, html.p[i]);
	}
	out = unescape(str_trim(buf_str(&b)), a);
	buf_free(&b);
	return out;
}

static size_t
count(struct str s, struct str what)
{
	size_t n = 0;
	ptrdiff_t at;

	for (; n < MOST && (at = str_find_str(s, what)) >= 0; n++)
		s = str_from(s, (size_t)at + what.n);
	return n;
}

static void
read_headings(struct str s, struct arena *a, struct outline *out)
{
	ptrdiff_t at;

	out->headings = arena_many(a, count(s, STR("<h")) + 1, struct str);
	while ((at = str_find_str(s, STR("<h"))) >= 0) {
		ptrdiff_t end;

		s = str_from(s, (size_t)at + 2);
		if (s.n == 0 || s.p[0] < '1' || s.p[0] > '3' || out->heading_count == MOST)
			continue;
		end = str_find_str(s, STR("</h"));
		at = str_find(s, '>');
		if (at >= 0 && end > at)
			out->headings[out->heading_count++] =
				text_of(str_sub(s, (size_t)at + 1, (size_t)(end - at - 1)), a);
	}
}

static void
read_links(struct str s, struct str own, struct arena *a, struct outline *out)
{
	static const struct str href = STR_INIT(" href=\"");
	ptrdiff_t at;

	out->links = arena_many(a, count(s, href) + 1, struct str);
	while ((at = str_find_str(s, href)) >= 0) {
		ptrdiff_t end;
		struct str url;

		s = str_from(s, (size_t)at + href.n);
		end = str_find(s, '"');
		url = unescape(str_sub(s, 0, end < 0 ? 0 : (size_t)end), a);
		if (str_starts(url, STR("http")) && !str_starts(url, own) &&
			out->link_count < MOST && !outline_has(out->links, out->link_count, url))
			out->links[out->link_count++] = url;
	}
}

void
outline_read(struct str html, struct str own, struct arena *a, struct outline *out)
{
	*out = (struct outline){ 0 };
	read_headings(html, a, out);
	read_links(html, own, a, out);
}
