#include "compose/theme.h"

#include "base/yaml.h"
#include "base/yaml_value.h"

enum { STYLE = 4096 };

/* The style with its colours in place, in the arena. */
static int
fill_style(struct yaml *style, const struct value *colours, const char *name, struct arena *a,
	struct err *e)
{
	const struct template_options options = { .escape = TEMPLATE_PLAIN, .strict = true };
	struct buf b;
	int status;

	if (style->kind != YAML_SCALAR)
		return err_set(e, ERR_DATA, "%s:%d: styles.%.*s: %s where CSS belongs", name,
			style->line, STR_ARG(style->key), yaml_kind_name(style));
	buf_init(&b, STYLE);
	status = template_render(style->text, name, colours, &options, &b, e);
	if (status == 0)
		style->text = arena_str(a, buf_str(&b));
	buf_free(&b);
	if (status == 0 && str_find(style->text, '"') >= 0)
		return err_set(e, ERR_DATA,
			"%s:%d: styles.%.*s: a quotation mark; use '…' within a style", name,
			style->line, STR_ARG(style->key));
	return status;
}

int
theme_parse(struct str text, const char *name, struct arena *a, struct theme *out, struct err *e)
{
	const struct yaml *colours, *styles;
	struct yaml *doc;
	struct value *palette;

	if (yaml_parse(text, name, 0, a, &doc, e) < 0)
		return -1;
	colours = yaml_get(doc, "colours");
	styles = yaml_get(doc, "styles");
	if (!colours || colours->kind != YAML_MAP || !styles || styles->kind != YAML_MAP)
		return err_set(
			e, ERR_DATA, "%s:1: a theme has two maps, colours: and styles:", name);
	palette = yaml_value(colours, a);
	for (struct yaml *s = styles->child; s; s = s->next)
		if (fill_style(s, palette, name, a, e) < 0)
			return -1;
	out->styles = styles;
	out->values = template_object(a);
	for (const struct yaml *c = colours->child; c; c = c->next)
		template_put(out->values, c->key, template_raw(a, c->text));
	for (const struct yaml *s = styles->child; s; s = s->next)
		template_put(out->values, s->key, template_raw(a, s->text));
	return 0;
}

struct str
theme_style(const struct theme *t, const char *element)
{
	const struct yaml *s = yaml_get(t->styles, element);

	return s ? s->text : (struct str){ 0 };
}
