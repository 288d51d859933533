#include "compose/templates.h"

#include <string.h>

#include "base/asset.h"
#include "base/file.h"
#include "base/text.h"

enum { TEMPLATE = 1 << 20, PART = 16 << 20 };

/* -- finding ---------------------------------------------------------------------------------- */

static int
look_for(struct templates *t, struct str name, struct str *text, struct err *e)
{
	const char *path = arena_printf(t->arena, "templates/%.*s", STR_ARG(name));
	const struct asset *asset;

	if (!file_is_plain(name) || str_find(name, '/') >= 0)
		return 0;
	if (file_read(t->publication->dir, path, TEMPLATE, t->arena, text, e) == 0)
		return 1;
	if (e->code != ERR_NOINPUT)
		return -1;
	e->code = ERR_NONE;
	asset = asset_find(path);
	if (!asset)
		return 0;
	*text = asset->bytes;
	return 1;
}

int
templates_find(void *context, struct str name, struct str *text, struct err *e)
{
	struct templates *t = context;
	struct template_found now = { .name = name };

	for (size_t i = 0; i < t->found_count; i++)
		if (str_eq(t->found[i].name, name)) {
			if (t->found[i].got)
				*text = t->found[i].text;
			return t->found[i].got;
		}
	now.got = look_for(t, name, &now.text, e);
	if (now.got < 0)
		return -1;
	if (now.got)
		*text = now.text;
	now.name = arena_str(t->arena, name);
	t->found = arena_grow(t->arena, t->found, t->found_count, &t->found_room, sizeof *t->found);
	t->found[t->found_count++] = now;
	return now.got;
}

int
templates_need(struct templates *t, const char *name, struct str *text, struct err *e)
{
	int got = templates_find(t, str_of(name), text, e);

	return got < 0 ? -1 : got ? 0 : err_set(e, ERR_INTERNAL, "there is no template %s", name);
}

/* {{> masthead}} means masthead.html in an HTML template; {{> words.key}} is a word. */
static int
find_partial(void *context, struct str name, struct str *text, struct err *e)
{
	struct templates *t = context;
	int got = t->words ? words_partial(t->words, name, text, e) : 0;

	if (got)
		return got;
	return templates_find(
		t, str_of(arena_printf(t->arena, "%.*s%s", STR_ARG(name), t->ending)), text, e);
}

int
templates_load_theme(struct templates *t, struct err *e)
{
	struct str text;

	return templates_need(t, "theme.yaml", &text, e) < 0
		       ? -1
		       : theme_parse(text, "templates/theme.yaml", t->arena, &t->theme, e);
}

/* -- rendering -------------------------------------------------------------------------------- */

int
templates_render_text(struct templates *t, struct str text, const char *name,
	const struct value *data, enum template_escape escape, struct str *out, struct err *e)
{
	const struct template_options options = { .partial = find_partial,
		.context = t,
		.ending = strrchr(name, '.'),
		.escape = escape,
		.strict = true };
	struct buf b;
	int status;

	buf_init(&b, PART);
	status = template_render(text, name, data, &options, &b, e);
	if (status == 0)
		*out = arena_str(t->arena, buf_str(&b));
	buf_free(&b);
	return status;
}

int
templates_render(struct templates *t, const char *name, const struct value *data,
	enum template_escape escape, struct str *out, struct err *e)
{
	struct str text;

	if (templates_need(t, name, &text, e) < 0)
		return -1;
	t->ending = strrchr(name, '.');
	return templates_render_text(t, text, name, data, escape, out, e);
}

/* -- what all of them are given --------------------------------------------------------------- */

void
templates_put(struct templates *t, struct value *o, const char *name, struct str text)
{
	template_put(
		o, str_of(name), text.n ? template_text(t->arena, text) : template_null(t->arena));
}

struct str
templates_one_line(struct arena *a, const char *lines)
{
	struct str rest = str_of(lines), line, out = { 0 };

	while (str_line(&rest, &line)) {
		line = str_trim(line);
		if (line.n)
			out = str_of(arena_printf(
				a, "%.*s%s%.*s", STR_ARG(out), out.n ? ", " : "", STR_ARG(line)));
	}
	return out;
}

void
templates_put_publication(struct templates *t, struct value *data)
{
	const struct settings_publication *s = &t->publication->settings.publication;
	struct value *o = template_object(t->arena);

	templates_put(t, o, "name", str_of(s->name));
	templates_put(t, o, "tagline", str_of(s->tagline));
	templates_put(t, o, "url", str_of(s->url));
	templates_put(t, o, "postal_address", templates_one_line(t->arena, s->postal_address));
	template_put(data, STR("publication"), o);
	templates_put(t, data, "language", str_of(s->language));
	templates_put(t, data, "direction", str_of(text_direction(s->language)));
}

void
templates_put_link(struct templates *t, struct value *link, const char *name, const char *path,
	enum letter_slot slot)
{
	template_put(link, str_of(name),
		template_slot(t->arena, str_of(arena_printf(t->arena, "%s/%s/%.*s",
						t->publication->settings.publication.url, path,
						STR_ARG(letter_mark(slot))))));
}
