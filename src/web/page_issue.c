#include "web/page_issue.h"

#include <string.h>

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

static int
show_issue(struct archive *ar, const struct headline *h, struct arena *a, struct document *out,
	struct err *e)
{
	struct value *values = site_values(ar->site, a);
	struct exhibit ex;
	char day[11];

	if (exhibit_make(ar->site, ar->db, h, a, &ex, e) < 0)
		return -1;
	clock_print_day(h->day, day);
	archive_put_card(ar, values, h, h->title, h->summary,
		archive_url(ar, arena_printf(a, "/issues/%s", day), a), a);
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
	struct exhibit ex;

	if (exhibit_make(ar->site, ar->db, h, a, &ex, e) < 0)
		return -1;
	for (size_t i = 0; i < ex.picture_count; i++) {
		if (!str_eq(ex.pictures[i].name, name))
			continue;
		*out = (struct document){
			.type = ex.pictures[i].type, .body = ex.pictures[i].bytes, .fixed = true
		};
		return 1;
	}
	return 0;
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
	const char *digits = arena_printf(a, "%d", year);
	const struct headline *from;
	size_t n = archive_year(ar, year, &from);

	if (n == 0)
		return 0;
	template_put(values, STR("year"), template_text(a, str_of(digits)));
	template_put(values, STR("count"),
		template_text(a, words_count(&ar->site->words, "archive_issues", n, a)));
	template_put(values, STR("months"), months_value(ar, from, n, a));
	archive_put_card(ar, values, NULL,
		str_of(arena_printf(
			a, "%s %s", ar->site->publication->settings.publication.name, digits)),
		(struct str){ 0 }, archive_url(ar, arena_printf(a, "/issues/%s", digits), a), a);
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
