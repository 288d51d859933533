#include "web/page_issue.h"

#include <string.h>

#include "web/cover.h"

/* -- one issue -------------------------------------------------------------------------------- */

/* A neighbour as a list of one or none, for a section. */
static struct value *
neighbour(const struct archive *ar, const struct headline *h, ptrdiff_t step, struct arena *a)
{
	ptrdiff_t at = (h - ar->issues) + step;
	struct value *list = template_list(a);

	if (at >= 0 && at < (ptrdiff_t)ar->count)
		template_append(list, archive_issue_value(ar, &ar->issues[at], a));
	return list;
}

static const struct exhibit_picture *
picture_of(const struct exhibit *ex, struct str name)
{
	for (size_t i = 0; i < ex->picture_count; i++)
		if (str_eq(ex->pictures[i].name, name))
			return &ex->pictures[i];
	return NULL;
}

/* The address of a picture is its page's and its name, whatever the path is. */
static void
put_cover(const struct archive *ar, const struct headline *h, const struct exhibit *ex,
	struct archive_card *card, struct arena *a)
{
	const char *folder = arena_printf(a, "%s/", exhibit_path(ar->site, h->day, a));
	const struct exhibit_picture *picture;
	struct cover cover;

	if (!cover_find(ex->body, str_of(folder), a, &cover) ||
		!(picture = picture_of(ex, cover.name)))
		return;
	card->image = str_of(arena_printf(a, "%.*s/%.*s", STR_ARG(card->url), STR_ARG(cover.name)));
	card->image_type = str_of(picture->type);
	card->image_words = cover.words;
}

static int
show_issue(struct archive *ar, const struct headline *h, struct arena *a, struct document *out,
	struct err *e)
{
	struct value *values = site_values(ar->site, a);
	struct archive_card card = { .issue = h, .title = h->title, .description = h->summary };
	struct exhibit ex;
	char day[11];

	if (exhibit_make(ar->site, ar->db, h, a, &ex, e) < 0)
		return -1;
	clock_print_day(h->day, day);
	card.url = archive_url(ar, arena_printf(a, "/issues/%s", day), a);
	put_cover(ar, h, &ex, &card, a);
	archive_put_card(ar, values, &card, a);
	template_put(values, STR("issue"), archive_issue_value(ar, h, a));
	template_put(values, STR("hash"), template_text(a, h->hash));
	template_put(values, STR("edition_style"), template_raw(a, ex.style));
	template_put(values, STR("edition"), template_raw(a, ex.body));
	template_put(values, STR("older"), neighbour(ar, h, 1, a));
	template_put(values, STR("newer"), neighbour(ar, h, -1, a));
	return archive_render(ar, "page-issue.html", values, a, out, e);
}

static int
show_picture(struct archive *ar, const struct headline *h, struct str name, struct arena *a,
	struct document *out, struct err *e)
{
	const struct exhibit_picture *picture;
	struct exhibit ex;

	if (exhibit_make(ar->site, ar->db, h, a, &ex, e) < 0)
		return -1;
	picture = picture_of(&ex, name);
	if (!picture)
		return 0;
	*out = (struct document){ .type = picture->type, .body = picture->bytes, .fixed = true };
	return 1;
}

/* -- a year ----------------------------------------------------------------------------------- */

static struct value *
months_value(const struct archive *ar, const struct headline *from, size_t n, struct arena *a)
{
	struct value *months = template_list(a), *issues = NULL;

	for (size_t i = 0; i < n; i++) {
		if (i == 0 || from[i].day.month != from[i - 1].day.month) {
			struct value *month = template_object(a);
			const char *word = arena_printf(a, "month_%d", from[i].day.month);

			issues = template_list(a);
			template_put(month, STR("month"),
				template_text(a, words_get(&ar->site->words, word)));
			template_put(month, STR("issues"), issues);
			template_append(months, month);
		}
		template_append(issues, archive_issue_value(ar, &from[i], a));
	}
	return months;
}

static int
show_year(struct archive *ar, int year, struct arena *a, struct document *out, struct err *e)
{
	struct value *values = site_values(ar->site, a);
	const char *digits = arena_printf(a, "%d", year),
		   *name = ar->site->publication->settings.publication.name;
	const struct headline *from;
	size_t n = archive_year(ar, year, &from);

	if (n == 0)
		return 0;
	template_put(values, STR("year"), template_text(a, str_of(digits)));
	template_put(values, STR("count"),
		template_text(a, words_count(&ar->site->words, "archive_issues", n, a)));
	template_put(values, STR("months"), months_value(ar, from, n, a));
	archive_put_card(ar, values,
		&(struct archive_card){ .title = str_of(arena_printf(a, "%s %s", name, digits)),
			.url = archive_url(ar, arena_printf(a, "/issues/%s", digits), a) },
		a);
	return archive_render(ar, "page-year.html", values, a, out, e);
}

/* -- the road --------------------------------------------------------------------------------- */

/* A static web server sends on from a folder's name to the folder's page, so both are the same here. */
static struct str
without_slash(struct str rest)
{
	return str_ends(rest, STR("/")) ? str_sub(rest, 0, rest.n - 1) : rest;
}

int
page_issue(
	struct archive *ar, struct str rest, struct arena *a, struct document *out, struct err *e)
{
	struct str name = without_slash(rest), first = str_sub(rest, 0, strlen("2026-02-14"));
	const struct headline *h;
	struct day day;
	uint64_t year;

	if (str_u64(name, 9999, &year) && name.n == 4)
		return show_year(ar, (int)year, a, out, e);
	if (!clock_parse_day(first, &day) || !(h = archive_issue(ar, day)))
		return 0;
	if (str_eq(name, first))
		return show_issue(ar, h, a, out, e);
	name = str_from(rest, first.n);
	return str_starts(name, STR("/")) ? show_picture(ar, h, str_from(name, 1), a, out, e) : 0;
}
