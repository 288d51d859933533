#include "web/page_feed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/out.h"
#include "base/text.h"
#include "web/exhibit.h"

/* Who follows a daily paper looks more often than every other week. Whole issues are in it, so it is not
 * short. */
enum { ENTRIES = 14, LIMIT = 16 << 20 };

static size_t
entry_count(const struct archive *ar)
{
	return ar->count < ENTRIES ? ar->count : ENTRIES;
}

/* A feed has to say when it changed, and an empty one has not. */
static int64_t
updated_at(const struct archive *ar)
{
	int64_t newest = 0;

	for (size_t i = 0; i < entry_count(ar); i++)
		if (ar->issues[i].updated_at > newest)
			newest = ar->issues[i].updated_at;
	return newest;
}

static struct str
issue_url(const struct archive *ar, const struct headline *h, struct arena *a)
{
	char day[11];

	clock_print_day(h->day, day);
	return archive_url(ar, arena_printf(a, "/issues/%s", day), a);
}

/* Empty where it cannot be shown: one issue is no reason to give up the others. */
static struct str
content_of(const struct archive *ar, const struct headline *h, struct arena *a)
{
	struct err e = { 0 };
	struct str html;

	if (exhibit_plain(ar->site, ar->db, h, a, &html, &e) == 0)
		return html;
	log_error("the feeds go without the text of an issue: %s", e.text);
	return (struct str){ 0 };
}

/* -- Atom ------------------------------------------------------------------------------------- */

/* What XML has no place for in any spelling (XML 1.0 2.2), by its length; 0: it is a character like
 * others. */
static size_t
alien(struct str s)
{
	unsigned char c = (unsigned char)s.p[0];

	if (c < ' ')
		return c != '\t' && c != '\n' && c != '\r';
	return str_starts(s, STR("\xef\xbf\xbe")) || str_starts(s, STR("\xef\xbf\xbf")) ? 3 : 0;
}

static void
put_text(struct buf *b, struct str text)
{
	size_t n = 0;

	while (n < text.n) {
		size_t aliens = alien(str_from(text, n));

		if (!aliens) {
			n++;
			continue;
		}
		text_html(str_sub(text, 0, n), b);
		buf_addz(b, "\xef\xbf\xbd");
		text = str_from(text, n + aliens);
		n = 0;
	}
	text_html(text, b);
}

static void
put_element(struct buf *b, const char *name, struct str text)
{
	if (!text.n)
		return;
	buf_printf(b, "<%s>", name);
	put_text(b, text);
	buf_printf(b, "</%s>\n", name);
}

static void
put_time(struct buf *b, const char *name, int64_t at)
{
	char when[24];

	clock_rfc3339(at, when);
	put_element(b, name, str_of(when));
}

static void
put_link(struct buf *b, const char *relation, const char *type, struct str url)
{
	buf_printf(b, "<link rel=\"%s\" type=\"%s\" href=\"", relation, type);
	text_html(url, b);
	buf_addz(b, "\"/>\n");
}

static void
put_content(struct buf *b, struct str html)
{
	if (!html.n)
		return;
	buf_addz(b, "<content type=\"html\">");
	put_text(b, html);
	buf_addz(b, "</content>\n");
}

static void
put_author(struct buf *b, struct str name)
{
	if (!name.n)
		return;
	buf_addz(b, "<author>");
	put_element(b, "name", name);
	buf_addz(b, "</author>\n");
}

/* An issue's address is its id: it never moves (RFC 4287 4.2.6). */
static void
put_entry(const struct archive *ar, const struct headline *h, struct arena *a, struct buf *b)
{
	struct str url = issue_url(ar, h, a);

	buf_addz(b, "<entry>\n");
	put_element(b, "id", url);
	put_element(b, "title", h->title);
	put_link(b, "alternate", "text/html", url);
	put_time(b, "published", h->published_at);
	put_time(b, "updated", h->updated_at);
	put_author(b, h->author);
	put_element(b, "summary", h->summary);
	put_content(b, content_of(ar, h, a));
	buf_addz(b, "</entry>\n");
}

int
page_feed_atom(
	struct archive *ar, struct str rest, struct arena *a, struct document *out, struct err *e)
{
	const struct settings_publication *p = &ar->site->publication->settings.publication;
	struct buf b;

	(void)rest, (void)e;
	buf_init(&b, LIMIT);
	buf_addz(&b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
		     "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"");
	text_html(str_of(p->language), &b);
	buf_addz(&b, "\">\n");
	put_element(&b, "id", archive_url(ar, "/", a));
	put_element(&b, "title", str_of(p->name));
	put_element(&b, "subtitle", str_of(p->tagline));
	put_link(&b, "self", "application/atom+xml", archive_url(ar, "/feed.xml", a));
	put_link(&b, "alternate", "text/html", archive_url(ar, "/", a));
	put_time(&b, "updated", updated_at(ar));
	put_author(&b, str_of(p->name));
	for (size_t i = 0; i < entry_count(ar); i++)
		put_entry(ar, &ar->issues[i], a, &b);
	buf_addz(&b, "</feed>\n");
	*out = (struct document){ .type = "application/atom+xml; charset=utf-8",
		.body = buf_keep(&b, a) };
	return 1;
}

/* -- JSON Feed -------------------------------------------------------------------------------- */

static void
out_text(struct out *o, const char *key, struct str text)
{
	if (text.n)
		out_str(o, key, text);
}

static void
out_author(struct out *o, struct str name)
{
	if (!name.n)
		return;
	out_array(o, "authors");
	out_object(o, NULL);
	out_str(o, "name", name);
	out_end(o);
	out_end(o);
}

static void
out_item(const struct archive *ar, const struct headline *h, struct arena *a, struct out *o)
{
	struct str url = issue_url(ar, h, a), html = content_of(ar, h, a);

	out_object(o, NULL);
	out_str(o, "id", url);
	out_str(o, "url", url);
	out_str(o, "title", h->title);
	out_text(o, "summary", h->summary);
	/* One of the contents has to be there. */
	out_text(o, "content_html", html);
	if (!html.n)
		out_str(o, "content_text", h->summary.n ? h->summary : h->title);
	out_time(o, "date_published", h->published_at);
	out_time(o, "date_modified", h->updated_at);
	out_author(o, h->author);
	out_end(o);
}

static void
out_feed(const struct archive *ar, struct arena *a, struct out *o)
{
	const struct settings_publication *p = &ar->site->publication->settings.publication;

	out_object(o, NULL);
	out_strz(o, "version", "https://jsonfeed.org/version/1.1");
	out_strz(o, "title", p->name);
	out_text(o, "description", str_of(p->tagline));
	out_str(o, "home_page_url", archive_url(ar, "/", a));
	out_str(o, "feed_url", archive_url(ar, "/feed.json", a));
	out_strz(o, "language", p->language);
	out_author(o, str_of(p->name));
	out_array(o, "items");
	for (size_t i = 0; i < entry_count(ar); i++)
		out_item(ar, &ar->issues[i], a, o);
	out_end(o);
	out_end(o);
}

int
page_feed_json(
	struct archive *ar, struct str rest, struct arena *a, struct document *out, struct err *e)
{
	char *text = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&text, &n);
	struct out o;
	int status;

	(void)rest;
	if (!to)
		return err_set(e, ERR_INTERNAL, "feed.json: %s", strerror(errno));
	out_init(&o, to, true);
	out_feed(ar, a, &o);
	status = out_finish(&o, e);
	fclose(to);
	*out = (struct document){ .type = "application/feed+json; charset=utf-8",
		.body = arena_str(a, (struct str){ text, n }) };
	free(text);
	return status < 0 ? -1 : 1;
}
