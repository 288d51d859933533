#include "base/text.h"
#include "compose/block_entity.h"
#include "compose/tile.h"
#include "store/shown.h"

enum { VALUE = 14, LEAST = 4, MOST = 6 };

struct desk {
	struct block *k;
	struct tile_charts charts;
};

/* -- both parts ------------------------------------------------------------------------------- */

/* A value on the right of its column, and what it is, wrapped behind it. */
static void
number_text(struct block *k, struct str value, struct str label)
{
	struct arena *a = k->b->arena;
	struct buf first;

	buf_init(&first, 1 << 16);
	block_right(&first, value, VALUE);
	buf_addz(&first, "  ");
	text_wrap(label, k->b->columns, buf_str(&first),
		str_of(arena_printf(a, "%*s", VALUE + 2, "")), k->text);
	buf_free(&first);
}

static struct value *
tile_value(struct block *k, const struct tile *t, bool left)
{
	struct value *v = template_object(k->b->arena);
	struct arena *a = k->b->arena;

	block_put(k, v, "value", t->value);
	block_put(k, v, "label", t->label);
	block_put_name(k, v, t->name);
	block_put(k, v, "url", t->url);
	block_put_int(k, v, "width", left ? 300 : 276);
	block_put_int(k, v, "gutter", left ? 24 : 0);
	block_put(k, v, "bar",
		t->share > 0 ? str_of(arena_printf(a, "%d", t->share)) : (struct str){ 0 });
	block_put(k, v, "rest",
		t->share < 100 ? str_of(arena_printf(a, "%d", 100 - t->share)) : (struct str){ 0 });
	return v;
}

static void
tile_text(struct block *k, const struct tile *t)
{
	number_text(k, t->value,
		str_of(arena_printf(
			k->b->arena, "%.*s %.*s", STR_ARG(t->label), STR_ARG(t->name))));
	if (t->url.n)
		buf_printf(k->text, "%*s%.*s\n", VALUE + 2, "", STR_ARG(t->url));
}

/* Two beside each other. */
static struct value *
tile_rows(struct block *k, const struct tile *list, size_t n)
{
	struct value *rows = template_list(k->b->arena);

	for (size_t i = 0; i < n; i += 2) {
		struct value *row = template_object(k->b->arena),
			     *pair = template_list(k->b->arena);

		template_append(pair, tile_value(k, &list[i], true));
		if (i + 1 < n)
			template_append(pair, tile_value(k, &list[i + 1], false));
		template_put(row, STR("tiles"), pair);
		template_append(rows, row);
	}
	return rows;
}

/* -- which tiles ------------------------------------------------------------------------------ */

static bool
add_tile(const struct desk *d, size_t which, struct tile *list, size_t *n)
{
	if (!tile_make(&d->charts, which, &list[*n]))
		return false;
	(*n)++;
	return true;
}

/* Those that the editor wants, as far as they are known; each that is not is told. */
static int
wanted_tiles(const struct desk *d, const struct str *names, size_t n, struct tile *list,
	size_t *count, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		size_t which = tile_find(names[i]);

		if (which == TILES)
			return err_set(e, ERR_DATA,
				"%s:%d: numbers.tiles: there is no '%.*s'; there are " TILE_KEYS,
				d->k->b->file, d->k->line, STR_ARG(names[i]));
		if (!add_tile(d, which, list, count))
			block_note(d->k, "data-tile",
				"name another tile, or take it out of the block",
				"%.*s is not known, or not believed; it is left out",
				STR_ARG(names[i]));
	}
	return 0;
}

static void
usual_tiles(const struct desk *d, struct tile *list, size_t *n)
{
	for (size_t i = 0; i < TILES && *n < MOST; i++)
		(void)add_tile(d, i, list, n);
	if (*n >= LEAST)
		return;
	/* Where both charts are gone that has been told. */
	if (d->charts.github || d->charts.models)
		block_note(d->k, "data-few", "write figures of your own, or take the block out",
			"%zu tiles are known, and %d make a block; it is left out", *n, LEAST);
	*n = 0;
}

/* "as of 21 Aug" for each source that is not of the day. */
static struct str
tiles_note(const struct desk *d)
{
	const struct figures_chart *charts[] = { d->charts.github, d->charts.models };
	static const char *const places[] = { "GitHub", "Hugging Face" };
	struct pieces p = { .a = d->charts.a };

	for (size_t i = 0; i < 2; i++) {
		struct str label = charts[i] ? block_label(d->k, charts[i]) : (struct str){ 0 };

		if (label.n)
			pieces_add(&p, "%s%.*s", places[i],
				STR_ARG(str_from(label, label.p[0] == ',')));
	}
	return p.line;
}

/* Is one of the tiles from it, or are they the usual ones? */
static bool
is_wanted(const struct str *names, size_t n, const char *source)
{
	for (size_t i = 0; i < n; i++)
		if (tile_is_from(tile_find(names[i]), source))
			return true;
	return n == 0;
}

static void
show_tiles(struct block *k, const struct tile *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct shown s = {
			.key = str_of(list[i].key), .name = list[i].name, .value = list[i].number
		};

		tile_text(k, &list[i]);
		block_show(k, "numbers", list[i].source, &s);
	}
}

static int
add_tiles(struct block *k, struct value *data, size_t *count, struct err *e)
{
	struct desk d = { .k = k, .charts.a = k->b->arena };
	struct tile *list;
	struct str *names = NULL, note;
	size_t n;

	if (block_words(k, "tiles", &names, &n, e) < 0)
		return -1;
	list = arena_many(k->b->arena, n + TILES, struct tile);
	if (is_wanted(names, n, "github"))
		d.charts.github = block_chart(k, "github");
	if (is_wanted(names, n, "hf_models"))
		d.charts.models = block_chart(k, "hf_models");
	if (n && wanted_tiles(&d, names, n, list, count, e) < 0)
		return -1;
	if (n == 0)
		usual_tiles(&d, list, count);
	show_tiles(k, list, *count);
	template_put(data, STR("tiled"), template_bool(k->b->arena, *count > 0));
	template_put(data, STR("rows"), tile_rows(k, list, *count));
	note = *count ? tiles_note(&d) : (struct str){ 0 };
	block_put(k, data, "note", note);
	block_wrap(k, VALUE + 2, note);
	return 0;
}

/* -- figures that an editor wrote ------------------------------------------------------------- */

static const struct block_row item = { "label|value|unit|window", "value" };

static void
add_item(struct block *k, const struct yaml *row, struct value *list)
{
	static const char *const keys[] = { "label", "value", "unit", "window" };
	struct value *v = template_object(k->b->arena);
	struct str unit = block_word(k, row, "unit"), window = block_word(k, row, "window");

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		block_put(k, v, keys[i], block_word(k, row, keys[i]));
	template_append(list, v);
	number_text(k, block_word(k, row, "value"),
		str_of(arena_printf(k->b->arena, "%.*s%s%.*s%s%.*s",
			STR_ARG(block_word(k, row, "label")), unit.n ? ", " : "", STR_ARG(unit),
			window.n ? ", " : "", STR_ARG(window))));
}

static int
add_items(
	struct block *k, const struct yaml *items, struct value *data, size_t *count, struct err *e)
{
	struct value *list = template_list(k->b->arena);

	template_put(data, STR("listed"), template_bool(k->b->arena, items && items->count > 0));
	template_put(data, STR("items"), list);
	if (!items || items->kind == YAML_NULL)
		return 0;
	if (block_check_list(k, &item, items, e) < 0)
		return -1;
	for (const struct yaml *row = items->child; row; row = row->next)
		add_item(k, row, list);
	*count += items->count;
	return 0;
}

int
block_numbers(struct block *k, struct err *e)
{
	struct value *data = template_object(k->b->arena);
	bool map = k->doc->kind == YAML_MAP;
	const struct yaml *items = map ? yaml_get(k->doc, "items") : k->doc;
	/* The desk's own tiles: where nothing is written, or where they are asked for. */
	bool desk = k->doc->kind == YAML_NULL || (map && (yaml_get(k->doc, "tiles") || !items));
	size_t count = 0;

	template_put(data, STR("tiled"), template_bool(k->b->arena, false));
	template_put(data, STR("rows"), template_list(k->b->arena));
	block_put(k, data, "note", (struct str){ 0 });
	if (desk && add_tiles(k, data, &count, e) < 0)
		return -1;
	if (add_items(k, items, data, &count, e) < 0)
		return -1;
	return count ? block_html(k, data, e) : 0;
}
