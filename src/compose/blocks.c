#include "compose/blocks.h"

#include "base/text.h"
#include "base/yaml.h"
#include "base/yaml_value.h"

enum { BLOCK = 1 << 20 };

/* What a block may say that is a map. tools is always a list. */
static const struct {
	const char *name;
	const char *keys; /* "|" between */
} maps[] = {
	{ "numbers", "tiles|items" },
	{ "trending", "sources|top" },
	{ "movers", "source|top" },
	{ "reading", "feeds|top" },
	{ "subscribe", "text|url|telegram" },
};

/* What a list's rows may say; all of it one line of text. */
struct kind {
	const char *name;
	const char *keys; /* of one row, "|" between */
	const char *needs;
	void (*text)(const struct blocks *b, const struct yaml *row, struct buf *out);
};

static struct str
field(const struct blocks *b, const struct yaml *row, const char *key)
{
	const struct yaml *y = yaml_get(row, key);

	return y && y->kind == YAML_SCALAR ? text_clean(y->text, b->arena) : (struct str){ 0 };
}

static void
underlined(const struct blocks *b, struct str title, char rule, struct buf *out)
{
	size_t width = text_width(title);

	text_wrap(title, b->columns, (struct str){ 0 }, (struct str){ 0 }, out);
	buf_fill(out, rule, width < b->columns ? width : b->columns);
	buf_addc(out, '\n');
}

static void
item_text(const struct blocks *b, const struct yaml *row, struct buf *out)
{
	struct str note = field(b, row, "note"), source = field(b, row, "source"),
		   url = field(b, row, "url");
	struct buf line;

	underlined(b, field(b, row, "title"), '-', out);
	buf_init(&line, BLOCK);
	buf_add(&line, note);
	if (source.n)
		buf_printf(&line, "%s(%.*s)", note.n ? " " : "", STR_ARG(source));
	if (line.n)
		text_wrap(buf_str(&line), b->columns, (struct str){ 0 }, (struct str){ 0 }, out);
	buf_free(&line);
	if (url.n)
		buf_printf(out, "%.*s\n", STR_ARG(url));
	buf_addc(out, '\n');
}

static void
number_text(const struct blocks *b, const struct yaml *row, struct buf *out)
{
	enum { VALUE = 14 };
	struct str value = field(b, row, "value"), unit = field(b, row, "unit"),
		   window = field(b, row, "window");
	size_t width = text_width(value);
	const char *first = arena_printf(
		b->arena, "%*s%.*s  ", width < VALUE ? VALUE - (int)width : 0, "", STR_ARG(value));
	struct str label =
		str_of(arena_printf(b->arena, "%.*s%s%.*s%s%.*s", STR_ARG(field(b, row, "label")),
			unit.n ? ", " : "", STR_ARG(unit), window.n ? ", " : "", STR_ARG(window)));

	text_wrap(label, b->columns, str_of(first),
		str_of(arena_printf(b->arena, "%*s", VALUE + 2, "")), out);
}

static const struct kind lists[] = {
	{ "tools", "title|url|note|source", "title", item_text },
	{ "reading", "title|url|note|source", "title", item_text },
	{ "numbers", "label|value|unit|window", "value", number_text },
};

bool
blocks_is_name(struct str name)
{
	static const char *const names[] = { "numbers", "trending", "movers", "tools", "reading",
		"subscribe" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (str_eqz(name, names[i]))
			return true;
	return false;
}

/* Every key of the map is one of `keys`. */
static int
check_keys(const struct blocks *b, const char *name, const char *keys, const struct yaml *map,
	struct err *e)
{
	for (const struct yaml *y = map->child; y; y = y->next) {
		struct str rest = str_of(keys), key;
		bool known = false;

		while (str_split(&rest, '|', &key))
			known = known || str_eq(key, y->key);
		if (!known)
			return err_set(e, ERR_DATA, "%s:%d: %s: unknown key '%.*s'; allowed are %s",
				b->file, y->key_line, name, STR_ARG(y->key), keys);
	}
	return 0;
}

static int
check_url(const struct blocks *b, const char *name, const struct yaml *y, struct err *e)
{
	if (y->text.n == 0 || str_starts(y->text, STR("https://")) ||
		str_starts(y->text, STR("http://")))
		return 0;
	return err_set(e, ERR_DATA, "%s:%d: %s.url: '%.*s' is no web address", b->file, y->line,
		name, STR_ARG(y->text));
}

static int
check_row(const struct blocks *b, const struct kind *k, const struct yaml *row, struct err *e)
{
	if (row->kind != YAML_MAP)
		return err_set(e, ERR_DATA, "%s:%d: %s: each item has keys (%s), and here is %s",
			b->file, row->line, k->name, k->keys, yaml_kind_name(row));
	if (check_keys(b, k->name, k->keys, row, e) < 0)
		return -1;
	for (const struct yaml *y = row->child; y; y = y->next) {
		if (y->kind != YAML_SCALAR && y->kind != YAML_NULL)
			return err_set(e, ERR_DATA,
				"%s:%d: %s.%.*s: %s where one line of text belongs", b->file,
				y->line, k->name, STR_ARG(y->key), yaml_kind_name(y));
		if (str_eqz(y->key, "url") && check_url(b, k->name, y, e) < 0)
			return -1;
	}
	if (field(b, row, k->needs).n == 0)
		return err_set(e, ERR_DATA, "%s:%d: %s: an item without %s", b->file, row->line,
			k->name, k->needs);
	return 0;
}

/* The row with every text cleaned, absent keys as null, so that strict templates find them. */
static struct value *
row_value(const struct blocks *b, const struct kind *k, const struct yaml *row)
{
	struct value *v = template_object(b->arena);
	struct str rest = str_of(k->keys), key;

	while (str_split(&rest, '|', &key)) {
		struct str text = field(b, row, arena_strz(b->arena, key));

		template_put(
			v, key, text.n ? template_text(b->arena, text) : template_null(b->arena));
	}
	return v;
}

static int
render_html(const struct blocks *b, const char *name, struct value *data, struct buf *html,
	struct err *e)
{
	const struct template_options options = { .escape = TEMPLATE_HTML, .strict = true };
	const char *file = arena_printf(b->arena, "block-%s.html", name);
	struct str text;
	int got = b->find(b->context, str_of(file), &text, e);

	if (got <= 0)
		return got < 0 ? -1 : err_set(e, ERR_INTERNAL, "there is no template %s", file);
	template_put(data, STR("theme"), b->theme->values);
	return template_render(text, file, data, &options, html, e);
}

static int
render_list(const struct blocks *b, const struct kind *k, const struct yaml *items,
	struct buf *html, struct buf *text, struct err *e)
{
	struct value *data = template_object(b->arena), *list = template_list(b->arena);

	if (items->kind != YAML_LIST)
		return err_set(e, ERR_DATA, "%s:%d: %s: a list of items belongs here, not %s",
			b->file, items->line, k->name, yaml_kind_name(items));
	for (const struct yaml *row = items->child; row; row = row->next) {
		if (check_row(b, k, row, e) < 0)
			return -1;
		template_append(list, row_value(b, k, row));
		k->text(b, row, text);
	}
	while (text->n && text->p[text->n - 1] == '\n' && text->n > 1 &&
		text->p[text->n - 2] == '\n')
		buf_cut(text, text->n - 1);
	template_put(data, STR("items"), list);
	if (!items->child)
		return 1;
	return render_html(b, k->name, data, html, e) < 0 ? -1 : 1;
}

static int
check_subscribe(const struct blocks *b, const struct yaml *doc, struct err *e)
{
	const struct yaml *url = yaml_get(doc, "url"), *telegram = yaml_get(doc, "telegram");

	if (telegram && !str_eqz(telegram->text, "true") && !str_eqz(telegram->text, "false"))
		return err_set(e, ERR_DATA, "%s:%d: subscribe.telegram is true or false", b->file,
			telegram->line);
	return url ? check_url(b, "subscribe", url, e) : 0;
}

/* {text, url, telegram: true}; the page of the publication where url is not given. */
static int
render_subscribe(const struct blocks *b, const struct yaml *doc, struct buf *html, struct buf *text,
	struct err *e)
{
	const struct settings *s = b->settings;
	const struct yaml *with = yaml_get(doc, "telegram");
	bool telegram = s->telegram_url && !(with && str_eqz(with->text, "false"));
	struct str words = field(b, doc, "text"), url = field(b, doc, "url");
	struct value *data = template_object(b->arena);

	if (check_subscribe(b, doc, e) < 0)
		return -1;
	if (words.n == 0)
		words = STR("Somebody sent you this? Have it in your own inbox every morning.");
	if (url.n == 0)
		url = str_of(arena_printf(b->arena, "%s/subscribe", s->publication.url));
	template_put(data, STR("words"), template_text(b->arena, words));
	template_put(data, STR("url"), template_text(b->arena, url));
	template_put(data, STR("name"), template_text(b->arena, str_of(s->publication.name)));
	template_put(data, STR("telegram"),
		telegram ? template_text(b->arena, str_of(s->telegram_url))
			 : template_null(b->arena));
	text_wrap(words, b->columns, (struct str){ 0 }, (struct str){ 0 }, text);
	buf_addc(text, '\n');
	text_wrap(str_of(arena_printf(b->arena, "Subscribe to %s:", s->publication.name)),
		b->columns, (struct str){ 0 }, (struct str){ 0 }, text);
	buf_printf(text, "%.*s\n", STR_ARG(url));
	if (telegram)
		buf_printf(text, "\nJoin the Telegram channel:\n%s\n", s->telegram_url);
	return render_html(b, "subscribe", data, html, e) < 0 ? -1 : 1;
}

/* A block's whole is a map of keys it knows, or, where its rows may be written at once, a list. */
static int
check_document(const struct blocks *b, struct str name, const struct yaml *doc, struct err *e)
{
	for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++) {
		if (!str_eqz(name, maps[i].name) || doc->kind == YAML_NULL)
			continue;
		if (doc->kind == YAML_MAP)
			return check_keys(b, maps[i].name, maps[i].keys, doc, e);
		if (!str_eqz(name, "numbers") && !str_eqz(name, "reading"))
			return err_set(e, ERR_DATA,
				"%s:%d: %s: keys and values belong here (%s), not %s", b->file,
				doc->line, maps[i].name, maps[i].keys, yaml_kind_name(doc));
	}
	return 0;
}

int
blocks_render(void *context, struct str name, struct str body, int line, struct buf *html,
	struct buf *text, struct err *e)
{
	const struct blocks *b = context;
	const struct yaml *items;
	struct yaml *doc;

	if (!blocks_is_name(name))
		return 0;
	if (yaml_parse(body, b->file, line, b->arena, &doc, e) < 0)
		return -1;
	if (check_document(b, name, doc, e) < 0)
		return -1;
	if (str_eqz(name, "subscribe"))
		return render_subscribe(b, doc, html, text, e);
	items = doc->kind == YAML_MAP && !str_eqz(name, "tools") ? yaml_get(doc, "items") : doc;
	/* Blocks that ask the data desk have nothing to show until it has collected. */
	if (!items || items->kind == YAML_NULL)
		return 1;
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		if (str_eqz(name, lists[i].name))
			return render_list(b, &lists[i], items, html, text, e);
	return 1;
}
