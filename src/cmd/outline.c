#include "cmd/outline.h"

#include "collect/plain.h"

enum { MOST = 100000 };

bool
outline_has(const struct str *list, size_t n, struct str s)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], s))
			return true;
	return false;
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
				plain_text(str_sub(s, (size_t)at + 1, (size_t)(end - at - 1)), a);
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
		url = plain_text(str_sub(s, 0, end < 0 ? 0 : (size_t)end), a);
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
