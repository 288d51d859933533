#include "web/page_icon.h"

#include "base/text.h"

/* "The Morning Post" is known by its M. */
static struct str
initial_of(struct str name)
{
	static const struct str article = STR_INIT("The ");
	struct str rest = str_starts(name, article) ? str_from(name, article.n) : name;
	uint32_t c;

	return str_sub(rest, 0, text_char(rest, &c));
}

int
page_icon(struct archive *ar, struct str rest, struct arena *a, struct document *out, struct err *e)
{
	struct value *values = site_values(ar->site, a);
	struct str name = str_of(ar->site->publication->settings.publication.name);

	(void)rest;
	template_put(values, STR("initial"), template_text(a, initial_of(name)));
	out->type = "image/svg+xml";
	return site_render_values(ar->site, "page-icon.svg", values, a, &out->body, e) < 0 ? -1 : 1;
}
