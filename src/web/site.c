#include "web/site.h"

#include <assert.h>
#include <string.h>

#include "base/asset.h"
#include "base/file.h"
#include "base/sign.h"
#include "base/text.h"
#include "base/yaml.h"
#include "base/yaml_value.h"

/* A template and a rendered page are at most this long. */
enum { TEMPLATE_LIMIT = 256 * 1024, PAGE_LIMIT = 1024 * 1024 };

struct site_template {
	const char *name; /* of the asset: "templates/page-leave.html" */
	struct str text;
};

/* -- finding ---------------------------------------------------------------------------------- */

/* "page-top" and ".html". */
static const struct site_template *
find(const struct site *site, struct str name, const char *ending)
{
	static const struct str folder = STR_INIT("templates/");

	for (size_t i = 0; i < site->template_count; i++) {
		struct str own = str_from(str_of(site->templates[i].name), folder.n);

		if (str_starts(own, name) && str_eqz(str_from(own, name.n), ending))
			return &site->templates[i];
	}
	return NULL;
}

/* {{> page-top}} means page-top.html, {{> words.leave_asks}} a sentence. */
static int
find_partial(void *context, struct str name, struct str *text, struct err *e)
{
	const struct site *site = context;
	int got = words_partial(&site->words, name, text, e);
	const struct site_template *t;

	if (got)
		return got;
	t = find(site, name, ".html");
	if (t)
		*text = t->text;
	return t ? 1 : 0;
}

/* -- rendering -------------------------------------------------------------------------------- */

static int
render(const struct site *site, const struct site_template *t, const struct value *values,
	struct arena *a, struct str *out, struct err *e)
{
	/* The context is only read, but a callback's is anything to C. */
	struct site copy = *site;
	const struct template_options options = {
		.partial = find_partial, .context = &copy, .escape = TEMPLATE_HTML, .strict = true
	};
	struct buf b;
	int status;

	buf_init(&b, PAGE_LIMIT);
	status = template_render(t->text, t->name, values, &options, &b, e);
	if (status == 0)
		*out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return status;
}

struct value *
site_values(const struct site *site, struct arena *a)
{
	struct value *values = template_object(a);

	template_put(values, STR("publication"), site->publication_value);
	template_put(values, STR("words"), words_value(&site->words));
	template_put(values, STR("theme"), site->theme_value);
	template_put(values, STR("style"), site->style_value);
	template_put(values, STR("base"), template_text(a, site->prefix));
	template_put(values, STR("public"), template_bool(a, false));
	template_put(values, STR("form"), template_bool(a, false));
	template_put(values, STR("card"), template_null(a));
	return values;
}

int
site_render_values(const struct site *site, const char *page, const struct value *values,
	struct arena *a, struct str *out, struct err *e)
{
	const struct site_template *t = find(site, str_of(page), "");

	assert(t);
	return render(site, t, values, a, out, e);
}

/* -- loading ---------------------------------------------------------------------------------- */

/* A file in the publication's templates/ replaces the built-in one of the same name. */
static int
read_template(int dir, const char *name, struct str built_in, struct arena *a, struct str *out,
	struct err *e)
{
	if (file_read(dir, name, TEMPLATE_LIMIT, a, out, e) == 0)
		return 0;
	if (e->code != ERR_NOINPUT)
		return -1;
	*e = (struct err){ 0 };
	*out = built_in;
	return 0;
}

static int
read_templates(struct site *site, struct arena *a, struct err *e)
{
	size_t n;
	const struct asset *assets = asset_all(&n);

	site->templates = arena_many(a, n, struct site_template);
	for (size_t i = 0; i < n; i++) {
		struct site_template *t = &site->templates[site->template_count];

		if (!str_starts(str_of(assets[i].name), STR("templates/page")))
			continue;
		t->name = assets[i].name;
		if (read_template(
			    site->publication->dir, t->name, assets[i].bytes, a, &t->text, e) < 0)
			return -1;
		site->template_count++;
	}
	return 0;
}

static int
read_colours(const struct site *site, struct arena *a, struct value **out, struct err *e)
{
	static const char name[] = "templates/theme.yaml";
	const struct asset *built_in = asset_find(name);
	const struct yaml *colours;
	struct yaml *doc;
	struct str text;

	assert(built_in);
	if (read_template(site->publication->dir, name, built_in->bytes, a, &text, e) < 0 ||
		yaml_parse(text, name, 0, a, &doc, e) < 0)
		return -1;
	colours = doc->kind == YAML_MAP ? yaml_get(doc, "colours") : NULL;
	if (!colours || colours->kind != YAML_MAP)
		return err_set(e, ERR_DATA, "%s:1: a theme has a map colours:", name);
	*out = yaml_value(colours, a);
	return 0;
}

/* For the policy that lets this style in and no other. */
static const char *
hash_style(struct str style, struct arena *a)
{
	uint8_t hash[SIGN_SHA256];
	const char *text;
	struct buf b;

	sign_sha256(style, hash);
	buf_init(&b, 128);
	sign_base64((struct str){ (const char *)hash, sizeof hash }, &b);
	text = arena_printf(a, "sha256-%s", buf_z(&b));
	buf_free(&b);
	return text;
}

/* The style with the theme's colours in it. */
static int
make_style(struct site *site, struct arena *a, struct err *e)
{
	const struct template_options options = { .escape = TEMPLATE_PLAIN, .strict = true };
	const struct site_template *css = find(site, STR("page.css"), "");
	struct value *data = template_object(a);
	struct buf b;
	int status;

	assert(css);
	if (read_colours(site, a, &site->theme_value, e) < 0)
		return -1;
	template_put(data, STR("theme"), site->theme_value);
	buf_init(&b, TEMPLATE_LIMIT);
	status = template_render(css->text, css->name, data, &options, &b, e);
	if (status == 0) {
		site->style = hash_style(buf_str(&b), a);
		site->style_value = template_raw(a, arena_str(a, buf_str(&b)));
	}
	buf_free(&b);
	return status;
}

static struct value *
publication_value(const struct settings_publication *p, struct arena *a)
{
	struct value *o = template_object(a), *lines = template_list(a);
	struct str rest = str_of(p->postal_address), line;

	while (str_line(&rest, &line))
		if (str_trim(line).n)
			template_append(lines, template_text(a, str_trim(line)));
	template_put(o, STR("name"), template_text(a, str_of(p->name)));
	template_put(o, STR("tagline"),
		*p->tagline ? template_text(a, str_of(p->tagline)) : template_null(a));
	template_put(o, STR("language"), template_text(a, str_of(p->language)));
	template_put(o, STR("direction"), template_text(a, str_of(text_direction(p->language))));
	template_put(o, STR("address"), lines);
	return o;
}

/* "https://post.example.org/daily/" has the path "/daily". */
static struct str
path_of(const char *url)
{
	const char *host = strstr(url, "://"), *path = host ? strchr(host + 3, '/') : NULL;
	struct str s = str_of(path);

	while (s.n && s.p[s.n - 1] == '/')
		s.n--;
	return s;
}

/* Every value that a page puts beside the shared ones. What is a list or an object there is a text here:
 * its members are found beside it. */
static const struct {
	const char *name, *value;
} examples[] = {
	{ "address", "a***@e***.org" },
	{ "token", "token" },
	/* The form of page_subscribe.c. */
	{ "form", "form" },
	{ "form_token", "token" },
	{ "form_from", "another site" },
	{ "form_email", "ada@example.org" },
	{ "form_name", "Ada" },
	{ "form_timezone", "Europe/Berlin" },
	{ "problem", "One more press" },
	/* That of page_preferences.c. */
	{ "name_mask", "A***" },
	{ "known", "yes" },
	{ "on_list", "yes" },
	{ "has_left", "yes" },
	{ "mailable", "yes" },
	{ "saved", "yes" },
	{ "daily", "yes" },
	{ "saturday", "yes" },
	{ "paused_until", "2026-02-14" },
	{ "pause_first", "2026-02-14" },
	{ "pause_last", "2027-02-14" },
	{ "zones", "Europe/Berlin" },
	{ "name", "Europe/Berlin" },
	{ "chosen", "yes" },
	{ "no_zone", "yes" },
	{ "forgets", "yes" },
	{ "new_address", "ada@example.org" },
	/* The archive's; `card` is what page-card shows. */
	{ "card", "card" },
	{ "initial", "M" },
	{ "kind", "article" },
	{ "headline", "Headline" },
	{ "description", "Description" },
	{ "url", "https://post.example.org/" },
	{ "image", "https://post.example.org/issues/2026-02-14/0123456789abcdef.png" },
	{ "image_type", "image/png" },
	{ "image_words", "A chart" },
	{ "feed", "https://post.example.org/feed.xml" },
	{ "feed_json", "https://post.example.org/feed.json" },
	{ "published", "2026-02-14T06:00:00Z" },
	{ "modified", "2026-02-14T06:00:00Z" },
	{ "newest", "newest" },
	{ "earlier", "earlier" },
	{ "any_earlier", "yes" },
	{ "years", "years" },
	{ "any_years", "yes" },
	{ "telegram", "https://t.me/example" },
	{ "months", "months" },
	{ "month", "February" },
	{ "year", "2026" },
	{ "count", "1 issue" },
	{ "issues", "issues" },
	{ "issue", "issue" },
	{ "title", "Title" },
	{ "summary", "Summary" },
	{ "author", "Author" },
	{ "number", "1" },
	{ "day", "2026-02-14" },
	{ "date", "Saturday, 14 February 2026" },
	{ "path", "/issues/2026-02-14" },
	{ "hash", "hash" },
	{ "edition", "edition" },
	{ "edition_style", "style" },
	{ "older", "older" },
	{ "newer", "newer" },
};

static int
try_templates(const struct site *site, struct err *e)
{
	int status = 0;

	for (size_t i = 0; i < site->template_count && status == 0; i++) {
		struct arena a = { 0 };
		struct value *values = site_values(site, &a);
		struct str page;

		for (size_t k = 0; k < sizeof examples / sizeof examples[0]; k++)
			template_put(values, str_of(examples[k].name),
				template_text(&a, str_of(examples[k].value)));
		if (str_ends(str_of(site->templates[i].name), STR(".html")))
			status = render(site, &site->templates[i], values, &a, &page, e);
		arena_free(&a);
	}
	return status;
}

int
site_load(const struct publication *p, struct arena *a, struct site *out, struct err *e)
{
	*out = (struct site){
		.publication = p,
		.prefix = path_of(p->settings.publication.url),
		.publication_value = publication_value(&p->settings.publication, a),
	};
	sign_random(out->form_key, sizeof out->form_key);
	if (words_load(p->dir, p->settings.publication.language, a, &out->words, e) < 0 ||
		read_templates(out, a, e) < 0 || make_style(out, a, e) < 0)
		return -1;
	return try_templates(out, e);
}
