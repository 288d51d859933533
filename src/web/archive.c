#include "web/archive.h"

#include <limits.h>

#include "web/page_code.h"
#include "web/page_feed.h"
#include "web/page_front.h"
#include "web/page_icon.h"
#include "web/page_issue.h"
#include "web/page_map.h"

/* A path that ends in "/", but for the first, takes more behind it. */
static const struct {
	const char *path;
	archive_page *page;
} rows[] = {
	{ "/", page_front },
	{ "/issues/", page_issue },
	{ "/feed.xml", page_feed_atom },
	{ "/feed.json", page_feed_json },
	{ "/sitemap.xml", page_map_site },
	{ "/robots.txt", page_map_robots },
	{ "/icon.svg", page_icon },
	{ "/subscribe.js", page_front_script },
	{ "/qr/", page_code },
};

/* -- the list --------------------------------------------------------------------------------- */

void
archive_init(struct archive *ar, const struct site *site, struct db *db)
{
	*ar = (struct archive){ .site = site, .db = db };
}

void
archive_close(struct archive *ar)
{
	arena_free(&ar->arena);
	*ar = (struct archive){ 0 };
}

/* An edition's headline stays as it is. */
static bool
is_same(const struct archive *ar, const struct headline *issues, size_t count)
{
	if (count != ar->count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (issues[i].edition_id != ar->issues[i].edition_id)
			return false;
	return true;
}

int
archive_refresh(struct archive *ar, bool *changed, struct err *e)
{
	struct arena a = { 0 };
	struct headline *issues;
	size_t count;
	int64_t stamp;

	*changed = false;
	if (headline_stamp(ar->db, &stamp, e) < 0)
		return -1;
	if (stamp == ar->stamp)
		return 0;
	if (headline_list(ar->db, &a, &issues, &count, e) < 0) {
		arena_free(&a);
		return -1;
	}
	*changed = !is_same(ar, issues, count);
	arena_free(&ar->arena);
	ar->arena = a;
	ar->issues = issues;
	ar->count = count;
	ar->stamp = stamp;
	return 0;
}

const struct headline *
archive_issue(const struct archive *ar, struct day day)
{
	for (size_t i = 0; i < ar->count; i++)
		if (clock_day_cmp(ar->issues[i].day, day) == 0)
			return &ar->issues[i];
	return NULL;
}

size_t
archive_year(const struct archive *ar, int year, const struct headline **from)
{
	size_t n = 0;

	*from = NULL;
	for (size_t i = 0; i < ar->count; i++) {
		if (ar->issues[i].day.year != year)
			continue;
		*from = n++ ? *from : &ar->issues[i];
	}
	return n;
}

int
archive_year_before(const struct archive *ar, int year)
{
	for (size_t i = 0; i < ar->count; i++)
		if (ar->issues[i].day.year < year)
			return ar->issues[i].day.year;
	return 0;
}

/* -- finding ---------------------------------------------------------------------------------- */

int
archive_find(
	struct archive *ar, struct str path, struct arena *a, struct document *out, struct err *e)
{
	*out = (struct document){ 0 };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct str head = str_of(rows[i].path);
		bool more = i > 0 && head.p[head.n - 1] == '/';

		if (more ? str_starts(path, head) : str_eq(path, head))
			return rows[i].page(ar, str_from(path, head.n), a, out, e);
	}
	return 0;
}

struct paths {
	struct arena *a;
	struct str *list;
	size_t count, room;
};

static void
add(struct paths *p, const char *path)
{
	if (p->count == p->room)
		p->list = arena_grow(p->a, p->list, p->count, &p->room, sizeof *p->list);
	p->list[p->count++] = str_of(path);
}

/* An issue's pictures stand before its page: a page that is there shows all of them. */
static int
add_issue(struct archive *ar, const struct headline *h, struct paths *p, struct err *e)
{
	struct arena a = { 0 };
	struct exhibit ex;
	char day[11];
	int status = exhibit_make(ar->site, ar->db, h, &a, &ex, e);

	clock_print_day(h->day, day);
	for (size_t i = 0; status == 0 && i < ex.picture_count; i++)
		add(p, arena_printf(p->a, "/issues/%s/%.*s", day, STR_ARG(ex.pictures[i].name)));
	if (status == 0)
		add(p, arena_printf(p->a, "/issues/%s", day));
	arena_free(&a);
	return status;
}

int
archive_paths(struct archive *ar, struct arena *a, struct str **out, size_t *count, struct err *e)
{
	struct paths p = { .a = a };
	int status = 0, year = INT_MAX;

	for (size_t i = 0; status == 0 && i < ar->count; i++)
		status = add_issue(ar, &ar->issues[i], &p, e);
	if (status < 0)
		return -1;
	while ((year = archive_year_before(ar, year)))
		add(&p, arena_printf(a, "/issues/%d", year));
	for (size_t i = 0; i < page_code_count; i++)
		if (page_code_is_there(ar, page_code_names[i]))
			add(&p, arena_printf(a, "/qr/%s", page_code_names[i]));
	/* What leads to all of them comes last. */
	for (size_t i = sizeof rows / sizeof rows[0]; i-- > 0;)
		if (i == 0 || !str_ends(str_of(rows[i].path), STR("/")))
			add(&p, rows[i].path);
	*out = p.list;
	*count = p.count;
	return 0;
}

const char *
archive_file(struct str path, struct arena *a)
{
	struct str name = str_from(path, 1);

	if (str_find(name, '.') >= 0)
		return arena_strz(a, name);
	return arena_printf(a, "%.*s%sindex.html", STR_ARG(name), name.n ? "/" : "");
}

/* -- for the pages ---------------------------------------------------------------------------- */

struct str
archive_url(const struct archive *ar, const char *path, struct arena *a)
{
	return str_of(
		arena_printf(a, "%s%s", ar->site->publication->settings.publication.url, path));
}

static void
put(struct value *o, const char *name, struct str text, struct arena *a)
{
	template_put(o, str_of(name), text.n ? template_text(a, text) : template_null(a));
}

struct value *
archive_issue_value(const struct archive *ar, const struct headline *h, struct arena *a)
{
	struct value *o = template_object(a);
	char day[11];

	clock_print_day(h->day, day);
	put(o, "title", h->title, a);
	put(o, "summary", h->summary, a);
	put(o, "author", h->author, a);
	put(o, "number", h->number, a);
	put(o, "day", arena_str(a, str_of(day)), a);
	put(o, "date", words_date(&ar->site->words, h->day, a), a);
	put(o, "path", str_of(exhibit_path(ar->site, h->day, a)), a);
	return o;
}

static void
put_time(struct value *o, const char *name, int64_t at, struct arena *a)
{
	char when[24];

	clock_rfc3339(at, when);
	put(o, name, arena_str(a, str_of(when)), a);
}

void
archive_put_card(const struct archive *ar, struct value *values, const struct archive_card *from,
	struct arena *a)
{
	struct value *card = template_object(a);
	const struct headline *issue = from->issue;

	put(card, "kind", issue ? STR("article") : STR("website"), a);
	put(card, "headline", from->title, a);
	put(card, "description", from->description, a);
	put(card, "url", from->url, a);
	put(card, "image", from->image, a);
	put(card, "image_type", from->image_type, a);
	put(card, "image_words", from->image_words, a);
	put(card, "feed", archive_url(ar, "/feed.xml", a), a);
	put(card, "feed_json", archive_url(ar, "/feed.json", a), a);
	put(card, "published", (struct str){ 0 }, a);
	if (issue) {
		put_time(card, "published", issue->published_at, a);
		put_time(card, "modified", issue->updated_at, a);
	}
	template_put(values, STR("card"), card);
	template_put(values, STR("public"), template_bool(a, true));
}

int
archive_render(const struct archive *ar, const char *page, const struct value *values,
	struct arena *a, struct document *out, struct err *e)
{
	out->type = "text/html; charset=utf-8";
	return site_render_values(ar->site, page, values, a, &out->body, e) < 0 ? -1 : 1;
}
