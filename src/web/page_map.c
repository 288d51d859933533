#include "web/page_map.h"

#include <limits.h>

#include "base/text.h"

enum { LIMIT = 8 << 20 };

static void
put_page(struct buf *b, struct str url, const struct headline *newest)
{
	char when[24];

	buf_addz(b, "<url><loc>");
	text_html(url, b);
	buf_addz(b, "</loc>");
	if (newest) {
		clock_rfc3339(newest->updated_at, when);
		buf_printf(b, "<lastmod>%s</lastmod>", when);
	}
	buf_addz(b, "</url>\n");
}

int
page_map_site(
	struct archive *ar, struct str rest, struct arena *a, struct document *out, struct err *e)
{
	const struct headline *from;
	int year = INT_MAX;
	char day[11];
	struct buf b;

	(void)rest, (void)e;
	buf_init(&b, LIMIT);
	buf_addz(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		     "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
	put_page(&b, archive_url(ar, "/", a), ar->count ? &ar->issues[0] : NULL);
	while ((year = archive_year_before(ar, year))) {
		archive_year(ar, year, &from);
		put_page(&b, archive_url(ar, arena_printf(a, "/issues/%d", year), a), from);
	}
	for (size_t i = 0; i < ar->count; i++) {
		clock_print_day(ar->issues[i].day, day);
		put_page(
			&b, archive_url(ar, arena_printf(a, "/issues/%s", day), a), &ar->issues[i]);
	}
	buf_addz(&b, "</urlset>\n");
	*out = (struct document){ .type = "application/xml; charset=utf-8",
		.body = buf_keep(&b, a) };
	return 1;
}

/* One person's links lead nowhere for anybody else. */
int
page_map_robots(
	struct archive *ar, struct str rest, struct arena *a, struct document *out, struct err *e)
{
	static const char *const closed[] = { "u", "r", "p", "c" };
	struct buf b;

	(void)rest, (void)e;
	buf_init(&b, LIMIT);
	buf_addz(&b, "User-agent: *\n");
	for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++)
		buf_printf(&b, "Disallow: %.*s/%s/\n", STR_ARG(ar->site->prefix), closed[i]);
	buf_printf(&b, "Sitemap: %s\n", archive_url(ar, "/sitemap.xml", a).p);
	*out = (struct document){ .type = "text/plain; charset=utf-8", .body = buf_keep(&b, a) };
	return 1;
}
