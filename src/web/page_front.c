#include "web/page_front.h"

#include <limits.h>

#include "base/asset.h"

/* Of the issues before the newest so many stand on the front page; the others are found by year. */
enum { EARLIER = 12 };

static struct value *
earlier_value(const struct archive *ar, struct arena *a)
{
	struct value *list = template_list(a);

	for (size_t i = 1; i < ar->count && i <= EARLIER; i++)
		template_append(list, archive_issue_value(ar, &ar->issues[i], a));
	return list;
}

static struct value *
years_value(const struct archive *ar, struct arena *a)
{
	struct value *list = template_list(a);
	const struct headline *from;
	int year = INT_MAX;

	while ((year = archive_year_before(ar, year))) {
		struct value *o = template_object(a);
		size_t n = archive_year(ar, year, &from);

		template_put(o, STR("year"), template_text(a, str_of(arena_printf(a, "%d", year))));
		template_put(o, STR("issues"),
			template_text(a, words_count(&ar->site->words, "archive_issues", n, a)));
		template_append(list, o);
	}
	return list;
}

int
page_front(
	struct archive *ar, struct str rest, struct arena *a, struct document *out, struct err *e)
{
	const struct settings *s = &ar->site->publication->settings;
	struct value *values = site_values(ar->site, a), *list = template_list(a);

	(void)rest;
	archive_put_card(ar, values,
		&(struct archive_card){ .title = str_of(s->publication.name),
			.description = str_of(s->publication.tagline),
			.url = archive_url(ar, "/", a) },
		a);
	if (ar->count)
		template_append(list, archive_issue_value(ar, &ar->issues[0], a));
	template_put(values, STR("newest"), list);
	template_put(values, STR("earlier"), earlier_value(ar, a));
	template_put(values, STR("any_earlier"), template_bool(a, ar->count > 1));
	template_put(values, STR("years"), years_value(ar, a));
	template_put(values, STR("any_years"), template_bool(a, ar->count > 0));
	template_put(values, STR("telegram"),
		s->telegram_url ? template_text(a, str_of(s->telegram_url)) : template_null(a));
	return archive_render(ar, "page-front.html", values, a, out, e);
}

int
page_front_script(
	struct archive *ar, struct str rest, struct arena *a, struct document *out, struct err *e)
{
	(void)ar;
	(void)rest;
	(void)a;
	(void)e;
	out->type = "text/javascript; charset=utf-8";
	out->body = asset_find("templates/page-subscribe.js")->bytes;
	return 1;
}
